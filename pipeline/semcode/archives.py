"""Check zips and XML before a library opens them."""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Protocol
from xml.etree.ElementTree import ParseError

from semcode.errors import ReadError

__all__ = ["DAMAGE", "XmlTarget", "check_xml", "check_zip", "checked_parts", "parse_xml"]

#: Whatever a library and the modules below it raise on office files that are not what they say.
DAMAGE: tuple[type[Exception], ...] = (
    *(ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, OSError),
    *(RuntimeError, SyntaxError, TypeError, ValueError),
    *(lzma.LZMAError, struct.error, zipfile.BadZipFile, zlib.error),
)

_MAX_MEMBERS = 5_000
_SMALL = 10_000_000  # bytes: below this no ratio is suspicious


def check_zip(
    data: bytes, *, where: str, max_unpacked: int = 200_000_000, max_ratio: int = 200
) -> None:
    """Refuse an archive that is damaged, protected, or unpacks to more than it should.

    `max_unpacked` is in bytes over all members. `max_ratio` (unpacked to packed) is looked
    at only beyond 10 MB. Raises ReadError.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError, OSError) as error:
        remedy = "Open it in the program that made it and save it again."
        raise ReadError("the file is damaged or cut off.", where=where, remedy=remedy) from error
    unpacked = sum(member.file_size for member in members)
    if any(_is_outside(member.filename) for member in members):
        raise _unsafe("it holds a file that points outside of it", where)
    if any(member.flag_bits & 1 for member in members):
        remedy = "Save a copy without a password."
        raise ReadError("the file is protected by a password.", where=where, remedy=remedy)
    if len(members) > _MAX_MEMBERS:
        raise _unsafe(f"it holds {len(members):,} files", where)
    if unpacked > max_unpacked or (unpacked > _SMALL and unpacked > max_ratio * len(data)):
        raise _unsafe(f"it unpacks to {unpacked:,} bytes", where)


def _is_outside(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or name[1:2] == ":"


def _unsafe(reason: str, where: str) -> ReadError:
    remedy = "Open it in the program that made it, and save the text alone as a new file."
    return ReadError(f"the file is not safe to unpack: {reason}.", where=where, remedy=remedy)


class XmlTarget(Protocol):
    """What the parser hands a document to, piece by piece, so that no tree fills the memory."""

    def start(self, tag: str, attributes: dict[str, str], /) -> None:
        """Take the beginning of an element; `tag` is `{namespace}name`."""

    def end(self, tag: str, /) -> None:
        """Take the end of an element."""

    def data(self, data: str, /) -> None:
        """Take a piece of text."""


class _Nothing:
    def start(self, tag: str, attributes: dict[str, str], /) -> None: ...
    def end(self, tag: str, /) -> None: ...
    def data(self, data: str, /) -> None: ...


def parse_xml(data: bytes, target: XmlTarget, *, where: str) -> None:
    """Hand XML to a target; refuse document types and entities. Raises ReadError."""
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import XMLParser

    parser = XMLParser(target=target, forbid_dtd=True)
    try:
        parser.feed(data)
        parser.close()
    except DefusedXmlException as error:
        raise _unsafe("its XML declares entities", where) from error
    except (ParseError, LookupError, ValueError) as error:
        remedy = "Open it in the program that made it and save it again."
        raise ReadError("the file's XML is damaged.", where=where, remedy=remedy) from error


def check_xml(data: bytes, *, where: str) -> None:
    """Refuse XML that is malformed or declares a document type or entities; raise ReadError."""
    parse_xml(data, _Nothing(), where=where)


def checked_parts(data: bytes, *, where: str) -> Iterator[tuple[str, bytes]]:
    """Unpack the XML parts of an office file, each checked; raise ReadError or one of DAMAGE."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if name.endswith((".xml", ".rels")):
                content = archive.read(name)
                check_xml(content, where=where)
                yield name, content
