"""Resample interviews as weights, and turn resampled coefficients into an interval."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from semcode.agreement.result import Interval
from semcode.errors import InputError
from semcode.wording import counted

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "METHODS",
    "cluster_numbers",
    "draw_bounds",
    "drawn_clusters",
    "interval_from_draws",
    "quantile_of_sorted",
    "resampling_weights",
]

METHODS = ("expanded", "percentile")
FEW_CLUSTERS = 10
MOST_UNDEFINED = 0.5  # above this share of resamples without a value there is no interval
NOTED_UNDEFINED = 0.05


def cluster_numbers(clusters: Sequence[Hashable], n_units: int) -> tuple[NDArray[np.int64], int]:
    """Number the clusters from 0 in order of appearance; also give how many there are.

    Raises InputError where there is not one cluster for each unit.
    """
    if len(clusters) != n_units:
        raise InputError(
            f"{len(clusters)} clusters for {n_units} units.",
            where="clusters",
            remedy="Name the interview of each unit, in the units' order.",
        )
    if isinstance(clusters, np.ndarray):
        numbers = np.unique(clusters, return_inverse=True)[1].astype(np.int64)
        return numbers, int(numbers.max(initial=-1)) + 1
    places: dict[Hashable, int] = {}
    numbers = np.array(
        [places.setdefault(cluster, len(places)) for cluster in clusters], dtype=np.int64
    )
    return numbers, len(places)


def resampling_weights(n_clusters: int, resamples: int, *, seed: int) -> NDArray[np.float64]:
    """Draw how often each cluster is in each resample (resamples x clusters), with replacement."""
    generator = np.random.default_rng(seed)
    if n_clusters == 0:
        return np.zeros((resamples, 0))
    even = np.full(n_clusters, 1.0 / n_clusters)
    return generator.multinomial(n_clusters, even, size=resamples).astype(np.float64)


def drawn_clusters(
    compared: NDArray[np.bool_], resamples: int, *, seed: int
) -> NDArray[np.float64]:
    """Resample only the clusters in which anything is compared (resamples x clusters).

    The others stay in every resample once, as in the whole table: an interview that one
    coder read adds nothing to how far the agreement can be generalised.
    """
    weights = np.ones((resamples, len(compared)))
    weights[:, compared] = resampling_weights(int(compared.sum()), resamples, seed=seed)
    return weights


def draw_bounds(
    draws: NDArray[np.float64], *, n_clusters: int, level: float, method: str
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Give lower and upper bounds and the undefined share along the first axis of draws.

    NaN bounds where more than half of the resamples have no value. Raises InputError for
    an unknown method or a level outside (0, 1).
    """
    if method not in METHODS or not 0 < level < 1:
        raise InputError(
            f"there is no interval {method!r} at level {level}.",
            where="interval",
            remedy=f"Use one of {', '.join(METHODS)} and a level such as 0.95.",
        )
    tail = _tail(n_clusters, level) if method == "expanded" else (1 - level) / 2
    ordered = np.sort(draws, axis=0)  # NaN goes last
    defined = (~np.isnan(ordered)).sum(axis=0)
    missing = 1 - defined / max(len(draws), 1)
    lower = quantile_of_sorted(ordered, defined, tail)
    upper = quantile_of_sorted(ordered, defined, 1 - tail)
    refused = missing > MOST_UNDEFINED
    return np.where(refused, np.nan, lower), np.where(refused, np.nan, upper), missing


def interval_from_draws(
    draws: NDArray[np.float64],
    *,
    n_clusters: int,
    level: float,
    method: str,
    bounds: tuple[float, float] | None = None,
) -> Interval:
    """Turn one coefficient's resampled values into an interval, or take the `bounds` given."""
    if n_clusters < 2:
        return Interval(
            None,
            None,
            level,
            method,
            n_clusters,
            reason="All units that two coders rated come from one interview, so that nothing can "
            "be resampled; have a second interview coded by the same coders.",
        )
    lower, upper, missing = (
        float(part)
        for part in draw_bounds(
            draws,
            n_clusters=n_clusters,
            level=level,
            method="expanded" if method == "studentized" else method,
        )
    )
    if bounds is not None and not np.isnan(lower):
        lower, upper = bounds
    reason = None
    notes = []
    if np.isnan(lower):
        reason = (
            f"The coefficient is undefined in {missing:.0%} of the resamples: what it needs "
            "occurs in too few interviews. Have more interviews coded by both."
        )
    elif missing > NOTED_UNDEFINED:
        notes.append(f"{missing:.0%} of the resamples had no value and were left out.")
    if n_clusters < FEW_CLUSTERS:
        notes.append(
            f"Only {counted(n_clusters, 'interview')}: the interval stands for interviews of the "
            "same kind."
        )
    return Interval(
        None if reason else lower,
        None if reason else upper,
        level,
        method,
        n_clusters,
        len(draws),
        missing,
        reason,
        tuple(notes),
    )


def _tail(n_clusters: int, level: float) -> float:
    """Give Hesterberg's tail probability for few clusters."""
    from scipy import special

    if n_clusters < 2:
        return (1 - level) / 2
    quantile = special.stdtrit(n_clusters - 1, (1 - level) / 2)
    return float(special.ndtr(quantile * np.sqrt(n_clusters / (n_clusters - 1))))


def quantile_of_sorted(
    ordered: NDArray[np.float64], defined: NDArray[np.int64], share: float
) -> NDArray[np.float64]:
    """Interpolate a quantile of sorted values of which the last may be NaN."""
    place = np.maximum((defined - 1) * share, 0.0)
    below = np.floor(place).astype(np.int64)
    above = np.minimum(below + 1, np.maximum(defined - 1, 0))
    low = np.take_along_axis(ordered, below[None], axis=0)[0]
    high = np.take_along_axis(ordered, above[None], axis=0)[0]
    part = place - below
    with np.errstate(invalid="ignore"):  # infinite values on both sides
        between = low + (high - low) * part
    return np.asarray(np.where(low == high, low, between))
