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

_MAX_BYTES = 20_000_000


def with_heading(codebook: Codebook, heading: Codebook) -> Codebook:
    """Give the codes of one codebook the name, description, source and facets of another."""
    known = {facet.name: facet for facet in heading.facets}
    used = tuple(
        known[f.name] if f.name in known and known[f.name].values == f.values else f
        for f in codebook.facets
    )
    names = {f.name.casefold() for f in used}
    unused = tuple(f for f in heading.facets if f.name.casefold() not in names)
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
    where, name = (text.encode("utf-8", "replace").decode() for text in (str(path), path.stem))
    data = _load(path, where)
    suffix = path.suffix.lower()
    if suffix == ".xlsx":
        return read_xlsx(data, where=where, name=name)
    if suffix not in (".toml", ".csv"):
        raise CodebookError(
            f"A codebook cannot be read from a {suffix or 'nameless'} file.",
            where=where,
            remedy="Save it as .toml, .csv or .xlsx.",
        )
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise CodebookError(
            f"The file is not UTF-8 text ({error.reason} at byte {error.start}).",
            where=where,
            remedy="Save it again as UTF-8 (in Excel: CSV UTF-8).",
        ) from error
    if suffix == ".csv":
        return read_csv(text, where=where, name=name)
    return from_toml(text, where=where)


def _load(path: Path, where: str) -> bytes:
    """Read the file, of bounded size."""
    try:
        if not path.is_file():
            raise CodebookError(
                "There is no such codebook.",
                where=where,
                remedy=f"Name a .toml, .csv or .xlsx file, or one of: {', '.join(SHIPPED)}.",
            )
        with path.open("rb") as stream:
            data = stream.read(_MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise CodebookError(
            f"The codebook cannot be opened ({reason}).",
            where=where,
            remedy="Check its name, and that you may open it.",
        ) from error
    if len(data) > _MAX_BYTES:
        raise CodebookError(
            f"The codebook has more than {_MAX_BYTES:,} bytes.",
            where=where,
            remedy="Save the codes alone as .toml or .csv.",
        )
    return data
