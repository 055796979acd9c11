"""Confidence intervals by resampling interviews (clusters), many codes at once.

Segments of one interview resemble each other: resampling segments gives intervals that
are too narrow. The resamples are drawn as weights (how often each interview was drawn),
and each resample's coefficients come from weights times the interviews' sums, so that
2,000 resamples cost one matrix product instead of 2,000 passes over the units.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, fields
from itertools import combinations, product
from typing import TYPE_CHECKING

import numpy as np

from semcode.agreement.formulas import FORMULAS
from semcode.agreement.ratings import Category, rating_table
from semcode.agreement.resampling import (
    cluster_numbers,
    draw_bounds,
    drawn_clusters,
    interval_from_draws,
)
from semcode.agreement.result import Interval
from semcode.agreement.studentized import (
    FEWEST_STUDENTIZED,
    MOST_STUDENTIZED,
    lowest,
    studentized_bounds,
)
from semcode.agreement.tally import Tally, tally
from semcode.agreement.weights import Weighting, weighting
from semcode.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from semcode.agreement.formulas import Formula, Parts

__all__ = [
    "CodeIntervals",
    "bootstrap_codes",
    "bootstrap_table",
    "check_codes",
    "code_evaluator",
    "code_tallies",
    "compared_clusters",
    "mean_of_defined",
]

DEFAULT = ("cohen_kappa", "krippendorff_alpha", "gwet_ac")
HAS_OR_NOT = Weighting("identity", None, 2.0)
ALL_PATTERNS_UP_TO = 6  # coders; 3 to the sixth patterns are fewer than most units


@dataclass(frozen=True, slots=True)
class CodeIntervals:
    """One coefficient for many codes, with its resamples.

    `values`, `observed` and `expected` (codes,) and `draws` (resamples x codes) hold NaN
    where undefined; `lower` and `upper` are NaN where no interval can be given;
    `undefined_share` (codes,) is the share of resamples without a value. All coefficients
    of one call share their resamples, so that their draws can be subtracted.
    `n_clusters` counts the interviews in which two coders read a unit.
    """

    coefficient: str
    values: NDArray[np.float64]
    observed: NDArray[np.float64]
    expected: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    undefined_share: NDArray[np.float64]
    draws: NDArray[np.float64]
    n_clusters: int
    level: float
    method: str


def bootstrap_table(
    table: object,
    clusters: Sequence[Hashable],
    *,
    coefficients: Sequence[str] = DEFAULT,
    weights: object = "identity",
    categories: Sequence[Category] | None = None,
    counts: object = None,
    resamples: int = 2_000,
    level: float = 0.95,
    method: str = "studentized",
    seed: int = 0,
) -> dict[str, Interval]:
    """Give an interval for each coefficient of one units x coders table.

    `clusters` names the interview (or participant) of each unit. `method` "percentile"
    takes the quantiles of the resamples; "expanded" widens them for the few clusters that
    interview studies have: the tails become Phi(t sqrt(G / (G - 1))), t with G - 1 degrees
    of freedom (Hesterberg 2015, The American Statistician 69, 371-386). "studentized" is
    the bootstrap-t up to 20 clusters, where "expanded" covers too seldom, and "expanded"
    for more (see `semcode.agreement.studentized`). Only interviews in
    which two coders rated a unit are resampled. Categories stay those of the whole table.
    An interval's reason is set where there is one interview only, where the coefficient
    does not fit the coders, or where most resamples have no value.
    """
    ratings = rating_table(table, categories=categories, counts=counts)
    numbers, n_groups = cluster_numbers(clusters, ratings.n_rows)
    groups = numbers[ratings.kept_rows]
    paired = (ratings.indices >= 0).sum(axis=1) >= 2
    compared = np.bincount(groups, weights=paired, minlength=n_groups) > 0
    drawn = drawn_clusters(compared, resamples, seed=seed)
    n_clusters = int(compared.sum())
    intervals = {}
    for name in coefficients:
        formula = _formula(name)
        reason = _misfit(name, ratings.n_coders)
        if reason:
            intervals[name] = Interval(None, None, level, method, n_clusters, reason=reason)
            continue
        chosen = weighting(weights, ratings, ordinal_by_rank=name == "krippendorff_alpha")
        sums = tally(
            ratings.indices,
            len(ratings.categories),
            chosen,
            counts=ratings.counts,
            groups=groups,
            n_groups=n_groups,
        )

        def evaluate(
            weights: NDArray[np.float64],
            sums: Tally = sums,
            formula: Formula = formula,
            chosen: Weighting = chosen,
        ) -> NDArray[np.float64]:
            return formula(sums.resampled(weights), chosen)[0][:, None]

        draws = evaluate(drawn)
        whole = evaluate(np.ones((1, n_groups)))[0]
        floor = 0.0 if name == "percent_agreement" else -1.0
        bounds = _few(whole, draws, evaluate, drawn, compared, level, method, floor)
        intervals[name] = interval_from_draws(
            draws[:, 0],
            n_clusters=n_clusters,
            level=level,
            method=method,
            bounds=None if np.isnan(bounds[0][0]) else (float(bounds[0][0]), float(bounds[1][0])),
        )
    return intervals


def bootstrap_codes(
    ratings: NDArray[np.int8],
    clusters: Sequence[Hashable],
    *,
    coefficients: Sequence[str] = DEFAULT,
    counts: Sequence[float] | None = None,
    resamples: int = 2_000,
    level: float = 0.95,
    method: str = "studentized",
    seed: int = 0,
) -> dict[str, CodeIntervals]:
    """Give values and intervals of many codes at once.

    `ratings` is codes x units x coders with 1 (has the code), 0 (read, has it not) and
    -1 (not read); `clusters` names the interview of each unit. For three or more coders
    "cohen_kappa" is the mean over the pairs of coders that have a value. With fewer than
    two interviews that two coders read the bounds are NaN. `counts` (one number a unit)
    lets a unit stand for several, such as a stretch for its characters. Raises InputError
    for other ratings, no codes or units, fewer than two coders or an unknown coefficient.
    """
    check_codes(ratings)
    numbers, n_groups = cluster_numbers(clusters, ratings.shape[1])
    size = None if counts is None else np.asarray(counts, dtype=np.float64)
    everyone = code_tallies(ratings, numbers, n_groups, counts=size)
    compared = compared_clusters(everyone)
    drawn = drawn_clusters(compared, resamples, seed=seed)
    n_clusters = int(compared.sum())
    found = {}
    pool = everyone.resampled(drawn).pool
    shares = pool[..., 1] / np.maximum(pool.sum(axis=-1), 1.0)
    for name in coefficients:
        evaluate = code_evaluator(name, ratings, numbers, everyone, counts=size)
        parts, draws = evaluate(np.ones((1, n_groups))), evaluate(drawn)[0]
        value, observed, expected = (part[0] for part in parts)
        lower, upper, missing = draw_bounds(
            draws, n_clusters=n_clusters, level=level, method=_plain(method)
        )
        few = _few(
            value, draws, _values_of(evaluate), drawn, compared, level, method, lowest(name, shares)
        )
        better = ~np.isnan(few[0]) & ~np.isnan(lower)
        lower, upper = np.where(better, few[0], lower), np.where(better, few[1], upper)
        if n_clusters < 2:
            lower = upper = np.full_like(lower, np.nan)
        found[name] = CodeIntervals(
            name,
            value,
            observed,
            expected,
            lower,
            upper,
            missing,
            draws,
            n_clusters,
            level,
            method,
        )
    return found


def compared_clusters(sums: Tally) -> NDArray[np.bool_]:
    """Say for each cluster whether any code has a unit that two coders read (clusters,)."""
    return np.asarray((sums.paired > 0).any(axis=1))


def code_evaluator(
    name: str,
    ratings: NDArray[np.int8],
    clusters: NDArray[np.int64],
    sums: Tally,
    *,
    counts: NDArray[np.float64] | None = None,
) -> Callable[[NDArray[np.float64]], Parts]:
    """Give the function from weights of clusters (rows x clusters) to (value, observed, expected).

    Each part is rows x codes. `sums` are the `code_tallies` of the ratings.
    """
    formula = _formula(name)
    if name != "cohen_kappa" or ratings.shape[2] == 2:
        return lambda weights: formula(sums.resampled(weights), HAS_OR_NOT)
    n_clusters = len(sums.paired)
    pairs = [
        code_tallies(ratings[:, :, list(pair)], clusters, n_clusters, counts=counts)
        for pair in combinations(range(ratings.shape[2]), 2)
    ]

    def of_pairs(weights: NDArray[np.float64]) -> Parts:
        found = [np.stack(formula(both.resampled(weights), HAS_OR_NOT)) for both in pairs]
        value, observed, expected = mean_of_defined(np.stack(found))
        return value, observed, expected

    return of_pairs


def _few(
    values: NDArray[np.float64],
    draws: NDArray[np.float64],
    evaluate: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    drawn: NDArray[np.float64],
    compared: NDArray[np.bool_],
    level: float,
    method: str,
    floor: NDArray[np.float64] | float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the bounds for few clusters, NaN where they do not apply."""
    if method != "studentized" or not FEWEST_STUDENTIZED <= compared.sum() <= MOST_STUDENTIZED:
        nothing = np.full_like(values, np.nan)
        return nothing, nothing
    return studentized_bounds(values, draws, evaluate, drawn, compared, level=level, floor=floor)


def _values_of(
    evaluate: Callable[[NDArray[np.float64]], Parts],
) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    return lambda weights: evaluate(weights)[0]


def _plain(method: str) -> str:
    return "expanded" if method == "studentized" else method


def code_tallies(
    ratings: NDArray[np.int8],
    clusters: NDArray[np.int64],
    n_clusters: int,
    *,
    counts: NDArray[np.float64] | None = None,
) -> Tally:
    """Sum many codes' ratings within clusters; the batch axes are clusters x codes.

    Units with the same ratings add the same, so that each cluster only counts how often
    each pattern of ratings occurs in it.
    """
    tallies = []
    n_coders = ratings.shape[2]
    if n_coders <= ALL_PATTERNS_UP_TO:
        patterns = np.array(list(product((-1, 0, 1), repeat=n_coders)), dtype=np.int64)
        shared = _pattern_tally(patterns)
    for code in ratings:
        if n_coders <= ALL_PATTERNS_UP_TO:
            places, sums = _pattern_places(code), shared
        else:
            found, inverse = np.unique(code, axis=0, return_inverse=True)
            places, sums = inverse.ravel(), _pattern_tally(found.astype(np.int64))
        n_patterns = len(sums.rated)
        counted = np.bincount(
            clusters * n_patterns + places, weights=counts, minlength=n_clusters * n_patterns
        )
        tallies.append(sums.resampled(counted.reshape(n_clusters, n_patterns).astype(np.float64)))
    return Tally(
        *(np.stack([getattr(one, part.name) for one in tallies], axis=1) for part in fields(Tally))
    )


def _pattern_tally(patterns: NDArray[np.int64]) -> Tally:
    n = len(patterns)
    return tally(patterns, 2, HAS_OR_NOT, groups=np.arange(n), n_groups=n)


def _pattern_places(code: NDArray[np.int8]) -> NDArray[np.int64]:
    places = np.zeros(code.shape[0], dtype=np.int64)
    for coder in range(code.shape[1]):
        places *= 3
        places += code[:, coder]
        places += 1
    return places


def mean_of_defined(stacked: NDArray[np.float64]) -> NDArray[np.float64]:
    """Average the first axis over what is not NaN; NaN where nothing is left."""
    defined = ~np.isnan(stacked)
    n = defined.sum(axis=0)
    total = np.where(defined, stacked, 0.0).sum(axis=0)
    return np.asarray(total / np.where(n > 0, n, np.nan))


def check_codes(ratings: NDArray[np.int8]) -> None:
    """Raise InputError unless the ratings are codes x units x coders of 1, 0 and -1."""
    if ratings.ndim != 3 or ratings.shape[2] < 2 or not ratings.size:
        raise InputError(
            f"the ratings have the shape {ratings.shape}.",
            where="ratings",
            remedy="Give codes x units x coders: one code, one unit and two coders or more.",
        )
    if ratings.min() < -1 or ratings.max() > 1:
        raise InputError(
            "the ratings hold numbers other than 1, 0 and -1.",
            where="ratings",
            remedy="Write 1 for a code, 0 for none, -1 for a unit that was not read.",
        )


def _formula(name: str) -> Formula:
    if name not in FORMULAS:
        raise InputError(
            f"there is no interval for {name!r}.",
            where="coefficients",
            remedy=f"Choose from {', '.join(sorted(FORMULAS))}.",
        )
    return FORMULAS[name]


def _misfit(name: str, n_coders: int) -> str | None:
    if n_coders < 2:
        return "Fewer than two coders have ratings; have a second coder read the same units."
    if name == "cohen_kappa" and n_coders > 2:
        return f"Cohen's kappa compares two coders and {n_coders} have ratings; use conger_kappa."
    return None
