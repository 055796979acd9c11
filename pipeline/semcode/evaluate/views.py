"""The same comparison seen by code, level, facet, transcript, pair of coders and over time."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from semcode.agreement import bootstrap_codes
from semcode.agreement.resampling import draw_bounds
from semcode.errors import InputError
from semcode.evaluate.data import AgreementRow, Comparison, Options, select
from semcode.evaluate.label_sets import set_alphas
from semcode.evaluate.measures import FEWEST_CLUSTERS, measure
from semcode.records import Level

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["VIEWS", "Drift", "drift_between", "level_ratings", "overall", "pooled", "table_by"]

Views = Mapping[str, Callable[[Comparison, Options], list[AgreementRow]]]

_POOLED_NOBODY = "Nobody used any code in these units: there is nothing to agree about."


@dataclass(frozen=True, slots=True)
class Drift:
    """How much alpha of the last period differs from that of the first, with its interval."""

    first: str
    last: str
    change: float | None
    interval: tuple[float, float] | None
    reason: str | None


def table_by(comparison: Comparison, by: str, options: Options) -> list[AgreementRow]:
    """Give the rows of one view. Raises InputError for an unknown one."""
    if by not in VIEWS:
        raise InputError(
            f"there is no table by {by!r}.", where="by", remedy=f"Use one of {', '.join(VIEWS)}."
        )
    return VIEWS[by](comparison, options)


def overall(comparison: Comparison, options: Options) -> AgreementRow:
    """Pool all decisions (unit x code) into one row, and add alpha over sets of codes.

    Pooling weighs each code by how often it is used. Alpha with MASI distances compares
    whole units, with credit where sets of codes overlap.
    """
    row = pooled(comparison, options, "all codes")
    return replace(row, more={**row.more, **set_alphas(comparison, options)})


def drift_between(comparison: Comparison, options: Options) -> Drift | None:
    """Compare alpha of the first and the last period; None with fewer than two periods."""
    periods = _periods(comparison)
    if len(periods) < 2:
        return None
    names = list(periods)
    ends = [
        _alpha_draws(_of_transcripts(comparison, periods[name]), options, seed)
        for seed, name in enumerate((names[0], names[-1]))
    ]
    change = ends[1][0] - ends[0][0]
    if np.isnan(change):
        return Drift(names[0], names[-1], None, None, "One of the periods has no alpha.")
    clusters = min(n for _, _, n in ends)
    if clusters < FEWEST_CLUSTERS:
        why = f"A period has fewer than {FEWEST_CLUSTERS} {options.cluster}s to resample."
        return Drift(names[0], names[-1], change, None, why)
    low, high, _ = draw_bounds(
        ends[1][1] - ends[0][1], n_clusters=clusters, level=options.ci, method="expanded"
    )
    if np.isnan(low):
        return Drift(names[0], names[-1], change, None, "Most resamples have no value.")
    return Drift(names[0], names[-1], change, (float(low), float(high)), None)


def _by_code(comparison: Comparison, options: Options) -> list[AgreementRow]:
    return measure(
        [(code.name, code.level) for code in comparison.codes],
        comparison.ratings,
        comparison.clusters(options),
        options=options,
        counts=comparison.counts,
    )


def level_ratings(comparison: Comparison) -> tuple[list[Level], NDArray[np.int8]]:
    """Rate the SEM levels: a unit has a level where it has any code under it."""
    levels = [level for level in Level if any(c.level == level for c in comparison.codes)]
    rows = [
        comparison.ratings[[c.level == level for c in comparison.codes]].max(axis=0)
        for level in levels
    ]
    empty = np.zeros((0, *comparison.ratings.shape[1:]), dtype=np.int8)
    return levels, np.stack(rows) if rows else empty


def _by_level(comparison: Comparison, options: Options) -> list[AgreementRow]:
    levels, ratings = level_ratings(comparison)
    return measure(
        [(level.value, level.value) for level in levels],
        ratings,
        comparison.clusters(options),
        options=options,
        counts=comparison.counts,
        nobody="Nobody used a code of the level {label!r} in these units.",
    )


def _by_facet(comparison: Comparison, options: Options) -> list[AgreementRow]:
    """Rate each facet's value where two coders gave a unit the same code.

    So it says whether coders who agree on the code also agree on the facet.
    """
    given: dict[tuple[int, int], dict[int, set[str]]] = {}
    for mark in comparison.marks:
        cell = given.setdefault((mark.unit, mark.code), {})
        cell.setdefault(mark.coder, set()).update(mark.facets)
    both = {key: cell for key, cell in sorted(given.items()) if len(cell) >= 2}
    values = sorted({value for cell in both.values() for own in cell.values() for value in own})
    ratings = np.full((len(values), len(both), len(comparison.coders)), -1, dtype=np.int8)
    clusters: list[Hashable] = []
    every = comparison.clusters(options)
    for row, ((unit, _), cell) in enumerate(both.items()):
        clusters.append(every[unit])
        for coder, own in cell.items():
            ratings[:, row, coder] = [value in own for value in values]
    sizes = comparison.counts
    counts = None if sizes is None else np.array([sizes[unit] for unit, _ in both])
    return measure(
        [(value, None) for value in values], ratings, clusters, options=options, counts=counts
    )


def _by_transcript(comparison: Comparison, options: Options) -> list[AgreementRow]:
    return [
        pooled(_of_transcripts(comparison, (name,)), options, name)
        for name in comparison.transcripts
    ]


def _by_pair(comparison: Comparison, options: Options) -> list[AgreementRow]:
    """Compare each two coders on the units that these two have read."""
    rows = []
    for pair in combinations(range(len(comparison.coders)), 2):
        two = select(comparison, pair)
        rows.append(pooled(two, options, " and ".join(two.coders)))
    return rows


def _by_time(comparison: Comparison, options: Options) -> list[AgreementRow]:
    return [
        pooled(_of_transcripts(comparison, names), options, label)
        for label, names in _periods(comparison).items()
    ]


VIEWS: Views = {
    "code": _by_code,
    "level": _by_level,
    "facet": _by_facet,
    "transcript": _by_transcript,
    "pair": _by_pair,
    "time": _by_time,
}


def pooled(comparison: Comparison, options: Options, label: str) -> AgreementRow:
    """Give one row over all decisions, unit x code.

    `n` counts units and `n_positive` those with any code; `n_decisions` and
    `n_positive_decisions` in `more` count the decisions that the coefficients rest on.
    """
    n_codes, n_units, n_coders = comparison.ratings.shape
    flat = comparison.ratings.reshape(1, n_codes * n_units, n_coders)
    counts = None if comparison.counts is None else np.tile(comparison.counts, n_codes)
    [row] = measure(
        [(label, None)],
        flat,
        comparison.clusters(options) * n_codes,
        options=options,
        counts=counts,
        nobody=_POOLED_NOBODY,
    )
    used = int((comparison.ratings == 1).any(axis=2).any(axis=0).sum())
    return replace(
        row,
        n=comparison.n_units,
        n_positive=used,
        warnings=(),
        more={
            **row.more,
            "n_decisions": row.n,
            "n_positive_decisions": row.n_positive,
            "n_codes": n_codes,
        },
    )


def _of_transcripts(comparison: Comparison, names: Sequence[str]) -> Comparison:
    wanted = set(names)
    units = np.array([place.transcript in wanted for place in comparison.places], dtype=bool)
    return select(comparison, range(len(comparison.coders)), units=units)


def _periods(comparison: Comparison) -> dict[str, tuple[str, ...]]:
    """Divide the transcripts in time into up to four periods of three or more each."""
    order = {place.transcript: place.order for place in comparison.places}
    names = sorted(order, key=lambda name: (order[name], name))
    n_periods = max(min(4, len(names) // 3), 1)
    parts = np.array_split(np.array(names, dtype=object), n_periods)
    periods = {}
    for number, part in enumerate(parts, 1):
        if len(part):
            span = part[0] if len(part) == 1 else f"{part[0]} to {part[-1]}"
            periods[f"{number}: {span}"] = tuple(part)
    return periods


def _alpha_draws(
    comparison: Comparison, options: Options, seed: int
) -> tuple[float, NDArray[np.float64], int]:
    n_codes = len(comparison.codes)
    found = bootstrap_codes(
        comparison.ratings.reshape(1, -1, len(comparison.coders)),
        comparison.clusters(options) * n_codes,
        coefficients=("krippendorff_alpha",),
        resamples=options.resamples,
        level=options.ci,
        seed=options.seed + seed,
        counts=None if comparison.counts is None else comparison.counts.tolist() * n_codes,
    )["krippendorff_alpha"]
    return float(found.values[0]), found.draws[:, 0], found.n_clusters
