"""Analytic standard errors over units, as Gwet publishes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from semcode.agreement.formulas import NO_CHANCE
from semcode.agreement.tally import pair_agreement

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from semcode.agreement.ratings import RatingTable
    from semcode.agreement.tally import Tally
    from semcode.agreement.weights import Weighting

__all__ = ["standard_error"]


def standard_error(
    coefficient: str,
    table: RatingTable,
    sums: Tally,
    weights: Weighting,
    *,
    value: float,
    expected: float,
) -> tuple[float, int] | None:
    """Give a coefficient's standard error and its degrees of freedom, None where none is published.

    Linearisation over units (Gwet 2014, Handbook of Inter-Rater Reliability, 4th ed.,
    chapter 5; the numbers that irrCAC prints), for an infinite population of units and
    these coders. Cohen's kappa and Scott's pi divide by n as in Fleiss, Cohen and Everitt
    (1969, Psychological Bulletin 72, 323-327) and irrCAC's tables, the others by n - 1 as
    in irrCAC's raw functions. None for Krippendorff's ordinal metric (its distances are
    estimated from the same ratings), for Holsti, and for fewer than two units.
    """
    form = _FORMS.get(coefficient)
    if form is None or weights.by_rank or 1.0 - expected <= NO_CHANCE:
        return None
    indices = table.indices
    ratings = (indices >= 0).sum(axis=1)
    complete = coefficient in _COMPLETE
    least = indices.shape[1] if complete else 2 if form is _alpha else 1
    rows = ratings >= least
    count = np.ones(int(rows.sum())) if table.counts is None else table.counts[rows]
    case = _Case(
        indices[rows],
        ratings[rows].astype(np.float64),
        count,
        float(count.sum()),
        pair_agreement(indices[rows], weights),
        sums,
        weights,
        value,
        expected,
    )
    if case.n < 2:
        return None
    ends = case.n**2 if complete else case.n * (case.n - 1)
    return float(np.sqrt((count * form(case) ** 2).sum() / ends)), round(case.n) - 1


@dataclass(frozen=True, slots=True)
class _Case:
    """The units that count, with what the forms need of each."""

    indices: NDArray[np.int64]
    ratings: NDArray[np.float64]
    count: NDArray[np.float64]
    n: float
    agreed: NDArray[np.float64]
    sums: Tally
    weights: Weighting
    value: float
    expected: float

    def mean(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Average a category's value over each unit's ratings."""
        padded = np.append(values, 0.0)
        return np.asarray(padded[self.indices].sum(axis=1) / self.ratings)

    def credits(self, shares: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give each category's mean weight against the shares."""
        matrix = self.weights.matrix
        return shares if matrix is None else matrix @ shares


def _fixed_chance(case: _Case) -> NDArray[np.float64]:
    pairs = case.ratings * (case.ratings - 1)
    share = np.where(pairs > 0, case.agreed / np.maximum(pairs, 1.0) - case.expected, 0.0)
    return np.asarray((case.n / float(case.sums.paired)) * share / (1 - case.expected) - case.value)


def _chance_from(case: _Case, credit: NDArray[np.float64]) -> NDArray[np.float64]:
    pull = 2 * (1 - case.value) * (case.mean(credit) - case.expected) / (1 - case.expected)
    return _fixed_chance(case) - pull


def _fleiss(case: _Case) -> NDArray[np.float64]:
    return _chance_from(case, case.credits(case.sums.share / case.sums.rated))


def _gwet(case: _Case) -> NDArray[np.float64]:
    shares = case.sums.share / case.sums.rated
    q = len(shares)
    return _chance_from(case, case.weights.total / (q * (q - 1)) * (1 - shares))


def _conger(case: _Case) -> NDArray[np.float64]:
    ratings = case.sums.coder.sum(axis=-1)
    r = len(ratings)
    shares = case.sums.coder / ratings[:, None]
    credit = np.stack([case.credits(share) for share in shares])
    others = credit.sum(axis=0) - credit
    pull = np.zeros(len(case.count))
    for coder in range(r):
        given = case.indices[:, coder]
        own = np.append(others[coder], 0.0)[given]
        level = float(others[coder] @ shares[coder])
        missing = (given >= 0) - ratings[coder] / case.n
        pull += (own - missing * level) * case.n / ratings[coder]
    chance = pull / (r * (r - 1)) - case.expected
    return np.asarray(_fixed_chance(case) - 2 * (1 - case.value) * chance / (1 - case.expected))


def _alpha(case: _Case) -> NDArray[np.float64]:
    n = float(case.sums.pool.sum())
    mean = n / case.n
    shares = case.sums.pool / n
    credit = case.credits(shares)
    chance = float(shares @ credit)
    observed = float(case.sums.pooled_agree) / n
    inner = (observed - chance) / (1 - chance)
    tilt = (case.ratings - mean) / mean
    corrected = (1 - 1 / n) * observed + 1 / n  # irrCAC centres unequal units on this
    own = case.agreed / (mean * np.maximum(case.ratings - 1, 1.0)) - corrected * tilt
    pull = case.mean(credit) * case.ratings / mean - chance * tilt
    spread = (own - chance) / (1 - chance) - inner
    return np.asarray(spread - 2 * (1 - inner) * (pull - chance) / (1 - chance))


def _two(case: _Case) -> NDArray[np.float64]:
    first, second = (case.credits(share) for share in case.sums.whole_coder / case.sums.whole)
    pull = second[case.indices[:, 0]] + first[case.indices[:, 1]]
    return _centred(case, (1 - case.value) * pull)


def _pooled(case: _Case) -> NDArray[np.float64]:
    pooled = case.sums.whole_coder.sum(axis=0)
    credit = case.credits(pooled / pooled.sum())
    return _centred(case, 2 * (1 - case.value) * case.mean(credit))


def _centred(case: _Case, pull: NDArray[np.float64]) -> NDArray[np.float64]:
    spread = case.agreed / (case.ratings * (case.ratings - 1)) - pull
    return np.asarray(spread - (spread * case.count).sum() / case.n) / (1 - case.expected)


_COMPLETE = frozenset({"cohen_kappa", "scott_pi"})
_FORMS: dict[str, Callable[[_Case], NDArray[np.float64]]] = {
    "brennan_prediger": _fixed_chance,
    "cohen_kappa": _two,
    "conger_kappa": _conger,
    "fleiss_kappa": _fleiss,
    "gwet_ac": _gwet,
    "krippendorff_alpha": _alpha,
    "percent_agreement": _fixed_chance,
    "scott_pi": _pooled,
}
