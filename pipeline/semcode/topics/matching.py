"""Know topics again from one run to the next, so that what people decided holds."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence

import numpy as np

__all__ = ["match_topics"]

_LEAST = 0.3


def match_topics(
    before: Sequence[Collection[Hashable]],
    after: Sequence[Collection[Hashable]],
    *,
    least: float = _LEAST,
) -> dict[int, int]:
    """Give for each new topic the old one that it goes on, by the segments they share.

    Topics are paired one to one so that the sum of their Jaccard indices is largest
    (Kuhn 1955); a pair below `least` is no match.
    """
    from scipy.optimize import linear_sum_assignment

    if not before or not after:
        return {}
    old, new = [set(topic) for topic in before], [set(topic) for topic in after]
    shared = np.array([[_jaccard(n, o) for o in old] for n in new])
    rows, columns = linear_sum_assignment(-shared)
    return {
        int(row): int(column)
        for row, column in zip(rows, columns, strict=True)
        if shared[row, column] >= least
    }


def _jaccard(one: set[Hashable], other: set[Hashable]) -> float:
    together = len(one | other)
    return len(one & other) / together if together else 0.0
