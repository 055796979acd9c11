"""Take the text out of a .pdf and put its broken lines together again as paragraphs."""

from __future__ import annotations

import io
import logging
import re
import struct
import time
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from statistics import quantiles
from typing import TYPE_CHECKING

from semcode.errors import ReadError
from semcode.readers.candidates import split_lines
from semcode.readers.labels import find_labels

if TYPE_CHECKING:
    from pypdf import PageObject

__all__ = ["join_lines", "read_pdf", "without_running_lines"]

_MAX_PAGES = 3_000
_MAX_CONTENT = 30_000_000  # bytes of drawing instructions: a thousand pages of print
_MAX_SECONDS = 60.0  # for what the other limits let through, such as pages within pages
_PAGE_NUMBER = re.compile(r"\W*(?:page\s*)?\d{1,4}(?:\s*(?:/|of)\s*\d{1,4})?\W*", re.IGNORECASE)
_SENTENCE_END = tuple(".?!…:\"”'’)]")


def read_pdf(data: bytes, *, where: str) -> str:
    """Take the text of a PDF; raise ReadError where it is scanned, protected or damaged."""
    pages = [split(page) for page in _pages(data, where)]
    if not any(any(map(str.isalnum, line)) for page in pages for line in page):
        remedy = "Run text recognition (OCR) on it, or add the text it was made from."
        raise ReadError("the PDF holds pictures of pages, no text.", where=where, remedy=remedy)
    return join_lines(without_running_lines(pages))


def split(page: str) -> list[str]:
    """Split a page's text into lines without white space around them."""
    return [line.strip() for line in re.split(r"\r\n|\n|\r", page)]


def _pages(data: bytes, where: str) -> list[str]:
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, DeprecationError, PyPdfError

    _quiet()
    # A PDF is a program of many parts: a damaged one fails in whatever way its parts do.
    damage = (PyPdfError, ValueError, TypeError, KeyError, IndexError, AttributeError, OSError)
    deeper = (zlib.error, struct.error, RecursionError, ArithmeticError, NotImplementedError)
    remedy = "Open it and print it to a new PDF, or add the text it was made from."
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise _protected(where)
        if len(reader.pages) > _MAX_PAGES:
            what = f"the PDF has {len(reader.pages):,} pages, more than {_MAX_PAGES:,}."
            raise ReadError(what, where=where, remedy="Split it into several files.")
        return list(_texts(reader.pages, where))
    except DependencyError as error:  # stronger encryption, which needs another library
        raise _protected(where) from error
    except (*damage, *deeper, DeprecationError, AssertionError, MemoryError) as error:
        raise ReadError("the PDF is damaged.", where=where, remedy=remedy) from error


def _texts(pages: Iterable[PageObject], where: str) -> Iterator[str]:
    """Give the text of each page; raise ReadError where that is the work of minutes."""
    size = 0
    until = time.monotonic() + _MAX_SECONDS
    for page in pages:
        content = page.get_contents()
        size += 0 if content is None else len(content.get_data())
        if size > _MAX_CONTENT or time.monotonic() > until:
            remedy = "Split it into several files, or add the text it was made from."
            raise ReadError("the PDF is too large to be read.", where=where, remedy=remedy)
        yield page.extract_text()


def _quiet() -> None:
    """Keep the parser's remarks off the terminal unless the program asked for its log."""
    logger = logging.getLogger("pypdf")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())


def _protected(where: str) -> ReadError:
    remedy = "Open it with its password and print it to a new PDF."
    return ReadError("the PDF is protected by a password.", where=where, remedy=remedy)


def without_running_lines(pages: Sequence[Sequence[str]]) -> list[list[str]]:
    """Drop page numbers, and the first and last lines that come back on most pages."""
    edges = Counter(key for page in pages for key in {_shape(line) for line in _edges(page)})
    running = {key for key, count in edges.items() if count >= 3 and count > 0.5 * len(pages)}
    return [_trimmed(page, running, numbered=len(pages) > 1) for page in pages]


def _edges(page: Sequence[str]) -> list[str]:
    filled = [line for line in page if line]
    return [*filled[:2], *filled[-2:]]


def _shape(line: str) -> str:
    return re.sub(r"\d+", "0", line.casefold())


def _trimmed(page: Sequence[str], running: set[str], *, numbered: bool) -> list[str]:
    lines = list(page)
    for end in (0, -1):
        for _ in range(2):
            while lines and not lines[end]:
                lines.pop(end)
            if lines and (
                _shape(lines[end]) in running
                or (numbered and _PAGE_NUMBER.fullmatch(lines[end]) is not None)
            ):
                lines.pop(end)
    return lines


def join_lines(pages: Sequence[Sequence[str]]) -> str:
    r"""Join the lines of pages to paragraphs, parted by `\n`.

    A paragraph ends at an empty line, before a speaker's label, and after a short line that
    ends a sentence. A page's end does not end a paragraph.
    """
    lines = [line for page in pages for line in page]
    raw = "\n".join(lines)
    labelled = {label.line for label in find_labels(raw, split_lines(raw))}
    full = _full_width(lines)
    paragraphs: list[str] = []
    open_ = False
    for number, line in enumerate(lines):
        if not line:
            open_ = False
            continue
        if open_ and number not in labelled:
            paragraphs[-1] = _joined(paragraphs[-1], line)
        else:
            paragraphs.append(line)
        open_ = len(line) > 0.75 * full or not line.endswith(_SENTENCE_END)
    return "\n".join(paragraphs)


def _full_width(lines: Sequence[str]) -> float:
    """Give the length in characters of a line that fills its width."""
    lengths = [len(line) for line in lines if line]
    return quantiles(lengths, n=10)[-1] if len(lengths) > 1 else 0.0


def _joined(paragraph: str, line: str) -> str:
    """Join a line to a paragraph; a hyphen at the end stays, as speech has many of them."""
    hyphen = paragraph.endswith("-") and paragraph[-2:-1].isalpha() and line[:1].islower()
    return paragraph + line if hyphen else f"{paragraph} {line}"
