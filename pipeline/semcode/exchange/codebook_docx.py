"""The codebook as a Word document, to be read, discussed and put in an appendix."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from semcode.codebook import Code, Codebook
from semcode.exchange.tables import replace_file
from semcode.wording import counted

if TYPE_CHECKING:
    from docx.document import Document

__all__ = ["write_codebook_docx"]

_DEEPEST = 6  # headings of Word that are shown in its outline


def write_codebook_docx(
    codebook: Codebook, path: Path, *, counts: Mapping[str, int], version: int
) -> None:
    """Write every code under its level and parent: what it means, what it takes in and not.

    `counts` are codings by guid. Raises InputError where the file cannot be written.
    """
    import docx

    document = docx.Document()
    document.add_heading(codebook.name or "Codebook", 0)
    document.add_paragraph(f"Version {version}, {counted(len(codebook), 'code')}.")
    for text in (codebook.description, codebook.source):
        if text:
            document.add_paragraph(_plain(text))
    level: object = ""
    for code in codebook:
        if code.parent is None and codebook.level_of(code) != level:
            level = codebook.level_of(code)
            document.add_heading(str(level or "without a level").capitalize(), 1)
        _add(document, codebook, code, counts.get(code.guid, 0))
    for facet in codebook.facets:
        document.add_heading(f"Facet: {_plain(facet.name)}", 1)
        document.add_paragraph(_plain(" / ".join(facet.values)))
        if facet.definition:
            document.add_paragraph(_plain(facet.definition))
    whole = BytesIO()
    document.save(whole)
    replace_file(path, lambda target: target.write_bytes(whole.getvalue()))


def _add(document: Document, codebook: Codebook, code: Code, count: int) -> None:
    depth = min(len(codebook.path(code)) + 1, _DEEPEST)
    document.add_heading(_plain(code.name), depth)
    if code.definition:
        document.add_paragraph(_plain(code.definition))
    for label, text in (("Include", code.include), ("Exclude", code.exclude)):
        if text:
            paragraph = document.add_paragraph()
            paragraph.add_run(f"{label}: ").bold = True
            paragraph.add_run(_plain(text))
    for example in code.examples:
        document.add_paragraph(_plain(example), style="Intense Quote")
    told = f"{count:,} coding{'' if count == 1 else 's'}"
    if code.facets:
        told += f"; facets: {', '.join(code.facets)}"
    document.add_paragraph().add_run(_plain(told)).italic = True


def _plain(text: str) -> str:
    """Leave out what XML cannot hold."""
    return "".join(c if c.isprintable() or c in "\n\t" else "\ufffd" for c in text)
