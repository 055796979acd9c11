"""Open a project file: which parts it has, and their bytes, without unpacking anything."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Protocol
from urllib.parse import unquote

from semcode.errors import ReadError
from semcode.readers.files import load, shown

__all__ = ["MAX_XML", "Parts", "open_parts"]

#: Bytes of a project's XML; 50,000 codings take about 20 million.
MAX_XML = 500_000_000
_MAX_TEXT = 60_000_000  # bytes of one document
_MAX_MEMBERS = 200_000
_SMALL, _MAX_RATIO = 10_000_000, 200  # bytes below which no ratio is suspicious
_MAX_READ = 2_000_000_000  # bytes of all that is read
_AGAIN = "Export the project again from the program that it comes from."


class Parts(Protocol):
    """The XML of a project and the files that it names."""

    where: str

    def xml(self) -> bytes:
        """Give the project's XML. Raises ReadError."""

    def file(self, uri: str) -> bytes | None:
        """Give the bytes of a file that the XML names; None where it is not in the project.

        Raises ReadError where it is too large or damaged.
        """

    def has(self, uri: str) -> bool:
        """Tell whether the project holds a file."""


@contextmanager
def open_parts(path: Path) -> Iterator[Parts]:
    """Open a .qdpx, or a .qde or .qdc with what lies beside it. Raises ReadError."""
    where = shown(path)
    try:
        zipped = zipfile.is_zipfile(path) or _starts_as_zip(path)
        if not zipped:
            yield _Loose(path)
            return
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError) as error:
        what = "the file is damaged or cut off."
        raise ReadError(what, where=where, remedy=_AGAIN) from error
    except OSError as error:
        what = f"the file cannot be opened ({error.strerror or error})."
        raise ReadError(what, where=where, remedy="Check its name.") from error
    with archive:
        yield _Zip(archive, where)


def _starts_as_zip(path: Path) -> bool:
    with path.open("rb") as handle:
        return handle.read(4) == b"PK\x03\x04"


class _Zip:
    """The parts of a zip; nothing is ever written out of it."""

    def __init__(self, archive: zipfile.ZipFile, where: str) -> None:
        self._archive = archive
        self.where = where
        members = archive.infolist()
        _check(members, where)
        self._members = {_key(member.filename): member for member in members}
        self._by_name: dict[str, zipfile.ZipInfo] = {}
        for member in members:
            if not member.filename.endswith("/"):
                self._by_name.setdefault(PurePosixPath(_key(member.filename)).name, member)
        self._read = 0

    def xml(self) -> bytes:
        """Give the bytes of project.qde, or of the only .qde."""
        found = self._members.get("project.qde")
        if found is None:
            every = [m for key, m in self._members.items() if key.endswith(".qde")]
            top = [m for m in every if "/" not in _key(m.filename)] or every
            if len(top) != 1:
                count = "no project" if not top else f"{len(top)} projects"
                raise ReadError(f"the file holds {count}.", where=self.where, remedy=_AGAIN)
            found = top[0]
        return self._bytes(found, MAX_XML)

    def file(self, uri: str) -> bytes | None:
        found = self._find(uri)
        return None if found is None else self._bytes(found, _MAX_TEXT)

    def has(self, uri: str) -> bool:
        return self._find(uri) is not None

    def _find(self, uri: str) -> zipfile.ZipInfo | None:
        name = _inner_name(uri)
        if name is None:
            return None
        key = _key(name)
        for guess in (f"sources/{key}", key):
            if guess in self._members:
                return self._members[guess]
        return self._by_name.get(PurePosixPath(key).name)

    def _bytes(self, member: zipfile.ZipInfo, limit: int) -> bytes:
        name = shown(member.filename)
        size, packed = member.file_size, member.compress_size
        suspicious = size > _SMALL and size > _MAX_RATIO * max(packed, 1)
        self._read += size
        if size > limit or suspicious or self._read > _MAX_READ:
            what = f"the file is not safe to unpack: {name} unpacks to {size:,} bytes."
            raise ReadError(what, where=self.where, remedy=_AGAIN)
        try:
            return self._archive.read(member)
        except (
            *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError),
            *(RuntimeError, NotImplementedError, ValueError),
        ) as error:
            what = f"{name} in the file is damaged or protected."
            raise ReadError(what, where=self.where, remedy=_AGAIN) from error


class _Loose:
    """A .qde or .qdc file, and the sources that lie beside it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.where = shown(path)

    def xml(self) -> bytes:
        return load(self._path, max_bytes=MAX_XML)

    def file(self, uri: str) -> bytes | None:
        found = self._find(uri)
        if found is None:
            return None
        return b"" if not found.stat().st_size else load(found, max_bytes=_MAX_TEXT)

    def has(self, uri: str) -> bool:
        return self._find(uri) is not None

    def _find(self, uri: str) -> Path | None:
        name = _inner_name(uri)
        if name is None:
            return None
        home = self._path.parent.resolve()
        for folder in ("sources", "Sources", "."):
            try:
                found = (home / folder / name).resolve()
                if found.is_relative_to(home) and found.is_file():
                    return found
            except (OSError, ValueError):
                return None
        return None


def _check(members: list[zipfile.ZipInfo], where: str) -> None:
    if len(members) > _MAX_MEMBERS:
        what = f"the file is not safe to unpack: it holds {len(members):,} files."
        raise ReadError(what, where=where, remedy=_AGAIN)
    for member in members:
        if _is_outside(member.filename):
            what = "the file is not safe to unpack: it holds a file that points outside of it."
            raise ReadError(what, where=where, remedy=_AGAIN)


def _is_outside(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or name[1:2] == ":"


def _key(name: str) -> str:
    return name.replace("\\", "/").casefold()


def _inner_name(uri: str) -> str | None:
    """Give the name of a file inside the project; None where the URI leads out of it."""
    scheme, mark, rest = uri.strip().partition("://")
    if mark and scheme.casefold() not in ("internal", "relative"):
        return None
    name = (rest if mark else uri.strip()).replace("\\", "/")
    if mark:
        name = name.lstrip("/")
    if "%" in name:
        name = unquote(name)
    if not name or "\0" in name or _is_outside(name):
        return None
    return name
