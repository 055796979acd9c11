"""Bound a share of errors from a sample, also where errors of one person are alike."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from semcode.agreement.resampling import cluster_numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "chance_of_no_more",
    "design_effect",
    "intraclass",
    "labels_needed",
    "upper_bound",
    "upper_bound_of_rest",
]


def upper_bound(errors: float, n: float, *, confidence: float = 0.95) -> float:
    """Bound a share from above after Clopper and Pearson; 1 where nothing was seen.

    Counts may be fractions: those of a weighted sample at its effective size (Korn and
    Graubard 1998, Survey Methodology 24, 193-201).
    """
    from scipy import special

    if n <= 0 or errors >= n:
        return 1.0
    return float(special.betaincinv(errors + 1.0, n - errors, confidence))


def upper_bound_of_rest(errors: int, n: int, total: int, *, confidence: float = 0.95) -> float:
    """Bound the share of errors among those of `total` that were not drawn.

    Exact for n drawn at random without replacement (the hypergeometric distribution): the
    largest number of errors in all that leaves a chance above 1 - confidence to see no more
    than `errors`.
    """
    if n >= total:
        return 0.0
    if n <= 0:
        return 1.0
    low, high = errors, total - n + errors
    while low < high:
        middle = (low + high + 1) // 2
        if chance_of_no_more(errors, n, middle, total) > 1 - confidence:
            low = middle
        else:
            high = middle - 1
    return float(low - errors) / (total - n)


def chance_of_no_more(errors: int, n: int, wrong: int, total: int) -> float:
    """Give the chance of at most so many errors among n drawn of `total`, `wrong` of them wrong.

    The hypergeometric distribution, from logarithms of factorials.
    """
    from scipy.special import gammaln

    k = np.arange(max(0, n - (total - wrong)), min(errors, wrong, n) + 1.0)

    def ways(of: NDArray[np.float64] | int, some: NDArray[np.float64] | int) -> Any:
        return gammaln(of + 1.0) - gammaln(some + 1.0) - gammaln(of - some + 1.0)

    told = ways(wrong, k) + ways(total - wrong, n - k) - ways(total, n)
    return float(np.exp(told).sum())


def labels_needed(max_error: float, *, confidence: float = 0.95, errors: int = 0) -> int:
    """Give the smallest number of decisions that, with so many errors, meets the bound.

    59 without an error for .05 at 95 %.
    """
    low, high = errors, errors + 1
    while upper_bound(errors, high, confidence=confidence) > max_error:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if upper_bound(errors, middle, confidence=confidence) > max_error:
            low = middle
        else:
            high = middle
    return high


def design_effect(clusters: Sequence[Hashable], icc: float) -> float:
    """Say how many times fewer independent decisions are worth the same (Kish 1965).

    1 + (m - 1) icc, m the size of the cluster that a decision has on average.
    """
    numbers, count = cluster_numbers(clusters, len(clusters))
    sizes = np.bincount(numbers, minlength=count).astype(float)
    if not len(numbers):
        return 1.0
    return float(1.0 + ((sizes**2).sum() / sizes.sum() - 1.0) * icc)


def intraclass(values: NDArray[np.float64], clusters: Sequence[Hashable]) -> float:
    """Estimate how alike values of one cluster are, by analysis of variance; 0 or more."""
    numbers, count = cluster_numbers(clusters, len(values))
    sizes = np.bincount(numbers, minlength=count).astype(float)
    n = len(values)
    if count < 2 or n <= count:
        return 0.0
    means = np.bincount(numbers, values, count) / sizes
    between = (sizes * (means - values.mean()) ** 2).sum() / (count - 1)
    within = ((values - means[numbers]) ** 2).sum() / (n - count)
    size = (n - (sizes**2).sum() / n) / (count - 1)
    spread = between + (size - 1) * within
    return max(0.0, float((between - within) / spread)) if spread > 0 else 0.0
