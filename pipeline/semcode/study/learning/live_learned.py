"""What the learner behind the page knows, and what lines of the log change of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from semcode import store
from semcode.records import Decision
from semcode.study.learning.labels_at import labels_at
from semcode.study.learning.live_segments import Cells, LiveSegments

if TYPE_CHECKING:
    from semcode.classify import CodeClassifier
    from semcode.classify.live import LiveRanking

__all__ = ["LiveLearned", "counts_after", "labels_touched"]

Span = tuple[int, int]


@dataclass
class LiveLearned:
    """What was learned last; only the thread that follows the log changes it.

    `said` are people's labels; `known` and `coded` count those of each row, and those that
    say yes; `positives` counts the latter by code.
    """

    segments: LiveSegments
    model: CodeClassifier
    ranking: LiveRanking
    held: NDArray[np.bool_]
    taught: frozenset[int]
    positives: NDArray[np.float64]
    said: Cells = field(default_factory=dict)
    known: Counter[int] = field(default_factory=Counter)
    coded: Counter[int] = field(default_factory=Counter)
    changes: int = 0
    _given: dict[int, set[int]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def given(self, code: int) -> list[int]:
        """Give the rows that people gave a code, in any thread."""
        with self._lock:
            return sorted(self._given.get(code, ()))

    def keep(self, cell: tuple[int, int], label: float | None) -> None:
        """Note what people say of a segment and code now."""
        before = self.said.pop(cell, None)
        if label is not None:
            self.said[cell] = label
        more = int((label or 0.0) >= 0.5) - int((before or 0.0) >= 0.5)
        self.positives[cell[1]] += more
        if more:
            with self._lock:
                given = self._given.setdefault(cell[1], set())
                (given.add if more > 0 else given.discard)(cell[0])
        for counts, by in (
            (self.coded, more),
            (self.known, int(label is not None) - int(before is not None)),
        ):
            counts[cell[0]] += by
            if not counts[cell[0]]:
                del counts[cell[0]]


def labels_touched(
    connection: Connection,
    learned: LiveLearned,
    lines: Sequence[store.decisions.Line],
    whole: Sequence[Decision],
) -> dict[int, dict[int, float]]:
    """Look up what people say now of all that some lines touched, by row and column."""
    segments = learned.segments
    touched: dict[int, set[int]] = {}
    for line, told in zip(lines, whole, strict=True):
        units = segments.units.get(line.transcript, ())
        for start, end in _spans(told):
            near = (n for n, unit in enumerate(units) if unit[0] < end and start < unit[1])
            touched.setdefault(line.transcript, set()).update(near)
    found: dict[int, dict[int, float]] = {}
    for key, places in touched.items():
        wanted = [p for p in sorted(places) if not learned.held[segments.first[key] + p]]
        y = labels_at(connection, key, segments.units[key], wanted, segments.codebook)
        for place, own in zip(wanted, y, strict=True):
            known = np.flatnonzero(~np.isnan(own))
            found[segments.first[key] + place] = {int(c): float(own[c]) for c in known}
    return found


def counts_after(state: Sequence[int], lines: Sequence[Decision]) -> tuple[int, ...]:
    """Give the counts of codings and readings as lines of the log leave them."""
    counts = list(state)
    for line in lines:
        for place, kind in ((0, "codings"), (2, "readings")):
            changes: Any = line.detail.get(kind, ())
            for before, after in changes:
                counts[place] += int(after is not None) - int(before is not None)
    return tuple(counts)


def _spans(line: Decision) -> list[Span]:
    """Give the spans that a line, and what it changed, is about."""
    spans = [(line.start, line.end)]
    for kind in ("codings", "readings"):
        changes: Any = line.detail.get(kind, ())
        spans += [(one["start"], one["end"]) for pair in changes for one in pair if one]
    return list(dict.fromkeys(spans))
