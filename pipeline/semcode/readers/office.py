"""Take the text out of .docx and .odt files as a reader of the finished document sees it."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from functools import lru_cache

from semcode.archives import check_zip, parse_xml
from semcode.errors import ReadError

__all__ = ["Extract", "read_docx", "read_odt"]

_MAX_SPACES = 1_000_000  # that counts in an .odt may stand for
_MAX_XML = 60_000_000  # bytes of the main part; ten hours of speech take about ten million
_WORD = re.compile(
    r"\{(?:http://schemas\.openxmlformats\.org/wordprocessingml/2006/main"
    r"|http://purl\.oclc\.org/ooxml/wordprocessingml/main)\}"
)
_OPEN = re.compile(r"\{urn:oasis:names:tc:opendocument:xmlns:(text|table|office|drawing):1\.0\}")
_OFFICE_DOCUMENT = "/officeDocument"
_OFF = frozenset({"0", "false", "off", "none"})


@dataclass(frozen=True, slots=True)
class Extract:
    """The text of a document; `bold` maps a line's start to its leading bold characters."""

    text: str
    bold: dict[int, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@dataclass(slots=True)
class _Paragraph:
    """A paragraph that is being read."""

    parts: list[str] = field(default_factory=list)
    bold: int = 0
    plain: bool = False  # a character that is not bold was seen
    joins_next: bool = False

    def add(self, text: str, *, bold: bool = False) -> None:
        self.parts.append(text)
        self.plain = self.plain or not bold
        if bold and not self.plain:
            self.bold += len(text)


@dataclass(slots=True)
class _Layout:
    """Lay paragraphs and table rows out as lines; the cells of a row are parted by tabs."""

    rows: list[list[list[_Paragraph]]] = field(default_factory=list)
    done: list[_Paragraph] = field(default_factory=list)

    def paragraph(self, paragraph: _Paragraph) -> None:
        self._into().append(paragraph)

    def _into(self) -> list[_Paragraph]:
        return self.rows[-1][-1] if self.rows and self.rows[-1] else self.done

    def begin_row(self) -> None:
        self.rows.append([])

    def begin_cell(self) -> None:
        if self.rows:
            self.rows[-1].append([])

    def end_row(self) -> None:
        cells = [[p for p in cell if p.parts] for cell in self.rows.pop()] if self.rows else []
        first = True
        for cell in filter(None, cells):
            for paragraph in cell if first else cell[1:]:
                self.paragraph(paragraph)
            if not first:
                self._insert(cell[0], before=len(cell) - 1)
            first = False

    def _insert(self, paragraph: _Paragraph, *, before: int) -> None:
        """Continue the line of the cell before with a tab and this paragraph."""
        into = self._into()
        last = into[len(into) - before - 1]
        for part in ("\t", *paragraph.parts):
            last.add(part)

    def extract(self, warnings: tuple[str, ...] = ()) -> Extract:
        while self.rows:
            self.end_row()
        pieces: list[str] = []
        bold: dict[int, int] = {}
        at = 0
        for paragraph in self.done:
            text = "".join(paragraph.parts) + ("" if paragraph.joins_next else "\n")
            if paragraph.bold:
                bold[at] = paragraph.bold
            pieces.append(text)
            at += len(text)
        return Extract("".join(pieces), bold, warnings)


class _Word:
    """Read the main part of a .docx: tracked changes accepted, notes and fields left out."""

    def __init__(self) -> None:
        self.layout = _Layout()
        self.open: list[_Paragraph] = []
        self.skipping = self.properties = 0
        self.in_text = self.in_run = self.bold = self.hidden = self.changed = False

    def start(self, tag: str, attributes: dict[str, str], /) -> None:
        name = _word_name(tag)
        if name in ("ins", "del", "moveFrom"):
            self.changed = True
        if self.properties:
            self._property(name)
        elif self.skipping or name in ("del", "moveFrom", "Fallback") or name.endswith("Change"):
            self.skipping += 1
        elif name == "pPr":
            self.properties = 1
        elif name == "p":
            self.open.append(_Paragraph())
        elif name == "tr":
            self.layout.begin_row()
        elif name == "tc":
            self.layout.begin_cell()
        else:
            self._run(name, attributes)

    def _property(self, name: str) -> None:
        """A deleted paragraph mark joins the paragraph to the next one."""
        self.properties += 1
        if name == "del" and self.open:
            self.open[-1].joins_next = True

    def _run(self, name: str, attributes: dict[str, str]) -> None:
        if name == "r":
            self.in_run, self.bold, self.hidden = True, False, False
        elif name == "t":
            self.in_text = True
        elif not self.in_run:
            return
        elif name == "b":
            self.bold = _is_on(attributes)
        elif name == "rStyle":
            self.bold = self.bold or "Strong" in attributes.values()
        elif name == "vanish":
            self.hidden = _is_on(attributes)
        elif name in _WORD_MARKS:
            self._add(_WORD_MARKS[name])

    def end(self, tag: str, /) -> None:
        name = _word_name(tag)
        if self.properties:
            self.properties -= 1
        elif self.skipping:
            self.skipping -= 1
        elif name == "p" and self.open:
            self.layout.paragraph(self.open.pop())
        elif name == "tr":
            self.layout.end_row()
        elif name == "r":
            self.in_run = False
        elif name == "t":
            self.in_text = False

    def data(self, data: str, /) -> None:
        if self.in_text and not self.skipping:
            self._add(data)

    def _add(self, text: str) -> None:
        if self.open and not self.hidden:
            self.open[-1].add(text, bold=self.bold)


_WORD_MARKS = {"br": "\n", "cr": "\n", "tab": "\t", "ptab": "\t", "noBreakHyphen": "-"}


@lru_cache(maxsize=1_000)
def _word_name(tag: str) -> str:
    """Give a Word element's bare name, and `Fallback`; others give an empty name."""
    match = _WORD.match(tag)
    if match:
        return tag[match.end() :]
    return "Fallback" if tag.endswith("}Fallback") else ""


def _is_on(attributes: dict[str, str]) -> bool:
    return not any(value.lower() in _OFF for value in attributes.values())


class _OpenText:
    """Read the content of an .odt: deleted text, notes and comments left out."""

    def __init__(self) -> None:
        self.layout = _Layout()
        self.open: list[_Paragraph] = []
        self.skipping = self.spaces = 0
        self.changed = False

    def start(self, tag: str, attributes: dict[str, str], /) -> None:
        name = _open_name(tag)
        self.changed = self.changed or name == "text:changed-region"
        if self.skipping or name in _OPEN_SKIPPED:
            self.skipping += 1
        elif name in ("text:p", "text:h"):
            self.open.append(_Paragraph())
        elif name == "table:table-row":
            self.layout.begin_row()
        elif name == "table:table-cell":
            self.layout.begin_cell()
        elif name == "text:s":
            self._space(_count(attributes))
        elif name in ("text:tab", "text:line-break"):
            self.data("\t" if name == "text:tab" else "\n")

    def _space(self, count: int) -> None:
        self.spaces += count
        if self.spaces > _MAX_SPACES:
            remedy = "Open it, save the text alone as a new file, and add that."
            raise ReadError("the document is mostly spaces, too many to read.", remedy=remedy)
        self.data(" " * count)

    def end(self, tag: str, /) -> None:
        name = _open_name(tag)
        if self.skipping:
            self.skipping -= 1
        elif name in ("text:p", "text:h") and self.open:
            self.layout.paragraph(self.open.pop())
        elif name == "table:table-row":
            self.layout.end_row()

    def data(self, data: str, /) -> None:
        if self.open and not self.skipping:
            self.open[-1].add(data)


_OPEN_SKIPPED = frozenset(
    {"text:tracked-changes", "text:note", "office:annotation", "text:ruby-text"}
    | {"text:bibliography-mark", "text:hidden-text", "text:hidden-paragraph"}
)


@lru_cache(maxsize=1_000)
def _open_name(tag: str) -> str:
    match = _OPEN.match(tag)
    return f"{match[1]}:{tag[match.end() :]}" if match else ""


def _count(attributes: dict[str, str]) -> int:
    """Give the number of spaces that one element stands for."""
    for key, value in attributes.items():
        if key.endswith("}c") and value.isdecimal():
            return min(int(value[:4]), 1_000)
    return 1


class _Relations:
    """Read which part of the package is the document."""

    def __init__(self) -> None:
        self.target: str | None = None

    def start(self, tag: str, attributes: dict[str, str], /) -> None:
        if tag.endswith("}Relationship") and attributes.get("Type", "").endswith(_OFFICE_DOCUMENT):
            self.target = self.target or attributes.get("Target")

    def end(self, tag: str, /) -> None:
        """Nothing ends here."""

    def data(self, data: str, /) -> None:
        """Relations hold no text."""


def read_docx(data: bytes, *, where: str) -> Extract:
    """Take the text of a Word document; raise ReadError where it is damaged or unsafe.

    Insertions are taken and deletions left out; headers, notes, comments and hidden text
    are left out; the cells of a table's row are joined by tabs.
    """
    check_zip(data, where=where)
    relations = _Relations()
    parse_xml(_member(data, "_rels/.rels", where), relations, where=where)
    part = posixpath.normpath((relations.target or "word/document.xml").lstrip("/"))
    document = _Word()
    parse_xml(_member(data, part, where), document, where=where)
    return document.layout.extract(_change_warning(document.changed))


def read_odt(data: bytes, *, where: str) -> Extract:
    """Take the text of an OpenDocument text; raise ReadError where it is damaged or unsafe."""
    check_zip(data, where=where)
    manifest = _member(data, "META-INF/manifest.xml", where)
    if b"encryption-data" in manifest:
        remedy = "Save a copy without a password."
        raise ReadError("the document is protected by a password.", where=where, remedy=remedy)
    document = _OpenText()
    parse_xml(_member(data, "content.xml", where), document, where=where)
    return document.layout.extract(_change_warning(document.changed))


def _change_warning(changed: bool) -> tuple[str, ...]:
    if not changed:
        return ()
    return ("The document has tracked changes: they were read as if all were accepted.",)


def _member(data: bytes, name: str, where: str) -> bytes:
    """Unpack one part of the package, of bounded size."""
    remedy = "Open it in the program that made it and save it again."
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = archive.getinfo(name).file_size
            if size > _MAX_XML:
                what = f"the document's text takes {size:,} bytes, more than {_MAX_XML:,}."
                raise ReadError(what, where=where, remedy="Split it into several documents.")
            return archive.read(name)
    except KeyError as error:
        what = f"the document is incomplete: `{name}` is missing."
        raise ReadError(what, where=where, remedy=remedy) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, *_ODD) as error:
        raise ReadError("the document is damaged.", where=where, remedy=remedy) from error


# What zipfile raises for odd headers: unknown methods, passwords, wrong offsets and names.
_ODD = (NotImplementedError, RuntimeError, ValueError, OSError, OverflowError)
