"""From which score on a model may code by itself: a bound on its error, tested step by step.

For a threshold t the error is the share of wrong ones among what scores t or more. It is
bounded from the audit sample after Clopper and Pearson (1934, Biometrika 26, 404-413), and
the thresholds are tested in an order that is fixed before any label is looked at, each at
the full level, until one fails (fixed sequence testing: Angelopoulos, Bates, Candès, Jordan
and Lei 2025, Annals of Applied Statistics 19, 1641-1662, "Learn then Test"): so the chance
that any passed threshold has a larger error is at most 1 - confidence.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from semcode.agreement.resampling import cluster_numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "Audited",
    "Chosen",
    "Tested",
    "choose_threshold",
    "design_effect",
    "intraclass",
    "labels_needed",
    "thresholds",
    "upper_bound",
    "upper_bound_of_rest",
]

_STEP = 1.15  # from one threshold to the next, in how many of the audit it selects
_LOOSEST = 2.0  # times the allowed error that the model's own scores foretell
_HOPELESS = 0.9  # of the allowed error: with more than this seen, no size of audit is enough
_NEARLY = 0.99  # of the best power: the strictest threshold with so much is tested first


@dataclass(frozen=True)
class Audited:
    """What was audited, one entry a decision: scores, whether wrong, participants.

    `of` is None where the audit came from other interviews than those to be coded: then
    errors of one participant count as alike. Otherwise it holds the scores of the whole
    population that the audit was drawn from.
    """

    p: NDArray[np.float64]
    wrong: NDArray[np.bool_]
    clusters: Sequence[Hashable]
    of: NDArray[np.float64] | None = None


@dataclass(frozen=True, slots=True)
class Tested:
    """One threshold: `n` audited decisions at or above it, `errors` of them wrong.

    `effective` is what the n are worth once errors of one participant count as alike.
    """

    threshold: float
    n: int
    errors: int
    effective: float
    bound: float


@dataclass(frozen=True, slots=True)
class Chosen:
    """The loosest threshold that passed, None for none, and all that were tested.

    `reason` says why there is none; `needed` is how many audited segments are likely to be
    enough (None where the model is never sure enough).
    """

    threshold: float | None
    bound: float | None
    tested: tuple[Tested, ...]
    reason: str
    needed: int | None


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
    from scipy import stats

    if n >= total:
        return 0.0
    if n <= 0:
        return 1.0
    low, high = errors, total - n + errors
    while low < high:
        middle = (low + high + 1) // 2
        if stats.hypergeom.cdf(errors, total, middle, n) > 1 - confidence:
            low = middle
        else:
            high = middle - 1
    return float(low - errors) / (total - n)


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


def thresholds(
    audited: Audited,
    scores: NDArray[np.float64],
    *,
    max_error: float,
    confidence: float,
    icc: float,
) -> list[float]:
    """Order the thresholds to test by scores alone, without a label, strictest first.

    From the strictest at which the scores themselves promise to pass, down to where they
    foretell twice the allowed error. Empty where no threshold could pass.
    """
    from scipy import stats

    if not len(scores) or not len(audited.p):
        return []
    ranked = np.sort(scores)[::-1]
    foretold = np.cumsum(1 - ranked) / np.arange(1, len(ranked) + 1)
    size = labels_needed(max_error, confidence=confidence) / len(audited.p)
    steps, power = [], []
    while size <= 1.0:
        place = min(int(np.ceil(size * len(ranked))), len(ranked)) - 1
        if foretold[place] > _LOOSEST * max_error:
            break
        there = _above(audited, float(ranked[place]), icc)
        allowed = _allowed(there, max_error, confidence)
        steps.append(float(ranked[place]))
        power.append(float(stats.binom.cdf(allowed, there.n, foretold[place])))
        size *= _STEP
    if not steps or not max(power):
        return []
    start = int(np.argmax(np.array(power) >= _NEARLY * max(power)))
    return list(dict.fromkeys(steps[start:]))


def choose_threshold(
    audited: Audited,
    scores: NDArray[np.float64],
    *,
    max_error: float,
    confidence: float = 0.95,
    icc: float = 0.05,
) -> Chosen:
    """Find the loosest threshold at which the audit bounds the error.

    `scores` are those of everything that is to be coded. Where the audit came from other
    interviews, n is divided by the design effect of participants, with the larger of `icc`
    and what the audit shows.
    """
    n = len(audited.p)
    order = thresholds(audited, scores, max_error=max_error, confidence=confidence, icc=icc)
    needed = _needed(scores, max_error, confidence)
    if not order:
        return Chosen(None, None, (), _too_few(n, needed), needed)
    alike = icc
    if audited.of is None:
        loosest = audited.p >= order[-1]
        own = [c for c, use in zip(audited.clusters, loosest.tolist(), strict=True) if use]
        alike = max(icc, intraclass(audited.wrong[loosest].astype(float), own))
    tested: list[Tested] = []
    for threshold in order:
        there = _above(audited, threshold, alike)
        errors = int(audited.wrong[audited.p >= threshold].sum())
        bound = _bound(errors, there, confidence)
        tested.append(Tested(threshold, there.n, errors, there.worth, bound))
        if bound > max_error:
            break
    passed = [t for t in tested if t.bound <= max_error]
    if not passed:
        first = tested[0]
        reason = (
            f"Of the {first.n} audited with a score of {first.threshold:.2f} or more "
            f"{first.errors} were wrong: the error could be as high as {first.bound:.0%}."
        )
        wanted = _more(first, n, max_error, confidence)
        if wanted is None:
            reason += " More audited segments would not change that."
        return Chosen(None, None, tuple(tested), reason, wanted)
    return Chosen(passed[-1].threshold, passed[-1].bound, tuple(tested), "", None)


@dataclass(frozen=True, slots=True)
class _Above:
    """What was audited at or above a threshold; `total` is None without a whole population."""

    n: int
    worth: float
    total: int | None


def _above(audited: Audited, threshold: float, icc: float) -> _Above:
    above = audited.p >= threshold
    n = int(above.sum())
    if audited.of is not None:
        return _Above(n, float(n), max(int((audited.of >= threshold).sum()), n))
    own = [c for c, use in zip(audited.clusters, above.tolist(), strict=True) if use]
    return _Above(n, n / design_effect(own, icc), None)


def _bound(errors: int, there: _Above, confidence: float) -> float:
    if there.total is not None:
        return upper_bound_of_rest(errors, there.n, there.total, confidence=confidence)
    share = errors / there.n if there.n else 0.0
    return upper_bound(share * there.worth, there.worth, confidence=confidence)


def _allowed(there: _Above, max_error: float, confidence: float) -> int:
    """Give the most errors that meet the bound, -1 where not even none do."""
    errors = -1
    while errors < there.n and _bound(errors + 1, there, confidence) <= max_error:
        errors += 1
    return errors


def _needed(scores: NDArray[np.float64], max_error: float, confidence: float) -> int | None:
    """Say how large an audit would select enough where scores foretell half the error."""
    if not len(scores):
        return None
    ranked = np.sort(scores)[::-1]
    foretold = np.cumsum(1 - ranked) / np.arange(1, len(ranked) + 1)
    sure = int((foretold <= max_error / 2).sum())
    if not sure:
        return None
    return int(np.ceil(labels_needed(max_error, confidence=confidence) / (sure / len(ranked))))


def _more(first: Tested, n: int, max_error: float, confidence: float) -> int | None:
    """Say how large the audit must be if the error stays as it was seen; None for no size."""
    share = first.errors / max(first.n, 1)
    if share > _HOPELESS * max_error:
        return None
    errors = first.errors
    wanted = labels_needed(max_error, confidence=confidence, errors=errors)
    while errors < share * wanted:
        errors += 1
        wanted = labels_needed(max_error, confidence=confidence, errors=errors)
    worth = max(first.effective, 1.0) / max(n, 1)
    return int(np.ceil(wanted / worth))


def _too_few(n: int, needed: int | None) -> str:
    if needed is None:
        return "The model is not sure enough of it anywhere."
    if n < needed:
        return f"An audit of {n:,} is too small for how often the model is sure of it."
    return "Where the model is sure enough, too little was audited."
