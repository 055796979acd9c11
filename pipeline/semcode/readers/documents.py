"""Read the documents that people type transcripts in: .txt .md .docx .odt .rtf .pdf."""

from __future__ import annotations

import re
from collections.abc import Callable

from semcode.errors import ReadError
from semcode.readers.dialogue import read_dialogue
from semcode.readers.files import Source, clean, decode
from semcode.readers.office import Extract, read_docx, read_odt
from semcode.readers.pdf import read_pdf
from semcode.records import Transcript

__all__ = ["DOCUMENT_SUFFIXES", "document_text", "read_document"]

_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read_document(data: bytes, *, name: str, source: Source) -> Transcript:
    """Read a document whose kind `source.format` names; raise ReadError.

    The text of .txt and .md is kept as it stands; of the others it is the paragraphs,
    parted by line ends. `name` becomes the transcript's.
    """
    take = _TAKERS.get(f".{source.format}")
    if take is None:
        what = f"`{source.format}` is no kind of document that can be read."
        raise ReadError(what, where=source.name, remedy="Save it as .docx or .txt.")
    extract = take(data, source.name)
    text, more = clean(extract.text)
    warnings = (*extract.warnings, *more)
    return read_dialogue(text, name=name, source=source, warnings=warnings, bold=extract.bold)


def document_text(data: bytes, *, source: Source) -> str:
    """Give the text alone of a document whose kind `source.format` names; raise ReadError."""
    return clean(_TAKERS[f".{source.format}"](data, source.name).text)[0]


def _plain(data: bytes, where: str) -> Extract:
    text, warnings = decode(data, where=where)
    return Extract(text, warnings=tuple(warnings))


def _docx(data: bytes, where: str) -> Extract:
    _refuse_old(data, where)
    return read_docx(data, where=where)


def _odt(data: bytes, where: str) -> Extract:
    _refuse_old(data, where)
    return read_odt(data, where=where)


def _refuse_old(data: bytes, where: str) -> None:
    if data.startswith(_OLD_OFFICE):
        remedy = "Open it in Word and save it as .docx without a password."
        what = "the document is protected by a password, or in Word's old format."
        raise ReadError(what, where=where, remedy=remedy)


def _pdf(data: bytes, where: str) -> Extract:
    return Extract(read_pdf(data, where=where))


def _rtf(data: bytes, where: str) -> Extract:
    """Take the text of an RTF document."""
    from striprtf.striprtf import rtf_to_text

    remedy = "Open it in the program that made it and save it as .docx."
    if not data.lstrip().startswith(b"{\\rtf"):
        raise ReadError("this is not an RTF document.", where=where, remedy=remedy)
    try:
        text: str = rtf_to_text(  # type: ignore[no-untyped-call]
            data.decode("latin-1"), errors="replace"
        )
    except (ValueError, LookupError, TypeError, OverflowError, RecursionError) as error:
        raise ReadError("the RTF document is damaged.", where=where, remedy=remedy) from error
    # Characters beyond the basic plane come as two halves.
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if re.search(rb"\\deleted\b(?!0)", data):
        warning = "The document has tracked deletions, which were read as text: accept them first."
        return Extract(text, warnings=(warning,))
    return Extract(text)


_TAKERS: dict[str, Callable[[bytes, str], Extract]] = {
    ".txt": _plain,
    ".text": _plain,
    ".md": _plain,
    ".markdown": _plain,
    ".docx": _docx,
    ".odt": _odt,
    ".rtf": _rtf,
    ".pdf": _pdf,
}
DOCUMENT_SUFFIXES = frozenset(_TAKERS)
