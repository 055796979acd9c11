"""The codebook: codes under the five levels, read from and written to TOML, CSV and XLSX."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from semcode.codebook.model import LEVEL_COLORS, Code, Codebook, Facet
from semcode.codebook.tables import COLUMNS, from_rows, read_csv, read_xlsx, rows_of
from semcode.codebook.toml import from_toml, to_toml
from semcode.errors import CodebookError
from semcode.resources import locate

__all__ = [
    "COLUMNS",
    "LEVEL_COLORS",
    "SHIPPED",
    "Code",
    "Codebook",
    "Facet",
    "from_rows",
    "from_toml",
    "load_codebook",
    "rows_of",
    "to_toml",
    "with_heading",
]

#: The codebooks that travel with semcode.
SHIPPED = ("sem", "postpartum", "peer-support")


def with_heading(codebook: Codebook, heading: Codebook) -> Codebook:
    """Give the codes of one codebook the name, description, source and facets of another."""
    known = {facet.name: facet for facet in heading.facets}
    used = tuple(
        known[f.name] if f.name in known and known[f.name].values == f.values else f
        for f in codebook.facets
    )
    unused = tuple(f for f in heading.facets if f.name not in {u.name for u in used})
    order = [f.name for f in heading.facets]
    facets = sorted((*used, *unused), key=lambda f: order.index(f.name) if f.name in order else 99)
    return replace(heading, codes=codebook.codes, facets=tuple(facets))


def load_codebook(source: str | Path) -> Codebook:
    """Read a shipped codebook by name, or a .toml, .csv or .xlsx file.

    Raises CodebookError with file, line and remedy.
    """
    if str(source) in SHIPPED:
        path = locate(f"configs/codebooks/{source}.toml")
        return from_toml(path.read_text(encoding="utf-8"), where=path.name)
    path = Path(source)
    if not path.is_file():
        raise CodebookError(
            "There is no such codebook.",
            where=str(source),
            remedy=f"Name a .toml, .csv or .xlsx file, or one of: {', '.join(SHIPPED)}.",
        )
    suffix = path.suffix.lower()
    if suffix == ".xlsx":
        return read_xlsx(path, name=path.stem)
    if suffix not in (".toml", ".csv"):
        raise CodebookError(
            f"A codebook cannot be read from a {suffix or 'nameless'} file.",
            where=str(path),
            remedy="Save it as .toml, .csv or .xlsx.",
        )
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise CodebookError(
            f"The file is not UTF-8 text ({error.reason} at byte {error.start}).",
            where=str(path),
            remedy="Save it again as UTF-8 (in Excel: CSV UTF-8).",
        ) from error
    if suffix == ".csv":
        return read_csv(text, where=str(path), name=path.stem)
    return from_toml(text, where=str(path))
