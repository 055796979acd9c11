"""From which score on a model may code by itself: a bound on its error, tested step by step.

For a threshold t the error is the share of wrong ones among what scores t or more. It is
bounded from the audit sample after Clopper and Pearson (1934, Biometrika 26, 404-413). The
thresholds are tested in an order that is fixed before any label is looked at, from strict to
loose. The chance of being wrong, 1 - confidence, is shared out beforehand among one or two of
them, where testing starts; a threshold that passes hands its part on to the next, one that
fails loses it (the fallback procedure: Wiens 2003, Pharmaceutical Statistics 2, 211-215; one
of the tests of Angelopoulos, Bates, Candès, Jordan and Lei 2025, Annals of Applied Statistics
19, 1641-1662, "Learn then Test"). So the chance that any passed threshold has a larger error
is at most 1 - confidence.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from semcode.evaluate.audit_size import LOOSEST, audit_needed, foretold
from semcode.evaluate.bounds import (
    chance_of_no_more,
    design_effect,
    intraclass,
    labels_needed,
    upper_bound,
    upper_bound_of_rest,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "Audited",
    "Chosen",
    "Tested",
    "choose_threshold",
    "thresholds",
]

_STEP = 1.15  # from one threshold to the next, in how many of the audit it selects
_NEARLY = 0.99  # of the best power: testing starts at the strictest threshold with so much
_BOLD = 2.0  # times the errors that the scores foretell: a second start, in case they flatter
_SPARE = 0.25  # the part of 1 - confidence that the second start gets...
_AMPLE = 0.8  # ...if what is left still promises the first one so much power


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


def thresholds(
    audited: Audited,
    scores: NDArray[np.float64],
    *,
    max_error: float,
    confidence: float,
    icc: float,
    bold: float = 1.0,
) -> list[tuple[float, float]]:
    """Order the thresholds to test, strictest first, each with its part of 1 - confidence.

    By scores alone, without a label: from the strictest at which they promise to pass, down
    to where they foretell twice the allowed error. Empty where no threshold could pass.
    """
    if not len(scores) or not len(audited.p):
        return []
    ranked, rate = foretold(scores, bold)
    size = labels_needed(max_error, confidence=confidence) / len(audited.p)
    steps: list[float] = []
    rates: list[float] = []
    while size <= 1.0:
        place = min(int(np.ceil(size * len(ranked))), len(ranked)) - 1
        if rate[place] > LOOSEST * max_error:
            break
        if not steps or ranked[place] < steps[-1]:
            steps.append(float(ranked[place]))
            rates.append(float(rate[place]))
        size *= _STEP
    there = [_above(audited, step, icc) for step in steps]
    parts = _starts(there, np.array(rates), max_error, confidence)
    first = next((i for i, part in enumerate(parts) if part), len(parts))
    return list(zip(steps[first:], parts[first:], strict=True))


def _starts(
    there: list[_Above], rates: NDArray[np.float64], max_error: float, confidence: float
) -> list[float]:
    """Share 1 - confidence out: to where the scores promise most, and to a stricter place.

    The second start is for a model that is bolder than it should be; it is made only where
    the audit is ample.
    """
    parts = [0.0] * len(there)
    risk = 1 - confidence
    for main in (1 - _SPARE, 1.0):
        power = _power(there, rates, max_error, 1 - main * risk)
        if len(power) and max(power) >= (_AMPLE if main < 1 else np.finfo(float).tiny):
            parts[_earliest(power)] = main * risk
            break
    else:
        return parts
    if main < 1:
        bold = _power(there, np.minimum(_BOLD * rates, 1.0), max_error, 1 - _SPARE * risk)
        parts[_earliest(bold)] += _SPARE * risk
    return parts


def _power(
    there: list[_Above], rates: NDArray[np.float64], max_error: float, confidence: float
) -> NDArray[np.float64]:
    """Give the chance of each threshold to pass if the errors are as foretold."""
    from scipy import stats

    allowed = [_allowed(one, max_error, confidence) for one in there]
    found: NDArray[np.float64] = stats.binom.cdf(allowed, [one.n for one in there], rates)
    return found


def _earliest(power: NDArray[np.float64]) -> int:
    return int(np.argmax(power >= _NEARLY * power.max()))


def choose_threshold(
    audited: Audited,
    scores: NDArray[np.float64],
    *,
    max_error: float,
    confidence: float = 0.95,
    icc: float = 0.05,
    bold: float = 1.0,
) -> Chosen:
    """Find the loosest threshold at which the audit bounds the error.

    `scores` are those of everything that is to be coded. Where the audit came from other
    interviews, n is divided by the design effect of participants, with the larger of `icc`
    and what the audit shows. `bold` says how many times the errors that its scores foretell
    the model is known to make, from anything but this audit: it moves where testing starts.
    """
    bounds = {"max_error": max_error, "confidence": confidence, "bold": bold}
    order = thresholds(audited, scores, icc=icc, **bounds)
    if not order:
        needed = _needed(audited, scores, icc=icc, **bounds)
        return Chosen(None, None, (), _too_few(len(audited.p), needed), needed)
    alike = icc
    if audited.of is None:
        loosest = audited.p >= order[-1][0]
        own = [c for c, use in zip(audited.clusters, loosest.tolist(), strict=True) if use]
        alike = max(icc, intraclass(audited.wrong[loosest].astype(float), own))
    tested = _test(audited, order, max_error, alike)
    passed = [t for t in tested if t.bound <= max_error]
    if passed:
        return Chosen(passed[-1].threshold, passed[-1].bound, tuple(tested), "", None)
    first = tested[0]
    reason = (
        f"Of the {first.n} audited with a score of {first.threshold:.2f} or more "
        f"{first.errors} were wrong: the error could be as high as {first.bound:.0%}."
    )
    wanted = _needed(audited, scores, icc=alike, **bounds)
    if wanted is None:
        reason += " More audited segments would not change that."
    return Chosen(None, None, tuple(tested), reason, wanted)


def _test(
    audited: Audited, order: list[tuple[float, float]], max_error: float, icc: float
) -> list[Tested]:
    """Test thresholds in order; one that passes hands its part of the risk on."""
    tested: list[Tested] = []
    risk = 0.0
    for threshold, part in order:
        risk += part
        if not risk:
            continue
        there = _above(audited, threshold, icc)
        errors = int(audited.wrong[audited.p >= threshold].sum())
        bound = _bound(errors, there, 1 - risk)
        tested.append(Tested(threshold, there.n, errors, there.worth, bound))
        if bound > max_error:
            risk = 0.0
    return tested


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
    from scipy import special

    if there.total is None:
        worth = np.arange(int(max_error * there.n) + 2) * there.worth / max(there.n, 1)
        left = np.maximum(there.worth - worth, 1e-9)
        return int((special.betainc(worth + 1, left, max_error) >= confidence).sum()) - 1
    errors, more = -1, int(max_error * (there.total - there.n) + 1e-9) + 1
    while errors < there.n and (
        chance_of_no_more(errors + 1, there.n, min(errors + 1 + more, there.total), there.total)
        <= 1 - confidence
    ):
        errors += 1
    return errors


def _needed(
    audited: Audited,
    scores: NDArray[np.float64],
    *,
    max_error: float,
    confidence: float,
    icc: float,
    bold: float,
) -> int | None:
    return audit_needed(
        audited.p,
        audited.wrong,
        audited.clusters if audited.of is None else None,
        scores,
        max_error,
        confidence,
        icc,
        bold=bold,
    )


def _too_few(n: int, needed: int | None) -> str:
    if needed is None:
        return "The model is not sure enough of it anywhere."
    if not n:
        return "Not audited."
    if n < needed:
        return f"An audit of {n:,} is too small for how often the model is sure of it."
    return "Where the model is sure enough, too little was audited."
