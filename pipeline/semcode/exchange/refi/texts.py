"""Find the words of a source: its plain text, or what can be read out of its document."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element

from semcode.errors import ReadError
from semcode.exchange.refi.archive import Parts
from semcode.exchange.refi.tally import Tally
from semcode.readers.documents import DOCUMENT_SUFFIXES
from semcode.readers.files import clean, decode, source_of

__all__ = ["Words", "has_formatting", "words_of"]

_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Words:
    """The text of a source as it was decoded; `bom` tells of a byte order mark before it."""

    text: str
    bom: bool = False
    sha256: str = ""
    file: str = ""


def words_of(
    element: Element, parts: Parts, name: str, warnings: Tally, *, rich: str = "", lost: Tally
) -> Words | None:
    """Give the text of a TextSource, Representation, Transcript or Note; None where none is.

    Plain text comes first, since positions count it; then the document itself (`rich`, or
    richTextPath).
    """
    content = element.findtext("PlainTextContent")
    if content:
        return _content(content)
    path = element.get("plainTextPath", "")
    if path:
        data = parts.file(path)
        if data is not None:
            return _plain(data, path, parts.where, warnings)
    rich = rich or element.get("richTextPath", "")
    found = _document(rich, parts, name, warnings) if rich else None
    if found is None and content is not None:
        return Words("")
    if found is None and path:
        outside = _leads_out(path)
        reason = "lie outside of the project" if outside else "are not in the file"
        lost.add(f"{'documents' if element.tag != 'Note' else 'memos'} whose words {reason}", name)
    elif found is None and element.tag != "Note":
        lost.add("documents without words", name)
    return found


def has_formatting(element: Element) -> bool:
    """Tell whether a source has a formatted document beside its text."""
    return bool(element.get("richTextPath"))


def _leads_out(uri: str) -> bool:
    scheme, mark, _ = uri.partition("://")
    return ".." in uri or (bool(mark) and scheme.casefold() == "absolute")


def _content(text: str) -> Words:
    cleaned, _ = clean(text)
    return Words(cleaned, sha256=hashlib.sha256(cleaned.encode()).hexdigest())


def _plain(data: bytes, path: str, where: str, warnings: Tally) -> Words:
    name = PurePosixPath(path.replace("\\", "/")).name
    digest = hashlib.sha256(data).hexdigest()
    if not data:
        return Words("", sha256=digest, file=name)
    try:
        text, notes = decode(data, where=f"{where}: {name}")
    except ReadError as error:
        warnings.add("texts are no text", f"{name}: {error.what}")
        return Words("", sha256=digest, file=name)
    for note in notes:
        warnings.add(f"texts: {note.rstrip('.')}", name)
    return Words(text, data.startswith(_BOMS), digest, name)


def _document(uri: str, parts: Parts, name: str, warnings: Tally) -> Words | None:
    """Take the text out of a .docx, .rtf, .odt or .pdf."""
    from semcode.readers.documents import document_text

    suffix = PurePosixPath(uri).suffix.casefold()
    data = parts.file(uri) if suffix in DOCUMENT_SUFFIXES else None
    if not data:
        return None
    file = PurePosixPath(uri.replace("\\", "/")).name
    source = source_of(file, data, suffix[1:])
    try:
        text = document_text(data, source=source)
    except ReadError as error:
        warnings.add("documents cannot be read", f"{name}: {error.what}")
        return None
    warnings.add("texts were taken out of the document, not from plain text: check codings", name)
    return Words(text, sha256=source.sha256, file=file)
