"""Coefficients with cluster-bootstrap intervals for many has-it-or-not rows at once."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from semcode.agreement import (
    CodeIntervals,
    RatingTable,
    agreement,
    bootstrap_codes,
    code_prevalence,
)
from semcode.agreement.resampling import cluster_numbers
from semcode.evaluate.data import AgreementRow, Options

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["COEFFICIENTS", "FEWEST_CLUSTERS", "NAMES", "interval_of", "measure"]

#: The name in tables and JSON, and the function in `semcode.agreement`.
COEFFICIENTS: Mapping[str, str] = {
    "percent": "percent_agreement",
    "cohen_kappa": "cohen_kappa",
    "conger_kappa": "conger_kappa",
    "fleiss_kappa": "fleiss_kappa",
    "scott_pi": "scott_pi",
    "brennan_prediger": "brennan_prediger",
    "gwet_ac1": "gwet_ac",
    "krippendorff_alpha": "krippendorff_alpha",
}
NAMES = tuple(COEFFICIENTS)

FEWEST_CLUSTERS = 3
_WHOLE = frozenset({"cohen_kappa", "scott_pi"})  # rest on units that every coder rated

_ONE_INTERVIEW = (
    "All units come from one {cluster}, so that nothing can be resampled; compare the coders "
    "on a second one."
)
_TWO = (
    "Two {cluster}s can be drawn in three ways only, too few for an interval; compare the coders "
    "on more of them."
)
_SAME = (
    "Every resample gives the same value, because what was compared never varied between "
    "{cluster}s: resampling cannot say how far the value could be off."
)
_FEW_VALUES = (
    "{share:.0%} of the resamples have no value: what is compared occurs in too few {cluster}s. "
    "Have more {cluster}s coded by both."
)


def measure(
    labels: Sequence[tuple[str, str | None]],
    ratings: NDArray[np.int8],
    clusters: Sequence[Hashable],
    *,
    options: Options,
    counts: NDArray[np.float64] | None = None,
    nobody: str = "Nobody used {label!r} in these units: there is nothing to agree about.",
) -> list[AgreementRow]:
    """Give one row for each of the rows x units x coders ratings (1, 0, -1 unread).

    `labels` are (label, SEM level). A row that nobody used keeps its percent agreement,
    which is then 1 by itself, and has no coefficient. All rows share their resamples.
    """
    if not len(labels) or not ratings.shape[1] or ratings.shape[2] < 2:
        return [_empty(label, level) for label, level in labels]
    found = bootstrap_codes(
        ratings,
        clusters,
        coefficients=[
            function
            for name, function in COEFFICIENTS.items()
            if name != "cohen_kappa" or ratings.shape[2] == 2
        ],
        counts=None if counts is None else counts.tolist(),
        resamples=options.resamples,
        level=options.ci,
        seed=options.seed,
    )
    numbers, _ = cluster_numbers(clusters, ratings.shape[1])
    return [
        _row(place, label, level, ratings[place], found, numbers, options, counts, nobody)
        for place, (label, level) in enumerate(labels)
    ]


def interval_of(
    found: CodeIntervals, place: int, options: Options
) -> tuple[tuple[float, float] | None, str]:
    """Give one row's interval, or None and the reason why there is none."""
    low, high = float(found.lower[place]), float(found.upper[place])
    if found.n_clusters < 2:
        return None, _ONE_INTERVIEW.format(cluster=options.cluster)
    if found.n_clusters < FEWEST_CLUSTERS:
        return None, _TWO.format(cluster=options.cluster)
    if np.isnan(low) or np.isnan(high):
        share = float(found.undefined_share[place])
        return None, _FEW_VALUES.format(share=share, cluster=options.cluster)
    if high - low < 1e-12:
        return None, _SAME.format(cluster=options.cluster)
    return (low, high), ""


def _row(
    place: int,
    label: str,
    level: str | None,
    table: NDArray[np.int8],
    found: Mapping[str, CodeIntervals],
    clusters: NDArray[np.int64],
    options: Options,
    counts: NDArray[np.float64] | None,
    nobody: str,
) -> AgreementRow:
    cells = _cells(table, label, counts)
    use = code_prevalence(cells, category=label)
    complete = (
        int(cells.counts[(cells.indices >= 0).all(axis=1)].sum()) if cells.counts is not None else 0
    )
    details: dict[str, Mapping[str, float | int | None]] = {}
    values: dict[str, float | None] = {}
    intervals: dict[str, tuple[float, float]] = {}
    undefined: dict[str, str] = {}
    no_interval: dict[str, str] = {}
    for name, function in COEFFICIENTS.items():
        values[name], reason = _value(function, place, cells, found)
        if use.n_units and not use.n_positive_units and name != "percent":
            values[name], reason = None, nobody.format(label=label)
        if values[name] is None:
            undefined[name] = reason
        details[name] = _details(
            function, place, found, complete if name in _WHOLE else use.n_units
        )
        if values[name] is None:
            continue
        interval, why = interval_of(found[function], place, options)
        if interval is None:
            no_interval[name] = why
        else:
            intervals[name] = interval
    paired = (table >= 0).sum(axis=1) >= 2
    return AgreementRow(
        label,
        level,
        use.n_units,
        len(np.unique(clusters[paired])),
        use.share,
        use.n_positive_units,
        values,
        intervals,
        undefined,
        no_interval,
        use.warnings,
        {
            "positive_agreement": use.positive,
            "negative_agreement": use.negative,
            "prevalence_index": use.prevalence_index,
            "bias_index": use.bias_index,
            "pabak": use.pabak,
            "by_coder": list(use.by_coder),
        },
        details,
    )


def _details(
    function: str, place: int, found: Mapping[str, CodeIntervals], n_units: int
) -> Mapping[str, float | int | None]:
    """Give the units, the observed and expected agreement, and the resamples' standard error."""
    if function not in found:
        return {"units": n_units, "observed": None, "expected": None, "se": None}
    own = found[function]
    draws = own.draws[:, place]
    known = draws[~np.isnan(draws)]
    spread = float(known.std()) if own.n_clusters >= FEWEST_CLUSTERS and len(known) > 1 else None
    observed, expected = (
        None if np.isnan(part[place]) else float(part[place])
        for part in (own.observed, own.expected)
    )
    return {"units": n_units, "observed": observed, "expected": expected, "se": spread}


def _cells(table: NDArray[np.int8], label: str, counts: NDArray[np.float64] | None) -> RatingTable:
    """Make the table that the single coefficients take: each different line once, counted."""
    lines, places = np.unique(_numbered(table), return_inverse=True)
    weights = np.bincount(places.ravel(), weights=counts, minlength=len(lines)).astype(np.float64)
    first = np.zeros(len(lines), dtype=np.int64)
    first[places.ravel()[::-1]] = np.arange(len(table))[::-1]
    different = table[first]
    columns = np.asarray((table >= 0).any(axis=0))
    rows = np.asarray((different >= 0).any(axis=1)) & (weights > 0)
    return RatingTable(
        different[rows][:, columns].astype(np.int64),
        (f"not {label}", label),
        weights[rows],
        (),
        tuple(np.flatnonzero(columns).tolist()),
        np.flatnonzero(rows),
        len(rows),
        named=True,
    )


def _numbered(table: NDArray[np.int8]) -> NDArray[np.int64]:
    """Give equal lines of ratings equal numbers (base 3, up to 39 coders)."""
    numbers = np.zeros(len(table), dtype=np.int64)
    for column in range(table.shape[1]):
        numbers = numbers * 3 + table[:, column] + 1
    return numbers


def _value(
    function: str,
    place: int,
    cells: RatingTable,
    found: Mapping[str, CodeIntervals],
) -> tuple[float | None, str]:
    """Give the value, or None and what the coefficient itself says about it."""
    if function in found:
        value = float(found[function].values[place])
        if not np.isnan(value):
            return value, ""
    result = agreement(function, cells)
    return None, result.reason or "The coefficient is 0/0 for these ratings."


def _empty(label: str, level: str | None) -> AgreementRow:
    reason = "No unit was read by all compared coders."
    return AgreementRow(
        label,
        level,
        0,
        0,
        None,
        0,
        dict.fromkeys(NAMES),
        undefined=dict.fromkeys(NAMES, reason),
    )
