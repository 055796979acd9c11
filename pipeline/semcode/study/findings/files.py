"""Write findings as a page, a Word document or a workbook."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from semcode.errors import InputError
from semcode.exchange.tables import Sheet, write_text, write_xlsx
from semcode.exchange.word import (
    WIDE,
    WordHeading,
    WordPicture,
    WordQuote,
    WordTable,
    WordText,
    write_word,
)
from semcode.findings.blocks import Block, Drawing, Figure, Finding, Heading, Quoted, QuoteList
from semcode.findings.findings_page import render_findings
from semcode.findings.pictures import drawing_pictures, figure_pictures
from semcode.findings.tables import Cell, Table

__all__ = ["write_findings", "write_grids"]

_SHEET_NAME = 31  # Excel's limit
_UPRIGHT, _SIDE, _DRAWING = 6.0, 8.5, 6.5  # inches of text across a page; of a drawing
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")


def write_findings(
    findings: Sequence[Finding],
    path: Path,
    *,
    study: str,
    notice: str | None,
    generated_at: datetime,
    kicker: str = "Findings",
) -> Path:
    """Write findings as the ending says: .html .docx or .xlsx, whole or not at all."""
    suffix = path.suffix.lower()
    if suffix in (".html", ".htm"):
        text = render_findings(
            findings, study=study, notice=notice, generated_at=generated_at, kicker=kicker
        )
        write_text(path, text)
    elif suffix == ".docx":
        title = [WordHeading(f"{study}: {kicker.lower()}", 0)]
        told = [WordText(notice, "italic")] if notice else []
        date = [WordText(f"Written {generated_at:%d %B %Y, %H:%M}", "italic")]
        width = _SIDE if _wide(findings) else _UPRIGHT
        parts = (part for finding in findings for part in _parts(finding, width))
        write_word(path, [*title, *told, *date, *parts])
    elif suffix == ".xlsx":
        write_grids(findings, path)
    else:
        raise InputError(
            f"Findings cannot be written as {suffix or 'a file without an ending'}.",
            where=str(path),
            remedy="Name a file that ends in .html, .docx or .xlsx.",
        )
    return path


def write_grids(findings: Sequence[Finding], path: Path) -> None:
    """Write every grid of the findings as a sheet, and what to know about them as the last."""
    sheets: list[Sheet] = []
    for grid in (grid for finding in findings for grid in finding.grids):
        name = _sheet_name(grid.name, [sheet.name for sheet in sheets])
        sheets.append(Sheet(name, grid.header, grid.rows, grid.widths))
    told = [
        [finding.title, text]
        for finding in findings
        for text in (*finding.notes, *(b for b in finding.blocks if isinstance(b, str)))
    ]
    name = _sheet_name("Notes", [sheet.name for sheet in sheets])
    write_xlsx(path, [*sheets, Sheet(name, ["finding", "note"], told, (34, 110))])


def _sheet_name(name: str, taken: Sequence[str]) -> str:
    base = _FORBIDDEN.sub(" ", name)[:_SHEET_NAME].strip() or "Sheet"
    made, number = base, 2
    while made.casefold() in {other.casefold() for other in taken}:
        made = f"{base[: _SHEET_NAME - 4]} {number}"
        number += 1
    return made


_Part = WordHeading | WordText | WordQuote | WordTable | WordPicture


def _wide(findings: Sequence[Finding]) -> bool:
    """Tell whether the pages will be laid on their side."""
    blocks = [b.table if isinstance(b, Figure) else b for f in findings for b in f.blocks]
    return any(isinstance(block, Table) and len(block.head) >= WIDE for block in blocks)


def _parts(finding: Finding, width: float) -> Iterator[_Part]:
    yield WordHeading(finding.title, 1)
    for text in finding.notes:
        yield WordText(f"Note: {text}", "italic")
    for block in finding.blocks:
        yield from _of_block(block, width)


def _of_block(block: Block, width: float) -> Iterator[_Part]:
    match block:
        case str():
            yield WordText(block)
        case Heading():
            yield WordHeading(block.text, 2)
        case Table():
            yield _table(block)
        case QuoteList():
            yield WordHeading(block.title, 3)
            for item in block.quotes:
                yield WordQuote(item.text, _source(item))
        case Figure():
            yield from _pictures(figure_pictures(block, width=width), block)
            if block.table is not None:
                yield _table(block.table)
        case Drawing():
            yield from _pictures(drawing_pictures(block, width=min(width, _DRAWING)), block)


def _pictures(images: Sequence[bytes], block: Figure | Drawing) -> Iterator[WordPicture]:
    for number, image in enumerate(images, 1):
        last = number == len(images)
        yield WordPicture(image, block.caption if last else "", block.alt)


def _table(table: Table) -> WordTable:
    rows = tuple(tuple(_text(cell) for cell in row) for row in table.rows)
    return WordTable(table.caption, table.head, rows, table.numeric)


def _text(cell: Cell) -> str:
    return f"{cell.text}\n{cell.note}" if cell.note else cell.text


def _source(item: Quoted) -> str:
    about = f" ({item.about})" if item.about else ""
    facets = f" [{', '.join(item.facets)}]" if item.facets else ""
    score = "" if item.score is None else f" (suggested, score {item.score:.2f})"
    return f"— {item.who}{about}{facets}{score}; {item.where}"
