"""Which segments a span is of: those of which half, or half of it, is shared."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

__all__ = ["Key", "Overlaps"]

#: A span: transcript's id, start, end.
Key = tuple[int, int, int]


class Overlaps:
    """Finds segments by spans; equal spans find each other, others what shares half of either."""

    def __init__(self, keys: Sequence[Key]) -> None:
        """Take segments that do not overlap, in any order."""
        self._at: dict[int, list[tuple[int, int, int]]] = {}
        for row, (transcript, start, end) in enumerate(keys):
            self._at.setdefault(transcript, []).append((start, end, row))
        for found in self._at.values():
            found.sort()
        self._starts = {key: [start for start, _, _ in found] for key, found in self._at.items()}
        self._ends = {key: [end for _, end, _ in found] for key, found in self._at.items()}

    def rows(self, span: Key) -> list[int]:
        """Give the rows of the segments that a span is of."""
        transcript, start, end = span
        if transcript not in self._at:
            return []
        first = bisect_right(self._ends[transcript], start)
        last = bisect_left(self._starts[transcript], end)
        return [
            row
            for a, b, row in self._at[transcript][first:last]
            if 2 * (min(b, end) - max(a, start)) >= min(b - a, end - start)
        ]

    def of(self, spans: Iterable[Key]) -> set[int]:
        """Give the rows of all segments that any of some spans is of."""
        return {row for span in spans for row in self.rows(span)}
