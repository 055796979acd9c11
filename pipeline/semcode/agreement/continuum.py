"""Cut a text into the stretches in which no coder's marking changes."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from semcode.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Continuum", "LabelledSpan", "continuum", "join_continua", "merged"]

LabelledSpan = tuple[int, int, Hashable]


@dataclass(frozen=True, slots=True)
class Continuum:
    """A text cut into stretches, with what every coder marked in each.

    `lengths` (stretches,); `marks` coders x labels x stretches, True where marked.
    `units` are `(coder, label, first stretch, last stretch + 1)`, one for each span.
    """

    coders: tuple[Hashable, ...]
    labels: tuple[Hashable, ...]
    lengths: NDArray[np.float64]
    marks: NDArray[np.bool_]
    units: tuple[tuple[int, int, int, int], ...]


def continuum(
    spans: Mapping[Hashable, Sequence[LabelledSpan]], *, extent: tuple[int, int]
) -> Continuum:
    """Lay the spans `(start, end, label)` of each coder over the text from extent to extent.

    A coder with an empty list has read the text and marked nothing. Spans of one label
    that overlap are joined; spans that only touch stay two units. Raises InputError for
    an empty span or one outside the extent.
    """
    begin, end = extent
    labels = tuple(dict.fromkeys(span[2] for marked in spans.values() for span in marked))
    joined = {
        coder: [
            (start, stop, label)
            for label in labels
            for start, stop in merged(
                [(s, e) for s, e, found in marked if found == label], touching=False
            )
        ]
        for coder, marked in spans.items()
    }
    for coder, marked in spans.items():
        for start, stop, label in marked:
            if not begin <= start < stop <= end:
                raise InputError(
                    f"the span {start} to {stop} ({label}) is empty or outside the text.",
                    where=f"coder {coder}",
                    remedy=f"Give spans with start < end between {begin} and {end}.",
                )
    cuts = {begin, end}
    for marked in joined.values():
        cuts.update(position for start, stop, _ in marked for position in (start, stop))
    places = np.array(sorted(cuts), dtype=np.int64)
    marks = np.zeros((len(spans), len(labels), max(len(places) - 1, 0)), dtype=bool)
    units = []
    for row, marked in enumerate(joined.values()):
        for start, stop, label in marked:
            first, last = np.searchsorted(places, (start, stop)).tolist()
            column = labels.index(label)
            marks[row, column, first:last] = True
            units.append((row, column, first, last))
    lengths = np.diff(places).astype(np.float64)
    return Continuum(tuple(spans), labels, lengths, marks, tuple(units))


def merged(spans: Iterable[tuple[int, int]], *, touching: bool = True) -> list[tuple[int, int]]:
    """Join spans that overlap (and, if touching, those that meet), sorted by start."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and (start < joined[-1][1] or (touching and start == joined[-1][1])):
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def join_continua(
    documents: Sequence[tuple[int, Mapping[Hashable, Sequence[LabelledSpan]]]],
) -> tuple[dict[Hashable, list[LabelledSpan]], tuple[int, int]]:
    """Put transcripts `(length, spans by coder)` one after the other; give spans and extent.

    Every coder must have read every transcript given.
    """
    joined: dict[Hashable, list[LabelledSpan]] = {}
    place = 0
    for length, spans in documents:
        for coder, marked in spans.items():
            moved = joined.setdefault(coder, [])
            moved.extend((start + place, end + place, label) for start, end, label in marked)
        place += length
    return joined, (0, place)
