"""Agreement on a plain table of ratings: units in rows, coders in columns, no study."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
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

    `rows` is empty for weighted tables, for one category and for very many.
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

    `level` sets the weights (`LEVELS`), `weights` goes before it. With `clusters` (the
    interview of each unit) the intervals are bootstrapped over these, otherwise analytic,
    which treats units as independent. Raises InputError for fewer than two columns, no
    rows, or what `rating_table` refuses.
    """
    if len(coders) < 2:
        raise InputError(
            f"the table has {len(coders)} column{'s' * (len(coders) != 1)} of ratings; agreement "
            "needs two coders.",
            where="table",
            remedy="Put units in rows and each coder in a column of their own.",
        )
    chosen = weights or LEVELS[level or "nominal"]
    table = rating_table(cells, categories=categories)
    names = tuple(coders[column] for column in table.kept)
    results = [_result(name, table, chosen, clusters, options) for name in COEFFICIENTS]
    paired = (table.indices >= 0).sum(axis=1) >= 2
    overall = _overall(results, int(paired.sum()), table)
    rows, more = _rows(table, chosen, clusters, options)
    notes = [*_empty_columns(coders, table), *more, *_thin(table, paired, len(cells))]
    n_clusters = len(set(clusters)) if clusters is not None else _ENOUGH_CLUSTERS
    if n_clusters < _ENOUGH_CLUSTERS:
        notes.append(
            f"Only {n_clusters} clusters: intervals from fewer than {_ENOUGH_CLUSTERS} cover the "
            "truth less often than they say."
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
        tuple(_methods(names, table, int(paired.sum()), chosen, clusters is not None, options)),
    )


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
        few = f"There are {len(set(clusters))} clusters, too few to be drawn again."
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
    if interval.lower is None or interval.lower != interval.upper:
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
    )


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
        rows = [replace(row, ci={}, no_interval={}, n_interviews=0) for row in rows]
    return tuple(rows), []


def _has(table: RatingTable, place: int) -> NDArray[np.int8]:
    return np.where(table.indices < 0, -1, table.indices == place).astype(np.int8)


def _empty_columns(coders: Sequence[str], table: RatingTable) -> list[str]:
    empty = [name for column, name in enumerate(coders) if column not in table.kept]
    if not empty:
        return []
    names = ", ".join(repr(name) for name in empty)
    return [f"{names} holds no rating (only empty cells or spaces) and was left out."]


def _thin(table: RatingTable, paired: NDArray[np.bool_], n_rows: int) -> list[str]:
    said = []
    alone = int((~paired).sum())
    empty = n_rows - len(table.indices)
    if empty:
        said.append(f"{empty:,} of {n_rows:,} units have no rating and were left out.")
    if alone:
        said.append(
            f"{alone:,} unit{' was' if alone == 1 else 's were'} rated by one coder only: no part "
            "of observed agreement, but of the category shares of Fleiss, Conger and Gwet (Gwet "
            "2014)."
        )
    return said


def _methods(
    coders: Sequence[str],
    table: RatingTable,
    n_units: int,
    weights: str,
    clustered: bool,
    options: Options,
) -> list[str]:
    how = (
        f"cluster bootstrap, {options.resamples:,} resamples of whole clusters, seed {options.seed}"
        if clustered
        else "analytic standard errors, which treat units as independent (Gwet 2014; Fleiss, "
        "Cohen and Everitt 1969)"
    )
    n = len(table.categories)
    return [
        f"{len(coders)} coders ({', '.join(coders)}) were compared on {n_units:,} units that two "
        f"or more of them rated, with {n:,} categor{'y' if n == 1 else 'ies'} and {weights} "
        "weights. Formulas: Cohen (1960, 1968), Conger (1980), Fleiss (1971), Scott (1955), "
        "Brennan and Prediger (1981), Gwet (2008; AC2 with weights, 2014), Krippendorff (2019).",
        f"Intervals are {options.ci:.0%} ({how}).",
    ]
