"""Match the spans of two coders although their ends differ a little."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from semcode.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["OVERLAPS", "SpanMatch", "match_spans", "overlap"]

Span = tuple[int, int]
OVERLAPS = ("longer", "shorter", "union")


@dataclass(frozen=True, slots=True)
class SpanMatch:
    """Which spans of two coders are the same.

    `pairs` are (index in the first list, index in the second, overlap); the rest are
    `only_first` and `only_second`. `specific` is 2 x pairs / all spans, the proportion of
    positive agreement, which needs no count of unmarked text (Hripcsak and Rothschild
    2005, Journal of the American Medical Informatics Association 12, 296-298); None where
    nobody marked a span.
    """

    pairs: tuple[tuple[int, int, float], ...]
    only_first: tuple[int, ...]
    only_second: tuple[int, ...]
    specific: float | None


def match_spans(
    first: Sequence[Span],
    second: Sequence[Span],
    *,
    threshold: float = 0.5,
    overlap_of: str = "union",
) -> SpanMatch:
    """Pair spans that overlap by at least the threshold, each with one partner at most.

    The pairing has as many pairs as possible and among these the largest overlap. The
    overlap is the shared length as a share of the `overlap_of`: "union" of both spans,
    the "longer" or the "shorter" span. Raises InputError for an unknown measure, a
    threshold outside (0, 1] or an empty span.
    """
    if overlap_of not in OVERLAPS or not 0 < threshold <= 1:
        raise InputError(
            f"there is no overlap of {threshold} of the {overlap_of!r}.",
            where="threshold",
            remedy=f"Use a share above 0 and up to 1, of one of {', '.join(OVERLAPS)}.",
        )
    one, two = _array(first), _array(second)
    pairs: list[tuple[int, int, float]] = []
    for rows, columns in _knots(one, two):
        shares = _shares(one[rows], two[columns], overlap_of)
        pairs.extend(
            (int(rows[row]), int(columns[column]), share)
            for row, column, share in _assign(shares, threshold)
        )
    pairs.sort()
    used, partners = {pair[0] for pair in pairs}, {pair[1] for pair in pairs}
    total = len(first) + len(second)
    return SpanMatch(
        tuple(pairs),
        tuple(index for index in range(len(first)) if index not in used),
        tuple(index for index in range(len(second)) if index not in partners),
        2 * len(pairs) / total if total else None,
    )


def overlap(one: Span, two: Span, *, overlap_of: str = "union") -> float:
    """Give the share of two spans that both cover, 0 where they do not meet."""
    return float(_shares(_array([one]), _array([two]), overlap_of)[0, 0])


def _array(spans: Sequence[Span]) -> NDArray[np.int64]:
    array = np.array(spans, dtype=np.int64).reshape(-1, 2)
    empty = np.flatnonzero(array[:, 1] <= array[:, 0])
    if len(empty):
        raise InputError(
            f"the span {array[empty[0]].tolist()} is empty.",
            where=f"span {empty[0] + 1}",
            remedy="Give spans with start < end.",
        )
    return array


def _shares(one: NDArray[np.int64], two: NDArray[np.int64], overlap_of: str) -> NDArray[np.float64]:
    ends = np.minimum(one[:, None, 1], two[None, :, 1])
    shared = np.maximum(ends - np.maximum(one[:, None, 0], two[None, :, 0]), 0)
    lengths = (one[:, 1] - one[:, 0])[:, None], (two[:, 1] - two[:, 0])[None, :]
    if overlap_of == "longer":
        whole = np.maximum(*lengths)
    elif overlap_of == "shorter":
        whole = np.minimum(*lengths)
    else:
        whole = lengths[0] + lengths[1] - shared
    return np.asarray(shared / whole)


def _knots(
    one: NDArray[np.int64], two: NDArray[np.int64]
) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Split both lists where no span crosses, so that each part is small."""
    ends = np.concatenate([one, two])
    owner = np.concatenate([np.zeros(len(one), dtype=int), np.ones(len(two), dtype=int)])
    place = np.concatenate([np.arange(len(one)), np.arange(len(two))])
    order = np.argsort(ends[:, 0], kind="stable") if len(ends) else np.zeros(0, dtype=int)
    knots = []
    group: list[int] = []
    reach = 0
    for item in [*order.tolist(), -1]:
        if group and (item < 0 or ends[item, 0] >= reach):
            members = np.array(group)
            rows = place[members[owner[members] == 0]]
            columns = place[members[owner[members] == 1]]
            if len(rows) and len(columns):
                knots.append((rows, columns))
            group = []
        if item >= 0:
            reach = max(reach, int(ends[item, 1])) if group else int(ends[item, 1])
            group.append(item)
    return knots


def _assign(shares: NDArray[np.float64], threshold: float) -> list[tuple[int, int, float]]:
    fits = shares >= threshold - 1e-12
    if not fits.any():
        return []
    if shares.size == 1:
        return [(0, 0, float(shares[0, 0]))]
    from scipy.optimize import linear_sum_assignment

    gain = np.where(fits, len(shares) + len(shares[0]) + shares, 0.0)
    rows, columns = linear_sum_assignment(gain, maximize=True)
    return [
        (int(row), int(column), float(shares[row, column]))
        for row, column in zip(rows, columns, strict=True)
        if fits[row, column]
    ]
