"""Selections and codings as the XML has them, before positions and references are settled."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from xml.etree.ElementTree import Element

from semcode.exchange.refi.guids import normal
from semcode.exchange.refi.tally import Tally

__all__ = [
    "RawCoding",
    "RawSelection",
    "RawSource",
    "moment",
    "note_refs",
    "number",
    "optional_guid",
    "raw_codings",
    "raw_selection",
    "target",
]


@dataclass(frozen=True, slots=True)
class RawCoding:
    """A code given to a selection or a document; `notes` are guids."""

    guid: str
    code: str
    user: str | None
    created: datetime | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RawSelection:
    """A span as the program counts it; None where it gives only the words (`quote`)."""

    guid: str
    start: int | None
    end: int | None
    name: str = ""
    quote: str = ""
    memo: str = ""
    user: str | None = None
    created: datetime | None = None
    codings: tuple[RawCoding, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class RawSource:
    """A document with its text as it was decoded; `whole` are codings of all of it."""

    guid: str
    name: str
    text: str | None
    bom: bool = False
    sha256: str = ""
    file: str = ""
    memo: str = ""
    user: str | None = None
    selections: list[RawSelection] = field(default_factory=list)
    whole: list[RawCoding] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def moment(text: str | None) -> datetime | None:
    """Read a date and time, in UTC where it names no zone; None where it is none."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text.strip())
        found = found if found.tzinfo else found.replace(tzinfo=UTC)
        return found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def number(text: str | None) -> int | None:
    """Read a whole number; None where it is none."""
    try:
        return int(text) if text and len(text) < 40 else None
    except ValueError:
        return None


def optional_guid(text: str | None) -> str | None:
    """Give a guid in its normal form, None where there is none."""
    return normal(text) if text and text.strip() else None


def target(element: Element | None) -> str:
    """Give what a ...Ref points at, "" where it says nothing; codebooks say `guid`."""
    if element is None:
        return ""
    told = element.get("targetGUID") or element.get("guid") or ""
    return normal(told) if told.strip() else ""


def note_refs(element: Element) -> tuple[str, ...]:
    """Give the guids of the notes of an element."""
    return tuple(filter(None, (target(ref) for ref in element.iterfind("NoteRef"))))


def raw_codings(element: Element, warnings: Tally) -> tuple[RawCoding, ...]:
    """Read the codings that stand directly in an element."""
    found = []
    for coding in element.iterfind("Coding"):
        code = target(coding.find("CodeRef"))
        if not code:
            warnings.add("codings name no code and are left out")
            continue
        found.append(
            RawCoding(
                guid=normal(coding.get("guid", "")) if coding.get("guid") else "",
                code=code,
                user=optional_guid(coding.get("creatingUser")),
                created=moment(coding.get("creationDateTime")),
                notes=note_refs(coding),
            )
        )
    return tuple(found)


def raw_selection(
    element: Element, start: int | None, end: int | None, warnings: Tally, *, quote: str = ""
) -> RawSelection:
    """Read a selection whose place the caller has found."""
    name = element.get("name", "")
    return RawSelection(
        guid=normal(element.get("guid", "")) if element.get("guid") else "",
        start=start,
        end=end,
        name=name,
        quote=quote,
        memo=(element.findtext("Description") or "").strip(),
        user=optional_guid(element.get("creatingUser")),
        created=moment(element.get("creationDateTime")),
        codings=raw_codings(element, warnings),
        notes=note_refs(element),
    )
