"""What the learner finds likely beyond the stored suggestions, and what a coder dealt with."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from semcode import store
from semcode.records import Verdict
from semcode.store.people import CoderKey
from semcode.study.learning.live_scores import LiveScores
from semcode.study.learning.live_segments import LiveSegments
from semcode.study.review.desk import Desk
from semcode.study.review.ledger import ON_SUGGESTIONS

__all__ = ["Beyond", "Cells", "newcomers", "suggested_now"]

Bools = NDArray[np.bool_]
Ints = NDArray[np.intp]
Floats = NDArray[np.float64]
Span = tuple[int, int]
Coded = tuple[int, int, str]


class Cells(NamedTuple):
    """Rows and columns of the learner with their probabilities."""

    rows: Ints
    columns: Ints
    scores: Floats

    def take(self, kept: Bools | Ints) -> Cells:
        """Keep some of them."""
        return Cells(self.rows[kept], self.columns[kept], self.scores[kept])


def newcomers(live: LiveScores, stored: Sequence[Bools]) -> Cells:
    """Find what would be suggested now and is not stored, code after code.

    `stored` tells of each code which segments have a suggestion.
    """
    parts = []
    for code, offered in enumerate(live.choice.offered):
        rows = np.flatnonzero(offered & ~stored[code])
        scores = live.columns[code][rows].astype(np.float64)
        parts.append(Cells(rows, np.full(len(rows), code), scores))
    return Cells(*(np.concatenate(one) for one in zip(*parts, strict=True)))


def suggested_now(live: LiveScores, span: tuple[int, int, int]) -> set[str]:
    """Give the codes that would be suggested now for what lies in a span by half or more.

    The span is a transcript's id, start and end.
    """
    transcript, start, end = span
    units = live.segments.units.get(transcript, ())
    found = set[str]()
    for number in range(bisect_left(units, start, key=lambda unit: unit[1]), len(units)):
        a, b = units[number]
        if a >= end:
            break
        if 2 * (min(b, end) - max(a, start)) < b - a:
            continue
        row = live.segments.first[transcript] + number
        found |= {live.codes[code] for code in np.flatnonzero(live.choice.offered[:, row])}
    return found


class Beyond:
    """Which segments and codes one coder has dealt with: decided, coded, or read without."""

    def __init__(self, segments: LiveSegments) -> None:
        self.segments = segments
        self.closed: Bools = np.zeros((len(segments.codebook), len(segments.ids)), np.bool_)
        self._column = {code.guid: place for place, code in enumerate(segments.codebook.codes)}
        self._generation = -1
        self._journal = 0
        self._keys: dict[int, set[tuple[int, int, str]]] = {}

    def follow(self, desk: Desk, connection: Connection, who: CoderKey) -> None:
        """Bring it up to date with the coder's log and codings."""
        generation, newest = desk.ledger.generation, desk.seen(connection).newest
        touched: set[int] = set()
        if generation != self._generation:
            self._generation, self._journal = generation, 0
            self._keys.clear()
            touched = {
                *store.queue.coded(connection, who.id),
                *store.queue.read_by(connection, who.id),
            }
        lines, _ = desk.ledger.journal(who.id, self._journal)
        lines = [line for line in lines if line.id <= newest]
        self._journal += len(lines)
        for line in lines:
            touched.add(line.transcript)
            if line.verdict in ON_SUGGESTIONS:
                key = (line.start, line.end, line.code)
                self._keys.setdefault(line.transcript, set()).add(key)
        known = sorted(touched & self.segments.first.keys())
        read = store.queue.read_by(connection, who.id, known)
        coded = store.queue.coded(connection, who.id, known)
        for transcript in known:
            decided = self._decided(desk, who, transcript)
            self._mark(transcript, read.get(transcript, ()), coded.get(transcript, ()), decided)

    def _mark(
        self,
        transcript: int,
        read: Iterable[Span],
        coded: Iterable[Coded],
        decided: Iterable[Coded],
    ) -> None:
        first, units = self.segments.first[transcript], self.segments.units[transcript]
        starts = np.array([unit[0] for unit in units], np.int64)
        ends = np.array([unit[1] for unit in units], np.int64)
        here = self.closed[:, first : first + len(units)]
        here[:] = False
        for start, end in read:
            here[:, (starts >= start) & (ends <= end)] = True
        for start, end, code in coded:
            if code in self._column:
                overlap = np.minimum(ends, end) - np.maximum(starts, start)
                enough = 2 * overlap >= np.minimum(ends - starts, end - start)
                here[self._column[code], enough] = True
        for start, end, code in decided:
            here[self._column[code], (starts == start) & (ends == end)] = True

    def _decided(self, desk: Desk, who: CoderKey, transcript: int) -> Iterator[Coded]:
        for key in self._keys.get(transcript, ()):
            stands = desk.ledger.standing((who.id, transcript, *key))
            if stands is not None and stands.verdict != Verdict.SKIP and key[2] in self._column:
                yield key
