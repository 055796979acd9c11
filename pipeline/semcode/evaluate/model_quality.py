"""Precision, recall, F1 and average precision of suggestions, with intervals over participants."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from semcode.agreement.resampling import cluster_numbers, draw_bounds, drawn_clusters
from semcode.evaluate.data import Options
from semcode.evaluate.measures import FEWEST_CLUSTERS

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "MEASURES",
    "Estimate",
    "Judged",
    "Quality",
    "average_precision",
    "error_sums",
    "measures_of",
    "quality",
]

MEASURES = ("precision", "recall", "f1", "average_precision")

_CELLS = 20_000_000  # of one resampled table in memory
_UNDEFINED = 0.5  # above this share of resamples without a value there is no interval


@dataclass(frozen=True)
class Judged:
    """What a model said of units and what people said of them, (units, columns).

    `p` are probabilities, `given` is what the model would give, `truth` the share of the
    people who judged the unit that gave it, NaN where nobody judged. `clusters` names the
    participant of each unit; `weights` says for how many units each stands (None: one).
    """

    p: NDArray[np.float64]
    given: NDArray[np.bool_]
    truth: NDArray[np.float64]
    clusters: Sequence[Hashable]
    weights: NDArray[np.float64] | None = None

    def weight(self) -> NDArray[np.float64]:
        """Give the weights, (units,)."""
        return np.ones(len(self.truth)) if self.weights is None else self.weights


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its interval, or the reasons why there is none.

    `reason` says why the figure is undefined, `why` why the interval is.
    """

    value: float | None
    lower: float | None = None
    upper: float | None = None
    reason: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Quality:
    """One code, one level or a mean: how many units, and each measure.

    `n` units were judged, `n_positive` of them got the code from somebody, `n_given` from
    the model; `n_clusters` participants have a positive. `n_defined` (means only) counts
    the codes of which each measure is the mean.
    """

    label: str
    level: str | None
    n: int
    n_positive: int
    n_given: int
    n_clusters: int
    values: Mapping[str, Estimate]
    n_defined: Mapping[str, int] = field(default_factory=dict)


def quality(
    judged: Judged, labels: Sequence[tuple[str, str | None]], *, options: Options
) -> tuple[list[Quality], Quality, Quality]:
    """Measure each column, their mean (macro), and all decisions pooled (micro).

    Where people differ, a unit counts for the code with the share that gave it and against
    it with the rest: the figures are those against a person drawn at random among those who
    read the unit. Intervals resample participants. Macro means are over the codes that
    somebody gave (of precision: that the model gave); a code that somebody gave and the model
    never has an F1 of 0.
    """
    numbers, n_clusters = cluster_numbers(judged.clusters, len(judged.truth))
    known = ~np.isnan(judged.truth)
    compared = np.bincount(numbers, known.any(axis=1), n_clusters) > 0
    drawn = drawn_clusters(compared, options.resamples, seed=options.seed)
    sums = error_sums(judged, numbers, n_clusters)
    points = measures_of(*(part.sum(axis=0, keepdims=True) for part in sums))
    draws = measures_of(*(drawn @ part for part in sums))
    ranked = _ranked(judged, numbers, drawn)
    points["average_precision"], draws["average_precision"] = ranked
    count = int(compared.sum())
    rows = []
    for column, (label, level) in enumerate(labels):
        own = known[:, column]
        positive = own & (np.nan_to_num(judged.truth[:, column]) > 0)
        counts = (
            int(own.sum()),
            int(positive.sum()),
            int((judged.given[:, column] & own).sum()),
            len(np.unique(numbers[positive])),
        )
        values = {
            name: _estimate(
                points[name][0, column],
                draws[name][:, column],
                _reason(name, *counts[:3]),
                count,
                options,
            )
            for name in MEASURES
        }
        rows.append(Quality(label, level, *counts, values))
    macro = _macro(points, draws, rows, count, options)
    return rows, macro, _micro(sums, drawn, rows, count, options)


def average_precision(
    p: NDArray[np.float64], y: NDArray[np.float64], w: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Give the weighted average precision of one ranking under many weightings.

    Shapes (n,), (n,) and (resamples, n); NaN where nothing is positive. Ties in `p` count
    together, as in scikit-learn's `average_precision_score`; a `y` between 0 and 1 counts
    as that share of a positive.
    """
    order = np.argsort(-p, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(p[order]) != 0, True))
    out = np.full(len(w), np.nan)
    step = max(_CELLS // max(len(p), 1), 1)
    for first in range(0, len(w), step):
        part = w[first : first + step][:, order]
        hits = np.cumsum(part * y[order], axis=1)[:, ends]
        all_of = np.cumsum(part, axis=1)[:, ends]
        precision = np.divide(hits, all_of, out=np.zeros_like(hits), where=all_of > 0)
        gained = np.diff(hits, axis=1, prepend=0.0)
        total = hits[:, -1] if len(p) else np.zeros(len(part))
        found = (gained * precision).sum(axis=1)
        out[first : first + step] = np.divide(
            found, total, out=np.full(len(part), np.nan), where=total > 0
        )
    return out


def error_sums(
    judged: Judged, numbers: NDArray[np.int64], n_clusters: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Sum hits, false suggestions and misses by cluster, each (clusters, columns)."""
    weight = judged.weight()[:, None] * ~np.isnan(judged.truth)
    y, given = np.nan_to_num(judged.truth), judged.given.astype(float)
    parts = []
    for cell in (weight * given * y, weight * given * (1 - y), weight * (1 - given) * y):
        out = np.zeros((n_clusters, cell.shape[1]))
        np.add.at(out, numbers, cell)
        parts.append(out)
    return parts[0], parts[1], parts[2]


def measures_of(
    hits: NDArray[np.float64], false: NDArray[np.float64], missed: NDArray[np.float64]
) -> dict[str, NDArray[np.float64]]:
    """Turn sums of hits, false suggestions and misses into measures; NaN where 0/0."""

    def share(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 1e-12)

    there = hits + missed > 1e-12
    f1 = share(2 * hits, 2 * hits + false + missed)
    return {
        "precision": share(hits, hits + false),
        "recall": share(hits, hits + missed),
        "f1": np.where(there, f1, np.nan),
    }


def _ranked(
    judged: Judged, numbers: NDArray[np.int64], drawn: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    columns = judged.truth.shape[1]
    point, draws = np.full((1, columns), np.nan), np.full((len(drawn), columns), np.nan)
    weight = judged.weight()
    for column in range(columns):
        y = judged.truth[:, column]
        own = ~np.isnan(y)
        p, y, w = judged.p[own, column], y[own], weight[own]
        if y.any():
            point[:, column] = average_precision(p, y, w[None])
            draws[:, column] = average_precision(p, y, drawn[:, numbers[own]] * w)
    return point, draws


def _macro(
    points: Mapping[str, NDArray[np.float64]],
    draws: Mapping[str, NDArray[np.float64]],
    rows: Sequence[Quality],
    n_clusters: int,
    options: Options,
) -> Quality:
    found, counted = {}, {}
    for name in MEASURES:
        used = ~np.isnan(points[name][0])
        counted[name] = int(used.sum())
        value = float(points[name][0, used].mean()) if used.any() else np.nan
        table = draws[name][:, used]
        here = ~np.isnan(table)
        means = np.divide(
            np.nan_to_num(table).sum(axis=1),
            here.sum(axis=1),
            out=np.full(len(table), np.nan),
            where=here.any(axis=1),
        )
        reason = "" if used.any() else "No code has this measure."
        found[name] = _estimate(value, means, reason, n_clusters, options)
    return _total("mean over codes", rows, found, counted)


def _micro(
    sums: Sequence[NDArray[np.float64]],
    drawn: NDArray[np.float64],
    rows: Sequence[Quality],
    n_clusters: int,
    options: Options,
) -> Quality:
    pooled = [part.sum(axis=1, keepdims=True) for part in sums]
    point = measures_of(*(part.sum(axis=0, keepdims=True) for part in pooled))
    draws = measures_of(*(drawn @ part for part in pooled))
    found = {
        name: _estimate(
            point[name][0, 0],
            draws[name][:, 0],
            _reason(name, *_counts(rows)),
            n_clusters,
            options,
        )
        for name in MEASURES[:3]
    }
    return _total("all decisions pooled", rows, found, {})


def _total(
    label: str,
    rows: Sequence[Quality],
    values: Mapping[str, Estimate],
    counted: Mapping[str, int],
) -> Quality:
    n, positive, given = _counts(rows)
    clusters = max((row.n_clusters for row in rows), default=0)
    return Quality(label, None, n, positive, given, clusters, values, counted)


def _counts(rows: Sequence[Quality]) -> tuple[int, int, int]:
    return (
        max((row.n for row in rows), default=0),
        sum(row.n_positive for row in rows),
        sum(row.n_given for row in rows),
    )


def _reason(name: str, n: int, n_positive: int, n_given: int) -> str:
    """Say why a measure is 0/0, "" where it is not."""
    if not n:
        return "Nobody has judged a unit for this code."
    if name == "precision":
        return "" if n_given else "The model gave the code to none of the judged units."
    return "" if n_positive else "Nobody gave the code to any of the judged units."


def _estimate(
    value: float,
    draws: NDArray[np.float64],
    reason: str,
    n_clusters: int,
    options: Options,
) -> Estimate:
    if np.isnan(value):
        return Estimate(None, reason=reason or "It is 0/0.")
    problems = "; ".join(_no_interval(draws, n_clusters))
    if problems:
        return Estimate(float(value), why=f"No interval: {problems}.")
    lower, upper, _ = draw_bounds(draws, n_clusters=n_clusters, level=options.ci, method="expanded")
    return Estimate(float(value), float(lower), float(upper))


def _no_interval(draws: NDArray[np.float64], n_clusters: int) -> Iterator[str]:
    if n_clusters < FEWEST_CLUSTERS:
        yield f"the units come from {n_clusters} participants, too few to resample"
        return
    defined = draws[~np.isnan(draws)]
    if len(defined) < (1 - _UNDEFINED) * len(draws):
        yield "the code occurs in too few participants to resample"
    elif np.ptp(defined) < 1e-12:
        yield "every resample gives the same value, which is no certainty"
