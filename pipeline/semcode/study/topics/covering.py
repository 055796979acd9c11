"""Whether a topic is covered by a code already: by what people coded, else by what is suggested."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from semcode import store
from semcode.codebook import Codebook
from semcode.records import CoderKind
from semcode.study.topics.overlapping import Key, Overlaps

__all__ = ["Coded", "Covered", "coded_segments", "covered"]

#: Share of a topic's segments from which a code covers it.
ENOUGH = 0.5

_NEAR = 0.1
_FEWEST, _PART = 3, 0.25  # segments that people read, before their codings are asked


@dataclass(frozen=True)
class Coded:
    """What people coded, by segment: guids with how many coders gave them; and what was read."""

    codes: Mapping[Key, Counter[str]]
    judged: frozenset[Key]

    def first(self, key: Key) -> str:
        """Give the code that most coders gave a segment, "" for none."""
        given = self.codes.get(key)
        return min(given, key=lambda code: (-given[code], code)) if given else ""


@dataclass(frozen=True, slots=True)
class Covered:
    """The code that covers a topic (None: the topic is new), by which share, by whose word.

    `nearest` is that code, or else the one that most of its segments have, a tenth at least.
    """

    name: str | None
    nearest: str | None
    share: float
    source: str


def coded_segments(connection: Connection, keys: Sequence[Key], book: Codebook) -> Coded:
    """Read which segments people coded or read; a code above one that was given counts too."""
    overlaps = Overlaps(keys)
    ids = {row.name: row.id for row in store.transcripts.rows(connection)}
    machines = {
        coder.name for coder in store.people.coders(connection) if coder.kind is CoderKind.MODEL
    }
    codes: dict[Key, Counter[str]] = {}
    judged: set[Key] = set()
    for coding in store.codings.all_codings(connection):
        code = book.get(coding.code)
        if code is None or coding.coder in machines:
            continue
        for row in overlaps.rows((ids[coding.transcript], coding.start, coding.end)):
            codes.setdefault(keys[row], Counter())[code.guid] += 1
            judged.add(keys[row])
    for reading in store.codings.readings(connection):
        span = (ids[reading.transcript], reading.start, reading.end)
        judged |= {keys[row] for row in overlaps.rows(span)}
    return Coded(codes, frozenset(judged))


def covered(
    members: Sequence[Key],
    near: Sequence[tuple[str, float, float]],
    coded: Coded,
    book: Codebook,
) -> Covered:
    """Give the code that at least half of a topic's segments have.

    Where people read enough of them, theirs count; elsewhere what is suggested (`near`).
    Among the codes that cover a topic the most specific is given.
    """
    judged = [key for key in members if key in coded.judged]
    if len(judged) >= max(_FEWEST, _PART * len(members)):
        shares = Counter(
            guid for key in judged for guid in _with_above(coded.codes.get(key, ()), book)
        )
        found = {guid: n / len(judged) for guid, n in shares.items()}
        source = "codings"
    else:
        found, source = {guid: share for guid, share, _ in near if book.get(guid)}, "suggestions"
    if not found:
        return Covered(None, None, 0.0, source)
    over = [guid for guid, share in found.items() if share >= ENOUGH]
    if over:
        best = max(over, key=lambda guid: (len(book.ancestors(book[guid])), found[guid], guid))
    else:
        best = max(found, key=lambda guid: (found[guid], guid))
    name = book[best].name if found[best] >= _NEAR else None
    return Covered(name if over else None, name, round(found[best], 4), source)


def _with_above(codes: Sequence[str] | Mapping[str, int], book: Codebook) -> set[str]:
    return {c.guid for guid in codes for c in (book[guid], *book.ancestors(book[guid]))}
