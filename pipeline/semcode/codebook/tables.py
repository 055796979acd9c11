"""Codebooks as CSV or XLSX: one row a code, for people who keep them in a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from semcode.archives import DAMAGE, check_zip, checked_parts
from semcode.codebook.model import Code, Codebook, CodeFaultError, Facet
from semcode.errors import CodebookError, ReadError
from semcode.records import Level
from semcode.wording import counted

__all__ = ["COLUMNS", "from_rows", "read_csv", "read_xlsx", "rows_of"]

COLUMNS = (
    *("name", "level", "parent", "definition", "include", "exclude", "examples"),
    *("color", "facets", "guid"),
)
_MAX_CELLS = 1_000_000
# An apostrophe that keeps a spreadsheet from taking a text for a formula.
_GUARD = re.compile(r"'(?='*[=+\-@\t\r\n|])")
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
    """Read a codebook from CSV text of any usual delimiter.

    The apostrophe that an export puts before a text like `=1+1` is taken off.
    """
    sample = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=sample.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = [(reader.line_num, [_unguarded(cell) for cell in row]) for row in reader]
    except csv.Error as error:
        raise CodebookError(
            f"The table cannot be read: {error}.",
            where=f"{where}, line {reader.line_num}",
            remedy="Save it again from your spreadsheet as CSV UTF-8.",
        ) from error
    return from_rows(rows, where=where, name=name)


def _unguarded(cell: str) -> str:
    return cell[1:] if _GUARD.match(cell) else cell


def read_xlsx(data: bytes, *, where: str, name: str) -> Codebook:
    """Read a codebook from the first sheet of a workbook; its archive and XML are checked first."""
    try:
        check_zip(data, where=where)
        for _ in checked_parts(data, where=where):
            pass
        rows = _sheet(data)
    except ReadError as error:
        raise CodebookError(
            f"The workbook cannot be opened: {error.what}", where=where, remedy=error.remedy
        ) from error
    except DAMAGE as error:
        raise CodebookError(
            "The workbook cannot be opened: it is damaged.",
            where=where,
            remedy="Open it in Excel or LibreOffice and save it again as .xlsx.",
        ) from error
    return from_rows(rows, where=where, name=name)


def _sheet(data: bytes) -> list[tuple[int, list[str]]]:
    """Read the rows of the first sheet, numbered; raise ReadError or one of DAMAGE."""
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions that are not read
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
            try:
                sheet = book.worksheets[0]
                sheet.reset_dimensions()  # some programs write them wrong
                return list(_numbered(sheet.iter_rows(values_only=True)))
            finally:
                book.close()
    except InvalidFileException as error:
        raise ValueError(str(error)) from error


def _numbered(found: Iterable[tuple[Any, ...]]) -> Iterator[tuple[int, list[str]]]:
    seen = 0
    for line, cells in enumerate(found, 1):
        seen += 1 + len(cells)
        if seen > _MAX_CELLS:
            raise ReadError("the sheet is too large.", remedy="Save the codes alone as CSV.")
        yield line, ["" if cell is None else str(cell) for cell in cells]


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
    _check_rows(header, lines, where)
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
    except CodebookError as error:
        raise CodebookError(error.what, where=where, remedy=error.remedy) from error


def _check_rows(header: Sequence[str], lines: Sequence[tuple[int, list[str]]], where: str) -> None:
    """Refuse a column that comes twice, a table without codes, and cells in no column."""
    first = f"{where}, line {lines[0][0]}"
    twice = [column for column, count in Counter(filter(None, header)).items() if count > 1]
    if twice:
        remedy = "Remove or rename one of them."
        raise CodebookError(f"The column {twice[0]!r} comes twice.", where=first, remedy=remedy)
    if len(lines) == 1:
        remedy = "Write one code a line below the header."
        raise CodebookError("There is no code in the table.", where=where, remedy=remedy)
    for line, cells in lines[1:]:
        if any(cells[len(header) :]):
            raise CodebookError(
                f"The row has {counted(len(cells), 'cell')}, the header {len(header)}.",
                where=f"{where}, line {line}",
                remedy="Put a text with commas in it in quotation marks.",
            )


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
        facets=tuple(
            _facet(cell, facets, where) for cell in row.get("facets", "").split(";") if cell.strip()
        ),
        guid=row.get("guid", ""),
    )


def _facet(cell: str, facets: dict[str, Facet], where: str) -> str:
    """Note a facet; one row must name its values, and no other row others."""
    name, _, rest = (part.strip() for part in cell.partition(":"))
    values = tuple(value.strip() for value in rest.split("|") if value.strip())
    known = facets.get(name, Facet(name, ()))
    if values and known.values and values != known.values:
        raise CodebookError(
            f"The facet {name!r} has other values here than above.",
            where=where,
            remedy=f"Write {name}: {' | '.join(known.values)}, or give it another name.",
        )
    facets[name] = Facet(name, known.values or values)
    return name
