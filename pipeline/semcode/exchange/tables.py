"""Write tables as CSV or XLSX that open safely in a spreadsheet, or leave nothing behind."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile

from semcode.errors import InputError

__all__ = [
    "Cell",
    "Sheet",
    "replace_file",
    "require_folder",
    "write_csv",
    "write_text",
    "write_xlsx",
]

Cell = str | int | float | None

#: What a spreadsheet may take for a formula, also behind apostrophes that were there before.
_FORMULA = re.compile(r"^'*[=+\-@\t\r\n|]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CELL_LIMIT = 32_767


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with a header; `widths` are in characters, by column."""

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    widths: Sequence[int] = ()


def require_folder(*paths: str | Path | None) -> None:
    """Refuse files whose folder is missing, before the work begins that would fill them."""
    for path in paths:
        if path and not Path(path).parent.is_dir():
            raise InputError(
                "The file cannot be written: there is no such folder.",
                where=str(path),
                remedy="Make the folder, or name another.",
            )


def replace_file(path: Path, write: Callable[[Path], object]) -> None:
    """Write beside the target and put it in place only when it is whole.

    Raises InputError when the folder is missing or cannot be written to, or the disk is full.
    """
    try:
        with NamedTemporaryFile(
            dir=path.parent, prefix=f".{path.name}.", suffix=path.suffix, delete=False
        ) as handle:
            temporary = Path(handle.name)
        try:
            write(temporary)
            umask = os.umask(0)
            os.umask(umask)
            temporary.chmod(0o666 & ~umask)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(
            f"The file cannot be written: {error.strerror or error}.",
            where=str(path),
            remedy="Check the folder, the free space, and that the file is not open elsewhere.",
        ) from error


def write_text(path: Path, text: str) -> None:
    """Write a text file as UTF-8, whole or not at all."""
    replace_file(path, lambda target: target.write_bytes(text.encode()))


def write_csv(path: Path, sheet: Sheet) -> None:
    """Write one table as UTF-8 with a byte order mark, which Excel needs to see the accents.

    A text that a spreadsheet would take for a formula gets an apostrophe before it (OWASP,
    "CSV injection").
    """

    def write(target: Path) -> None:
        with target.open("w", encoding="utf-8-sig", newline="") as handle:
            writer = csv.writer(handle)
            writer.writerow([_csv_cell(name) for name in sheet.header])
            writer.writerows([_csv_cell(cell) for cell in row] for row in sheet.rows)

    replace_file(path, write)


def write_xlsx(path: Path, sheets: Sequence[Sheet]) -> None:
    """Write tables as a workbook; every text is stored as text, never as a formula."""

    def write(target: Path) -> None:
        from openpyxl import Workbook

        book = Workbook(write_only=True)
        for sheet in sheets:
            _fill(book, sheet)
        # Into memory first: a workbook that breaks off on a full disk leaves noise behind.
        whole = BytesIO()
        book.save(whole)
        target.write_bytes(whole.getvalue())

    replace_file(path, write)


def _fill(book: object, sheet: Sheet) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    page = book.create_sheet(sheet.name)  # type: ignore[attr-defined]
    page.freeze_panes = "A2"
    page.auto_filter.ref = f"A1:{get_column_letter(len(sheet.header))}1"
    for number, width in enumerate(sheet.widths, 1):
        page.column_dimensions[get_column_letter(number)].width = width
    bold, wrap = Font(bold=True), Alignment(wrap_text=True, vertical="top")

    def cell(value: Cell, *, head: bool = False) -> object:
        made = WriteOnlyCell(page, value=_plain(value) if isinstance(value, str) else value)
        if isinstance(value, str):
            made.data_type = "s"
        if head:
            made.font = bold
        else:
            made.alignment = wrap
        return made

    page.append([cell(name, head=True) for name in sheet.header])
    for row in sheet.rows:
        page.append([cell(value) for value in row])


def _csv_cell(cell: Cell) -> Cell:
    if isinstance(cell, str):
        text = _CONTROL.sub("\ufffd", cell)
        return f"'{text}" if _FORMULA.match(text) else text
    return cell


def _plain(text: str) -> str:
    text = _CONTROL.sub("\ufffd", text)
    return text if len(text) <= _CELL_LIMIT else text[: _CELL_LIMIT - 1] + "…"
