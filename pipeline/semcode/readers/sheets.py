"""Read the bytes of a table, delimited text or Excel, into numbered rows of cells."""

from __future__ import annotations

import csv
import io
import re
import warnings
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from semcode.archives import DAMAGE, check_zip, checked_parts
from semcode.errors import ReadError
from semcode.readers.files import decode

if TYPE_CHECKING:
    from openpyxl import Workbook

__all__ = ["Row", "Sheet", "cell_text", "column_key", "lines_of", "read_sheets"]

_DELIMITERS = ",;\t|"
_TOP = 10  # rows: the names of the columns stand among the first
_SAMPLE = 200_000  # characters that the delimiter is told by
_MAX_ROWS = 1_048_576  # Excel's own
_MAX_CELLS = 5_000_000


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of a row and the line of the file (or row of the sheet) where it stands."""

    line: int
    cells: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a sheet that hold something.

    In a `delimited` file every row should have as many cells; in Excel a row ends with its
    last filled cell.
    """

    title: str
    rows: tuple[Row, ...]
    delimited: bool = False


def read_sheets(
    data: bytes, *, where: str, known: Collection[str] = ()
) -> tuple[list[Sheet], list[str]]:
    """Read CSV, TSV or XLSX into sheets, with warnings; raise ReadError.

    The delimiter is the one that finds most of the `known` columns (as `column_key` writes
    them), then the one that cuts the rows most evenly.
    A cell is text, or from Excel also a number, truth value, date or time. A formula is its
    value as saved, or else its own text; nothing is evaluated. Hidden sheets are left out.
    """
    if data.startswith(b"PK"):
        return _read_xlsx(data, where), []
    text, notes = decode(data, where=where)
    rows, more = _read_csv(text, where, known)
    filled = tuple(row for row in rows if any(row.cells))
    return [Sheet("", filled, delimited=True)], notes + more


def column_key(name: str) -> str:
    """Write a column's name without case, spaces and punctuation, to compare it."""
    return re.sub(r"[\W_]+", "_", name.casefold()).strip("_") or name.strip()


def cell_text(cell: object) -> str:
    """Write a cell as a person sees it: 3 for 3.0, nothing for an empty cell."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)


def lines_of(lines: Sequence[int]) -> str:
    """Name the lines, ten at most."""
    named = ", ".join(str(line) for line in lines[:10])
    more = f" and {len(lines) - 10} more" if len(lines) > 10 else ""
    return f"{'line' if len(lines) == 1 else 'lines'} {named}{more}"


def _read_csv(text: str, where: str, known: Collection[str]) -> tuple[list[Row], list[str]]:
    match = re.match(r"sep=([,;\t|:])(?:\r\n|\r|\n)", text)  # Excel's own way to name it
    start = match.end() if match else 0
    with _wide_fields(len(text)):
        delimiter = match[1] if match else _delimiter(text, known)
        offset = 1 if match else 0
        rows: list[Row] = []
        try:
            rows.extend(_records(text[start:], delimiter, offset=offset, strict=True))
        except csv.Error as error:
            line = rows[-1].line + 1 if rows else 1
            if "end of data" in str(error):
                what = "a quotation mark opens a cell and is never closed."
                remedy = "Look at the quotation marks from there on, and save the table again."
                raise ReadError(what, where=f"{where}, line {line}", remedy=remedy) from error
            rows = list(_records(text[start:], delimiter, offset=offset, strict=False))
            note = f"Quotation marks inside a cell are not doubled (line {line}): check its text."
            return rows, [note]
    return rows, []


@contextmanager
def _wide_fields(size: int) -> Iterator[None]:
    """Allow cells as long as the file, and set the module's limit back afterwards."""
    before = csv.field_size_limit(min(max(size, 131_072) + 1, 2**31 - 1))
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _records(text: str, delimiter: str, *, offset: int, strict: bool) -> Iterator[Row]:
    """Parse delimited text; `line` is where a record begins, counting `offset` lines before."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict)
    line = offset + 1
    for cells in reader:
        yield Row(line, tuple(cells))
        line = offset + reader.line_num + 1


def _delimiter(text: str, known: Collection[str]) -> str:
    scores = {one: _fitness(text[:_SAMPLE], one, known) for one in _DELIMITERS}
    return max(scores, key=lambda delimiter: scores[delimiter])


def _fitness(sample: str, delimiter: str, known: Collection[str]) -> tuple[int, float]:
    """Count known columns in a row near the top, and how evenly the rows are cut."""
    records = _records(sample, delimiter, offset=0, strict=False)
    rows = [row.cells for row in records if any(row.cells)]
    top = max(rows[:_TOP], key=len, default=())
    if len(top) < 2:
        return 0, 0.0
    found = max(sum(column_key(str(cell)) in known for cell in row) for row in rows[:_TOP])
    return found, len(top) * sum(len(row) == len(top) for row in rows) / len(rows)


def _read_xlsx(data: bytes, where: str) -> list[Sheet]:
    check_zip(data, where=where)
    try:
        parts = checked_parts(data, where=where)
        formulas = [name for name, part in parts if "worksheets/" in name and _has_formula(part)]
        sheets = _load(data, values=True, where=where)
        if formulas and any(True for sheet in sheets for _ in _gaps(sheet)):
            sheets = _filled(sheets, _load(data, values=False, where=where))
    except DAMAGE as error:
        remedy = "Open it in Excel or LibreOffice and save it again, or save it as CSV."
        raise ReadError("the workbook is damaged.", where=where, remedy=remedy) from error
    return sheets


def _has_formula(content: bytes) -> bool:
    return re.search(rb"<(?:[A-Za-z0-9]{1,20}:)?f[ />]", content) is not None


def _load(data: bytes, *, values: bool, where: str) -> list[Sheet]:
    """Load the visible sheets: saved values, or formulas as they are written."""
    import openpyxl
    from openpyxl.formula.tokenizer import TokenizerError
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions that are not read
            book = openpyxl.load_workbook(
                io.BytesIO(data), read_only=True, data_only=values, keep_links=False
            )
            try:
                return list(_sheets(book, where))
            finally:
                book.close()
    except (InvalidFileException, TokenizerError) as error:
        raise ValueError(str(error)) from error


def _sheets(book: Workbook, where: str) -> Iterator[Sheet]:
    for sheet in book.worksheets:
        if sheet.sheet_state == "visible":
            sheet.reset_dimensions()  # some programs write them wrong
            yield Sheet(sheet.title, tuple(_rows(sheet.iter_rows(values_only=True), where)))


def _rows(found: Iterable[tuple[Any, ...]], where: str) -> Iterator[Row]:
    """Number the rows that hold something; raise ReadError where there is no end to them."""
    seen = 0
    for line, cells in enumerate(found, start=1):
        seen += len(cells)
        if line > _MAX_ROWS or seen > _MAX_CELLS:
            remedy = "Save the table alone as CSV."
            raise ReadError("the sheet is too large.", where=where, remedy=remedy)
        if any(cell is not None and cell != "" for cell in cells):
            yield Row(line, tuple(cells))


def _gaps(sheet: Sheet) -> Iterator[int]:
    """Find rows with empty cells: only there can a formula lack its value."""
    width = max((len(row.cells) for row in sheet.rows), default=0)
    return (row.line for row in sheet.rows if None in row.cells or len(row.cells) < width)


def _filled(sheets: Sequence[Sheet], written: Sequence[Sheet]) -> list[Sheet]:
    """Put a formula's text where no value was saved for it."""
    return [
        Sheet(sheet.title, tuple(_with_formulas(sheet, other)))
        for sheet, other in zip(sheets, written, strict=True)
    ]


def _with_formulas(sheet: Sheet, written: Sheet) -> Iterator[Row]:
    known = {row.line: row.cells for row in sheet.rows}
    for row in written.rows:
        own = known.get(row.line, ())
        cells = [
            own[at] if at < len(own) and own[at] is not None else _formula_text(cell)
            for at, cell in enumerate(row.cells)
        ]
        yield Row(row.line, tuple(cells))


def _formula_text(cell: object) -> object:
    """Give the text of a formula; an array formula keeps it in a record."""
    return cell if cell is None or isinstance(cell, str) else getattr(cell, "text", cell)
