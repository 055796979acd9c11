"""Bring a file's bytes in, and decode them to text."""

from __future__ import annotations

import codecs
import hashlib
import re
import uuid
from dataclasses import dataclass
from pathlib import Path

from semcode.errors import ReadError
from semcode.wording import counted

__all__ = ["Source", "clean", "decode", "guid_of", "load", "shown", "source_of"]

_GUIDS = uuid.UUID("7d0a4ba5-31c7-5a0e-9a3f-5c6f0f5d7c11")  # fixed: guids must never change

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BINARY_STARTS = (
    (b"PK\x03\x04", "a zip archive or an office document"),
    (b"%PDF-", "a PDF"),
    (b"{\\rtf", "an RTF document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old or protected office document"),
    (b"ID3", "a sound recording"),
    (b"fLaC", "a sound recording"),
    (b"OggS", "a sound recording"),
    (b"\x1f\x8b", "a compressed file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"SQLite format 3\x00", "a database"),
)
# One-byte encodings that people's machines write.
_WESTERN = ("cp1252", "mac_roman")
_FURTHER = ("cp1250", "cp1251", "cp1253", "cp1254", "cp1257")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_TYPOGRAPHY = frozenset(
    "\u2018\u2019\u201c\u201d\u201e\u201a\u2013\u2014\u2026\u2022\u20ac\u00a0£§°«»¿¡½©®™·"
)


@dataclass(frozen=True, slots=True)
class Source:
    """The file that a transcript came from: its name, the hash of its bytes, its format."""

    name: str
    sha256: str
    format: str


def shown(name: str | Path) -> str:
    """Write a name so that it can be stored and printed: what is no text in it becomes `?`."""
    return str(name).encode("utf-8", "replace").decode()


def source_of(name: str, data: bytes, format: str) -> Source:  # noqa: A002 - the record's own word
    """Record where a transcript came from."""
    return Source(name=shown(name), sha256=hashlib.sha256(data).hexdigest(), format=format)


def guid_of(source: Source, name: str) -> str:
    """Give the transcript `name` of a file the same guid at every reading."""
    return str(uuid.uuid5(_GUIDS, f"{source.sha256}\n{name}"))


def load(path: Path, *, max_bytes: int) -> bytes:
    """Read a file that a person named, at most `max_bytes` long.

    Raises ReadError where it is missing, a folder, empty, too large or not allowed.
    """
    where = shown(path)
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        what = "the link leads nowhere." if path.is_symlink() else "there is no such file."
        raise ReadError(what, where=where, remedy="Check the path.") from None
    except (OSError, ValueError) as error:
        raise _not_readable(error, where) from error
    if not path.is_file():
        raise ReadError("this is not a file.", where=where, remedy="Name a file, or its folder.")
    if size > max_bytes:
        raise _too_large(size, max_bytes, where)
    try:
        with path.open("rb") as stream:
            data = stream.read(max_bytes + 1)
    except OSError as error:
        raise _not_readable(error, where) from error
    if len(data) > max_bytes:
        raise _too_large(len(data), max_bytes, where)
    if not data:
        raise ReadError("the file is empty.", where=where, remedy="Save it again, or leave it out.")
    return data


def _not_readable(error: Exception, where: str) -> ReadError:
    reason = getattr(error, "strerror", None) or str(error)
    remedy = "Check that you may open it and that no other program holds it."
    return ReadError(f"the file cannot be opened ({reason}).", where=where, remedy=remedy)


def _too_large(size: int, max_bytes: int, where: str) -> ReadError:
    what = f"the file has {size:,} bytes, more than the {max_bytes:,} allowed."
    return ReadError(what, where=where, remedy="Split it, or raise file_mb in [limits].")


def decode(data: bytes, *, where: str) -> tuple[str, list[str]]:
    """Decode the bytes of a text file; give the text and warnings for the person.

    A byte order mark is believed, then UTF-16 without one, then UTF-8; else the likeliest
    one-byte encoding is taken and named in a warning. Line ends are kept as they are.
    Raises ReadError where the bytes are no text.
    """
    _refuse_binary(data, where)
    text, warnings = _decoded(data)
    controls = sum(1 for character in text[:100_000] if _is_control(character))
    if controls > 8 and controls * 10 > min(len(text), 100_000):
        raise _binary("a binary file", where)
    text, more = clean(text)
    return text, warnings + more


def _refuse_binary(data: bytes, where: str) -> None:
    for start, kind in _BINARY_STARTS:
        if data.startswith(start):
            raise _binary(kind, where)


def _binary(kind: str, where: str) -> ReadError:
    remedy = "Export it as plain text, or give the file its right ending."
    return ReadError(f"this is {kind}, not a text file.", where=where, remedy=remedy)


def _decoded(data: bytes) -> tuple[str, list[str]]:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _lenient(data[len(bom) :], encoding)
    wide = _wide_encoding(data)
    if wide is not None:
        return _lenient(data, wide)
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError:
        if _mostly_utf8(data):
            return _lenient(data, "utf-8")
    encoding = _guess_encoding(data)
    return data.decode(encoding, "replace"), [
        f"The encoding was guessed to be {encoding}. Check accented letters and quotation marks."
    ]


def _lenient(data: bytes, encoding: str) -> tuple[str, list[str]]:
    """Decode, replacing what is broken by U+FFFD."""
    try:
        return data.decode(encoding), []
    except UnicodeDecodeError:
        warning = f"Some bytes are not valid {encoding.upper()} and were replaced by \ufffd."
        return data.decode(encoding, "replace"), [warning]


def _wide_encoding(data: bytes) -> str | None:
    """Tell UTF-16 without a mark by zero bytes that fall on one side only."""
    sample = data[: 8_192 - (len(data) % 2 if len(data) < 8_192 else 0)]
    half = len(sample) // 2
    if half < 2:
        return None
    even, odd = sample[0 : 2 * half : 2].count(0), sample[1 : 2 * half : 2].count(0)
    if odd > 0.4 * half and even < 0.1 * odd:
        return "utf-16-le"
    if even > 0.4 * half and odd < 0.1 * even:
        return "utf-16-be"
    return None


def _mostly_utf8(data: bytes) -> bool:
    """Tell whether a few broken bytes stand among many well-formed letters beyond ASCII."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    beyond = sum(1 for character in text if character > "\x7f") - broken
    return beyond > 5 * broken


def _guess_encoding(data: bytes) -> str:
    """Take the western encoding that reads well; ask the statistics of letters only then."""
    scores = {name: _plausible(data.decode(name, "replace")) for name in _WESTERN}
    encoding = max(scores, key=lambda name: scores[name])
    if scores[encoding] >= 0.8:
        return encoding
    from charset_normalizer import from_bytes

    best = from_bytes(data, cp_isolation=[*_WESTERN, *_FURTHER]).best()
    return encoding if best is None else str(best.encoding)


def _plausible(text: str) -> float:
    """Give the share of characters beyond ASCII that stand where western writing has them."""
    hits = [match.start() for match in _BEYOND_ASCII.finditer(text[:200_000])]
    good = sum(_fits(text[max(0, at - 1) : at], text[at], text[at + 1 : at + 2]) for at in hits)
    return good / len(hits) if hits else 1.0


def _fits(before: str, character: str, after: str) -> bool:
    if character in _TYPOGRAPHY:
        return True
    if not character.isalpha() or (character.isupper() and before.islower()):
        return False
    letters = [neighbour for neighbour in (before, after) if neighbour.isalpha()]
    return not letters or any(neighbour.isascii() for neighbour in letters)


def clean(text: str) -> tuple[str, list[str]]:
    r"""Replace what cannot be stored or exported, one character for one; give warnings.

    Form feeds and vertical tabs become `\n`; other control characters, lone surrogates and
    non-characters become U+FFFD. The length and every position stay the same.
    """
    text = text.replace("\x0b", "\n").replace("\x0c", "\n")
    bad = {character for character in set(text) if _is_control(character)}
    if not bad:
        return text, []
    count = sum(text.count(character) for character in bad)
    text = text.translate({ord(character): "\ufffd" for character in bad})
    return text, [f"{counted(count, 'character')} that are no text were replaced by \ufffd."]


def _is_control(character: str) -> bool:
    return (
        (character < " " and character not in "\t\n\r\x0b\x0c")
        or "\ud800" <= character <= "\udfff"
        or character in "\ufffe\uffff"
    )
