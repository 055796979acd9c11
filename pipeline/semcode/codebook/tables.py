"""Codebooks as CSV or XLSX: one row a code, for people who keep them in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from semcode.codebook.model import Code, Codebook, CodeFaultError, Facet
from semcode.errors import CodebookError
from semcode.records import Level

__all__ = ["COLUMNS", "from_rows", "read_csv", "read_xlsx", "rows_of"]

COLUMNS = (
    *("name", "level", "parent", "definition", "include", "exclude", "examples"),
    *("color", "facets", "guid"),
)
_ALIASES = {"code": "name", "description": "definition", "colour": "color", "example": "examples"}


def rows_of(codebook: Codebook) -> list[list[str]]:
    """Give a header and one row a code; examples are one a line, facets "time: current | desired".

    A facet's values stand behind its name, so that the table alone holds the codebook.
    """
    facets = {f.name: f"{f.name}: {' | '.join(f.values)}" for f in codebook.facets}
    rows = [list(COLUMNS)]
    for code in codebook.codes:
        cells = [code.name, codebook.level_of(code) or "", code.parent or "", code.definition]
        cells += [code.include, code.exclude, "\n".join(code.examples), code.color]
        rows.append([*cells, "; ".join(facets[f] for f in code.facets), code.guid])
    return rows


def read_csv(text: str, *, where: str, name: str) -> Codebook:
    """Read a codebook from CSV text of any usual delimiter."""
    sample = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=sample.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise CodebookError(
            f"The table cannot be read: {error}.",
            where=f"{where}, line {reader.line_num}",
            remedy="Save it again from your spreadsheet as CSV UTF-8.",
        ) from error
    return from_rows(rows, where=where, name=name)


def read_xlsx(path: Path, *, name: str) -> Codebook:
    """Read a codebook from the first sheet of a workbook."""
    from zipfile import BadZipFile

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, OSError) as error:
        raise CodebookError(
            f"The workbook cannot be opened: {error}.",
            where=str(path),
            remedy="Save it again as .xlsx.",
        ) from error
    try:
        sheet = book.worksheets[0]
        rows = [
            (n, ["" if v is None else str(v) for v in row])
            for n, row in enumerate(sheet.iter_rows(values_only=True), 1)
        ]
    finally:
        book.close()
    return from_rows(rows, where=str(path), name=name)


def from_rows(rows: Iterable[tuple[int, Sequence[str]]], *, where: str, name: str) -> Codebook:
    """Read a codebook from (line number, cells) pairs whose first is the header.

    Raises CodebookError with file, line and remedy.
    """
    lines = [(n, [c.strip() for c in row]) for n, row in rows if any(c.strip() for c in row)]
    if not lines:
        raise CodebookError("The table is empty.", where=where, remedy="Add a header and codes.")
    header = [_ALIASES.get(c.lower(), c.lower()) for c in lines[0][1]]
    if "name" not in header:
        raise CodebookError(
            f"There is no column 'name' (there: {', '.join(header)}).",
            where=f"{where}, line {lines[0][0]}",
            remedy=f"Use the columns {', '.join(COLUMNS)}; only name and definition are needed.",
        )
    codes, facets = [], dict[str, Facet]()
    for line, cells in lines[1:]:
        codes.append(_code(dict(zip(header, cells, strict=False)), facets, f"{where}, line {line}"))
    try:
        return Codebook(codes=tuple(codes), name=name, facets=tuple(facets.values()))
    except CodeFaultError as error:
        line = lines[1 + error.position][0]
        raise CodebookError(
            error.what, where=f"{where}, line {line}", remedy=error.remedy
        ) from error


def _code(row: dict[str, str], facets: dict[str, Facet], where: str) -> Code:
    level = row.get("level", "").lower()
    if level and level not in set(Level):
        raise CodebookError(
            f"{level!r} is not a level of the model.",
            where=where,
            remedy=f"Use one of: {', '.join(Level)}.",
        )
    if not row.get("definition"):
        raise CodebookError(
            f"The code {row.get('name', '')!r} has no definition.",
            where=where,
            remedy="Write one or two sentences: coders and the model both start from it.",
        )
    return Code(
        name=row.get("name", ""),
        definition=row["definition"],
        include=row.get("include", ""),
        exclude=row.get("exclude", ""),
        examples=tuple(e.strip() for e in row.get("examples", "").splitlines() if e.strip()),
        parent=row.get("parent") or None,
        level=Level(level) if level and not row.get("parent") else None,
        color=row.get("color", ""),
        facets=tuple(_facet(cell, facets) for cell in row.get("facets", "").split(";") if cell),
        guid=row.get("guid", ""),
    )


def _facet(cell: str, facets: dict[str, Facet]) -> str:
    name, _, values = (part.strip() for part in cell.partition(":"))
    if name not in facets:
        facets[name] = Facet(name, tuple(v.strip() for v in values.split("|") if v.strip()))
    return name
