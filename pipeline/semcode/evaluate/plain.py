"""Agreement on a plain table of ratings: units in rows, coders in columns, no study."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from semcode.agreement import (
    Agreement,
    Interval,
    agreement,
    analytic_interval,
    bootstrap_table,
    rating_table,
)
from semcode.errors import InputError
from semcode.evaluate.data import AgreementRow, Options
from semcode.evaluate.measures import COEFFICIENTS, measure
from semcode.evaluate.plain_words import (
    check_scale,
    check_shared,
    empty_columns,
    fewer_units,
    left_out,
    methods,
    spelt_alike,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from semcode.agreement import RatingTable

__all__ = ["LEVELS", "PlainReport", "plain_report"]

#: Krippendorff's levels of measurement and the weights that stand for them.
LEVELS = {
    "nominal": "identity",
    "ordinal": "ordinal",
    "interval": "quadratic",
    "ratio": "ratio",
}

_FEWEST_CLUSTERS, _ENOUGH_CLUSTERS = 3, 10
_MANY_CATEGORIES = 50
_TOO_MANY = 1_000


@dataclass(frozen=True, slots=True)
class PlainReport:
    """The coefficients of one table; `rows` compare each category with all others.

    `rows` and `matrix` are empty for weighted tables (`rows`), for one category and for
    very many. `level` is the level of measurement that was asked for. `matrix` counts
    pairs of ratings of a unit, categories x categories, symmetric.
    """

    coders: tuple[str, ...]
    n_rows: int
    n_units: int
    weights: str
    categories: tuple[object, ...]
    overall: AgreementRow
    rows: tuple[AgreementRow, ...]
    results: tuple[tuple[str, Agreement, Interval], ...]
    clustered: bool
    notes: tuple[str, ...]
    methods: tuple[str, ...]
    level: str | None = None
    matrix: tuple[tuple[int, ...], ...] = ()
    ci: float = 0.95


def plain_report(
    cells: Sequence[Sequence[Any]],
    *,
    coders: Sequence[str],
    weights: str | None = None,
    level: str | None = None,
    categories: Sequence[str] | None = None,
    clusters: Sequence[Hashable] | None = None,
    options: Options,
) -> PlainReport:
    """Compute every coefficient of a table.

    `level` sets the weights (`LEVELS`); give it or `weights`, not both. With `clusters`
    (the interview of each unit) the intervals are bootstrapped over these, otherwise
    analytic, which treats units as independent. Raises InputError for fewer than two
    columns, no unit that two coders rated, words without an order where the weights need
    one, or what `rating_table` refuses.
    """
    if len(coders) < 2:
        raise InputError(
            f"the table has {len(coders)} column{'s' * (len(coders) != 1)} of ratings; agreement "
            "needs two coders.",
            where="table",
            remedy="Put units in rows and each coder in a column of their own.",
        )
    if level and weights:
        raise InputError(
            "a level of measurement and weights are two ways to say the same.",
            where="weights",
            remedy="Give --level or --weights, not both.",
        )
    chosen = weights or LEVELS[level or "nominal"]
    table = rating_table(cells, categories=categories)
    check_scale(table, level, chosen)
    names = tuple(coders[column] for column in table.kept)
    check_shared(table, coders, names)
    results = [_result(name, table, chosen, clusters, options) for name in COEFFICIENTS]
    paired = (table.indices >= 0).sum(axis=1) >= 2
    overall = _overall(results, int(paired.sum()), table)
    rows, more = _rows(table, chosen, clusters, options)
    notes = [
        *empty_columns(coders, table),
        *more,
        *left_out(table, paired, len(cells)),
        *fewer_units(results),
        *spelt_alike(table),
    ]
    n_clusters = len(set(clusters)) if clusters is not None else _ENOUGH_CLUSTERS
    if n_clusters < _ENOUGH_CLUSTERS:
        notes.append(
            f"Only {n_clusters} clusters: the intervals are wide for that reason. More clusters "
            "are worth more than more units of each."
        )
    return PlainReport(
        names,
        len(cells),
        int(paired.sum()),
        chosen,
        table.categories,
        overall,
        rows,
        tuple(results),
        clusters is not None,
        tuple(notes),
        tuple(
            methods(names, table, int(paired.sum()), chosen, level, clusters is not None, options)
        ),
        level,
        _matrix(table),
        options.ci,
    )


def _matrix(table: RatingTable) -> tuple[tuple[int, ...], ...]:
    """Count pairs of ratings by two coders of one unit."""
    n = len(table.categories)
    if not 2 <= n <= _MANY_CATEGORIES:
        return ()
    counts = np.zeros((n, n), dtype=np.int64)
    for one, two in combinations(range(table.n_coders), 2):
        both = (table.indices[:, one] >= 0) & (table.indices[:, two] >= 0)
        np.add.at(counts, (table.indices[both, one], table.indices[both, two]), 1)
    whole = counts + counts.T
    whole[np.diag_indices(n)] = counts.diagonal()
    return tuple(tuple(int(value) for value in row) for row in whole)


def _result(
    name: str,
    table: RatingTable,
    weights: str,
    clusters: Sequence[Hashable] | None,
    options: Options,
) -> tuple[str, Agreement, Interval]:
    function = COEFFICIENTS[name]
    found = agreement(function, table, weights=weights)
    if clusters is None or found.value is None:
        return name, found, _with_width(analytic_interval(found, level=options.ci))
    if len(set(clusters)) < _FEWEST_CLUSTERS:
        n = len(set(clusters))
        few = (
            f"The units come from {n} cluster{'s' * (n != 1)}, too few to be drawn again; have "
            "more of them rated by the same coders."
        )
        return name, found, Interval(None, None, options.ci, "bootstrap", reason=few)
    interval = bootstrap_table(
        table,
        clusters,
        coefficients=(function,),
        weights=weights,
        resamples=options.resamples,
        level=options.ci,
        seed=options.seed,
    )[function]
    return name, found, _with_width(interval)


def _with_width(interval: Interval) -> Interval:
    """Give no interval of width 0: these units hold nothing to estimate it from."""
    if interval.lower is None or interval.upper is None:
        return interval
    if interval.upper - interval.lower > 1e-9:
        return interval
    flat = "These units show no variation from which an interval could be estimated."
    return replace(interval, lower=None, upper=None, reason=flat)


def _overall(
    results: Sequence[tuple[str, Agreement, Interval]], n_units: int, table: RatingTable
) -> AgreementRow:
    return AgreementRow(
        "all",
        None,
        n_units,
        0,
        None,
        n_units,
        {name: found.value for name, found, _ in results},
        {
            name: (interval.lower, interval.upper)
            for name, found, interval in results
            if interval.lower is not None and interval.upper is not None
        },
        {name: found.reason or "" for name, found, _ in results if found.value is None},
        {
            name: interval.reason
            for name, found, interval in results
            if found.value is not None and interval.reason
        },
        (),
        {"n_categories": len(table.categories)},
        {name: _details(found) for name, found, _ in results},
    )


def _details(found: Agreement) -> dict[str, float | int | None]:
    return {
        "units": found.n_units,
        "observed": found.observed,
        "expected": found.expected,
        "se": found.se,
    }


def _rows(
    table: RatingTable,
    weights: str,
    clusters: Sequence[Hashable] | None,
    options: Options,
) -> tuple[tuple[AgreementRow, ...], list[str]]:
    """Compare each category with all others, where that means something."""
    n = len(table.categories)
    if weights != "identity" or table.n_coders < 2 or n < 2:
        return (), []
    if n > _MANY_CATEGORIES:
        said = f"{n:,} different ratings were found, so the table by category is left out."
        if n > _TOO_MANY or n > len(table.indices) / 2:
            said += (
                " Is a column free text, or measured more finely than anybody judges? Then leave "
                "it out, or round the numbers and give --level interval."
            )
        return (), [said]
    ratings = np.stack([_has(table, place) for place in range(n)])
    groups: Sequence[Hashable] = range(len(table.indices))
    if clusters is not None:
        groups = [clusters[row] for row in table.kept_rows]
    rows = measure(
        [(str(category), None) for category in table.categories], ratings, groups, options=options
    )
    if clusters is None:
        rows = [_analytic(row, ratings[place], options) for place, row in enumerate(rows)]
    return tuple(rows), []


def _analytic(row: AgreementRow, ratings: NDArray[np.int8], options: Options) -> AgreementRow:
    """Give a category's row the intervals of units that are taken to be independent."""
    table = rating_table(
        np.where(ratings < 0, np.nan, ratings.astype(np.float64)), categories=(0, 1)
    )
    found = {name: agreement(function, table) for name, function in COEFFICIENTS.items()}
    intervals = {
        name: _with_width(analytic_interval(own, level=options.ci))
        for name, own in found.items()
        if row.values[name] is not None
    }
    return replace(
        row,
        n_interviews=0,
        ci={
            name: (interval.lower, interval.upper)
            for name, interval in intervals.items()
            if interval.lower is not None and interval.upper is not None
        },
        no_interval={name: i.reason for name, i in intervals.items() if i.reason},
        details={name: _details(own) for name, own in found.items()},
    )


def _has(table: RatingTable, place: int) -> NDArray[np.int8]:
    return np.where(table.indices < 0, -1, table.indices == place).astype(np.int8)
