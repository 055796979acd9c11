"""The coefficients as formulas over sums; every function takes any batch axes at once.

Each returns (value, observed, expected), NaN where undefined. With p the share of each
category and W the weights, chance agreement is p W p summed. Sources are in
`semcode.agreement.coefficients`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from semcode.agreement.weights import ordinal_distances

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from semcode.agreement.tally import Tally
    from semcode.agreement.weights import Weighting

    Parts = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]
    Formula = Callable[[Tally, Weighting], Parts]

__all__ = ["FORMULAS"]

NO_CHANCE = 1e-12  # an expected agreement this close to 1 leaves 0/0


def chance_corrected(observed: NDArray[np.float64], expected: NDArray[np.float64]) -> Parts:
    """Give (observed - expected) / (1 - expected), NaN where expected is 1."""
    room = 1.0 - expected
    room = np.where(room > NO_CHANCE, room, np.nan)
    return (observed - expected) / room, observed, expected


def over(top: NDArray[np.float64], bottom: NDArray[np.float64]) -> NDArray[np.float64]:
    """Divide, NaN where the bottom is not positive."""
    return top / np.where(bottom > 0, bottom, np.nan)


def credit(
    p: NDArray[np.float64], other: NDArray[np.float64], weights: Weighting
) -> NDArray[np.float64]:
    """Sum p W other over the last axis."""
    second = other if weights.matrix is None else other @ weights.matrix
    return np.asarray((p * second).sum(axis=-1))


def percent(sums: Tally, _weights: Weighting) -> Parts:
    """Give percent agreement; there is no expected part."""
    observed = over(sums.agree, sums.paired)
    return observed, observed, np.full_like(observed, np.nan)


def cohen(sums: Tally, weights: Weighting) -> Parts:
    """Give Cohen's kappa for two coders over units that both rated."""
    shares = over(sums.whole_coder, sums.whole[..., None, None])
    expected = credit(shares[..., 0, :], shares[..., 1, :], weights)
    return chance_corrected(over(sums.whole_agree, sums.whole), expected)


def scott(sums: Tally, weights: Weighting) -> Parts:
    """Give Scott's pi over units that all coders rated."""
    pooled = sums.whole_coder.sum(axis=-2)
    shares = over(pooled, pooled.sum(axis=-1, keepdims=True))
    expected = credit(shares, shares, weights)
    return chance_corrected(over(sums.whole_agree, sums.whole), expected)


def fleiss(sums: Tally, weights: Weighting) -> Parts:
    """Give Fleiss' kappa over all units."""
    shares = over(sums.share, sums.rated[..., None])
    return chance_corrected(over(sums.agree, sums.paired), credit(shares, shares, weights))


def conger(sums: Tally, weights: Weighting) -> Parts:
    """Give Conger's kappa: chance from every pair of different coders.

    A coder without ratings in a resample is left out of it.
    """
    ratings = sums.coder.sum(axis=-1)
    shares = sums.coder / np.where(ratings > 0, ratings, 1.0)[..., None]
    coders = (ratings > 0).sum(axis=-1).astype(np.float64)
    together = shares.sum(axis=-2)
    same = credit(shares, shares, weights).sum(axis=-1)
    pairs = coders * (coders - 1)
    expected = over(credit(together, together, weights) - same, pairs)
    return chance_corrected(over(sums.agree, sums.paired), expected)


def brennan_prediger(sums: Tally, weights: Weighting) -> Parts:
    """Give Brennan and Prediger's kappa: every category equally likely."""
    observed = over(sums.agree, sums.paired)
    q = sums.share.shape[-1]
    return chance_corrected(observed, np.full_like(observed, weights.total / q**2))


def gwet(sums: Tally, weights: Weighting) -> Parts:
    """Give Gwet's AC1 (identity weights) or AC2."""
    q = sums.share.shape[-1]
    observed = over(sums.agree, sums.paired)
    if q < 2:
        nothing = np.full_like(observed, np.nan)
        return nothing, observed, nothing
    shares = over(sums.share, sums.rated[..., None])
    expected = weights.total / (q * (q - 1)) * (shares * (1 - shares)).sum(axis=-1)
    return chance_corrected(observed, expected)


def krippendorff(sums: Tally, weights: Weighting) -> Parts:
    """Give Krippendorff's alpha over units with two or more ratings."""
    n = sums.pool.sum(axis=-1)
    pairs = n * (n - 1)
    if weights.by_rank:
        distances = ordinal_distances(sums.pool)
        largest = distances.max(axis=(-2, -1))
        apart = (sums.coincidence * distances).sum(axis=(-2, -1))
        outer = sums.pool[..., :, None] * sums.pool[..., None, :]
        chance = (outer * distances).sum(axis=(-2, -1))
        observed = 1.0 - over(over(apart, n), largest)
        return chance_corrected(observed, 1.0 - over(over(chance, pairs), largest))
    expected = over(credit(sums.pool, sums.pool, weights) - n, pairs)
    return chance_corrected(over(sums.pooled_agree, n), expected)


FORMULAS: dict[str, Formula] = {
    "brennan_prediger": brennan_prediger,
    "cohen_kappa": cohen,
    "conger_kappa": conger,
    "fleiss_kappa": fleiss,
    "gwet_ac": gwet,
    "krippendorff_alpha": krippendorff,
    "percent_agreement": percent,
    "scott_pi": scott,
}
