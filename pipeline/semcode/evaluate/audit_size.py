"""What scores foretell of errors, and how large an audit is likely to be enough."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from semcode.evaluate.bounds import design_effect, labels_needed

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["LOOSEST", "audit_needed", "foretold", "nearly_sure"]

#: Times the allowed error that scores may foretell for a threshold to be tried.
LOOSEST = 2.0
_LIKELY = 0.8


def foretold(
    scores: NDArray[np.float64], bold: float = 1.0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Rank scores, and give the share of errors that they foretell from the first to each.

    `bold` times as many, where a model is known to be bolder than it should be.
    """
    ranked = np.sort(scores)[::-1]
    rates = bold * np.cumsum(1 - ranked) / np.arange(1, len(ranked) + 1)
    return ranked, np.minimum(rates, 1.0)


def nearly_sure(
    p: NDArray[np.float64], max_error: float, *, bold: float = 1.0
) -> NDArray[np.bool_]:
    """Tell in which segments some code could pass, each by itself or all together, (n,).

    `p` is (n_segments, n_codes). Those are the segments that are worth an audit.
    """
    found = np.zeros(len(p), bool)
    if not p.size:
        return found
    for own in [p, *(p[:, [code]] for code in range(p.shape[1]))]:
        ranked, rates = foretold(own.ravel(), bold)
        able = np.flatnonzero(rates <= LOOSEST * max_error)
        if len(able):
            found |= (own >= ranked[able[-1]]).any(axis=1)
    return found


def audit_needed(
    p: NDArray[np.float64],
    wrong: NDArray[np.bool_],
    clusters: Sequence[Hashable] | None,
    scores: NDArray[np.float64],
    max_error: float,
    confidence: float,
    icc: float,
    *,
    bold: float = 1.0,
) -> int | None:
    """Say how large an audit is likely (four times in five) to be enough; None for no size.

    `p` and `wrong` are what was audited so far, `scores` those of everything to be coded.
    Errors are taken to be as frequent as was seen, and where little was seen as the scores
    foretell. With `clusters`, more segments of as many participants are worth less each.
    """
    from scipy import stats

    if not len(scores):
        return None
    ranked, rates = foretold(scores, bold)
    places = np.unique(np.geomspace(1, len(ranked), 80).astype(int)) - 1
    share = (places + 1) / len(ranked)
    above = p >= ranked[places][:, None]
    errors, seen = (wrong & above).sum(axis=1), above.sum(axis=1)
    prior = labels_needed(max_error, confidence=confidence)
    rate = (errors + prior * rates[places]) / (seen + prior)
    if not (rate < max_error).any():
        return None
    each = design_effect(clusters, 1.0) / len(clusters) if clusters else 0.0
    least = _least(max_error, confidence)
    for wanted in np.geomspace(1, 1e6, 300) * least[0]:
        n = wanted * share
        worth = n / (1.0 + np.maximum(each * n - 1.0, 0.0) * icc)
        allowed = np.searchsorted(least, worth, side="right") - 1
        if (stats.binom.cdf(allowed, np.ceil(worth), rate) >= _LIKELY).any():
            return int(np.ceil(wanted))
    return None


@cache
def _least(max_error: float, confidence: float) -> NDArray[np.float64]:
    """Give how many decisions meet the bound with 0, 1, 2, ... 400 errors."""
    from scipy import special

    errors = np.arange(401.0)
    low, high = errors, (errors + 1) * 50 / (max_error * (1 - confidence))
    while (high - low > 0.5).any():
        middle = (low + high) / 2
        meets = special.betainc(errors + 1, middle - errors, max_error) >= confidence
        low, high = np.where(meets, low, middle), np.where(meets, middle, high)
    found: NDArray[np.float64] = np.ceil(high)
    return found
