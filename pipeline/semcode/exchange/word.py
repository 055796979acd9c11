"""Write headings, paragraphs, tables and quotes as a Word document, whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from semcode.exchange.tables import replace_file

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import _Cell

__all__ = ["WIDE", "WordHeading", "WordPicture", "WordQuote", "WordTable", "WordText", "write_word"]

WIDE = 6  # columns from which a page is laid on its side


@dataclass(frozen=True, slots=True)
class WordHeading:
    """A heading; `depth` 0 is the document's title."""

    text: str
    depth: int = 1


@dataclass(frozen=True, slots=True)
class WordText:
    """A paragraph; `style` is "", "italic" or "field", a line to write on after the text."""

    text: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class WordQuote:
    """A quote and, beneath it, whose it is."""

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class WordTable:
    """A table with its caption above, as manuscripts have it; `numeric` columns stand right."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class WordPicture:
    """A picture (PNG), as wide as it was drawn; `alt` says what it shows to who cannot see it."""

    image: bytes
    caption: str
    alt: str


Part = WordHeading | WordText | WordQuote | WordTable | WordPicture


def write_word(path: Path, parts: Sequence[Part]) -> None:
    """Write the parts in order. Raises InputError where the file cannot be written."""
    import docx

    document = docx.Document()
    if any(isinstance(part, WordTable) and len(part.head) >= WIDE for part in parts):
        _lay_on_side(document)
    for part in parts:
        match part:
            case WordHeading():
                document.add_heading(_plain(part.text), part.depth)
            case WordText():
                run = document.add_paragraph().add_run(_plain(part.text))
                run.italic = part.style == "italic"
            case WordQuote():
                _quote(document, part)
            case WordTable():
                _table(document, part)
            case WordPicture():
                _picture(document, part)
    whole = BytesIO()
    document.save(whole)
    replace_file(path, lambda target: target.write_bytes(whole.getvalue()))


def _quote(document: Document, part: WordQuote) -> None:
    """Write whose it is close under the quote, and never on the next page."""
    from docx.shared import Pt

    said = document.add_paragraph(_plain(part.text), style="Quote")
    said.paragraph_format.keep_with_next = True
    said.paragraph_format.space_after = Pt(1)
    whose = document.add_paragraph()
    whose.add_run(_plain(part.source)).font.size = Pt(9)
    whose.paragraph_format.space_after = Pt(12)


def _picture(document: Document, part: WordPicture) -> None:
    """Put a picture with its caption under it, on the same page."""
    paragraph = document.add_paragraph()
    inline = paragraph.add_run().add_picture(BytesIO(part.image))
    inline._inline.docPr.set("descr", _plain(part.alt))
    if part.caption:
        paragraph.paragraph_format.keep_with_next = True
        document.add_paragraph().add_run(_plain(part.caption)).italic = True


def _lay_on_side(document: Document) -> None:
    from docx.enum.section import WD_ORIENT

    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width


def _table(document: Document, part: WordTable) -> None:
    caption = document.add_paragraph()
    caption.add_run(_plain(part.caption)).italic = True
    caption.paragraph_format.keep_with_next = True
    made = document.add_table(rows=1, cols=len(part.head), style="Table Grid")
    for place, text in enumerate(part.head):
        _fill(made.rows[0].cells[place], text, bold=True, right=place in part.numeric)
    _repeat(made.rows[0])
    for row in part.rows:
        cells = made.add_row().cells
        for place, text in enumerate(row):
            _fill(cells[place], text, right=place in part.numeric)
    document.add_paragraph()


def _fill(cell: _Cell, text: str, *, bold: bool = False, right: bool = False) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    paragraph = cell.paragraphs[0]
    run = paragraph.add_run(_plain(text))
    run.bold = bold
    run.font.size = Pt(9)
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _repeat(row: object) -> None:
    """Have Word repeat the header where a table goes over a page."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)  # type: ignore[attr-defined]


def _plain(text: str) -> str:
    """Leave out what XML cannot hold; wide and narrow spaces stay."""
    return "".join(
        c if c.isprintable() or c in "\n\t" or (c.isspace() and c > "\x9f") else "\ufffd"
        for c in text
    )
