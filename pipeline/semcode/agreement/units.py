"""Turn spans into a units x coders table, with what was not read as missing."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from semcode.agreement.continuum import merged
from semcode.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["character_table", "unit_table"]

Span = tuple[int, int]


def unit_table(
    units: Sequence[Span],
    spans: Mapping[Hashable, Sequence[Span]],
    *,
    read: Mapping[Hashable, Sequence[Span]] | None = None,
    least: float = 0.5,
) -> NDArray[np.int8]:
    """Say for each unit and coder whether one code was given: 1, 0, or -1 where not read.

    `units` are segments, sentences, turns or whole documents of one transcript, `spans`
    each coder's spans of one code, `read` what each coder has read (None: everything).
    A unit has the code where spans cover at least the share `least` of it; 0 means any
    overlap, which suits long units such as turns and documents. A unit counts as read
    only where all of it was. Raises InputError for an empty unit.
    """
    places = np.array(units, dtype=np.int64).reshape(-1, 2)
    if (places[:, 1] <= places[:, 0]).any():
        raise InputError("a unit is empty.", where="units", remedy="Give units with start < end.")
    lengths = places[:, 1] - places[:, 0]
    table = np.zeros((len(places), len(spans)), dtype=np.int8)
    for column, (coder, marked) in enumerate(spans.items()):
        covered = _covered(places, marked)
        table[:, column] = (covered > 0) & (covered >= least * lengths)
        if read is not None:
            table[_covered(places, read.get(coder, ())) < lengths, column] = -1
    return table


def character_table(
    spans: Mapping[Hashable, Sequence[Span]],
    *,
    extent: Span,
    read: Mapping[Hashable, Sequence[Span]] | None = None,
) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    """Compare character by character: give a stretches x coders table and their lengths.

    Give the lengths as `counts` to a coefficient. A coder's code on a stretch is 1, 0,
    or -1 where not read. An analytic standard error over characters means nothing, since
    characters of one span are not independent: resample interviews.
    """
    begin, end = extent
    cuts = {begin, end}
    for marked in [*spans.values(), *(read or {}).values()]:
        for start, stop in marked:
            if not begin <= start < stop <= end:
                raise InputError(
                    f"the span {start} to {stop} is empty or outside the text.",
                    where="spans",
                    remedy=f"Give spans with start < end between {begin} and {end}.",
                )
            cuts.update((start, stop))
    ordered = sorted(cuts)
    stretches = list(pairwise(ordered))
    table = unit_table(stretches, spans, read=read, least=1.0)
    return table, np.diff(np.array(ordered, dtype=np.float64))


def _covered(units: NDArray[np.int64], spans: Sequence[Span]) -> NDArray[np.int64]:
    """Count how many positions of each unit the spans cover."""
    joined = np.array(merged(spans), dtype=np.int64).reshape(-1, 2)
    if not len(joined):
        return np.zeros(len(units), dtype=np.int64)
    starts, ends = joined[:, 0], joined[:, 1]
    before = np.concatenate([[0], np.cumsum(ends - starts)])

    def up_to(position: NDArray[np.int64]) -> NDArray[np.int64]:
        place = np.searchsorted(starts, position, side="right")
        last = np.maximum(place - 1, 0)
        over = np.where(place > 0, np.maximum(ends[last] - position, 0), 0)
        return np.asarray(before[place] - over)

    return up_to(units[:, 1]) - up_to(units[:, 0])
