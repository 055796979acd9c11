"""Whether probabilities mean what they say: stated and true shares by bins, and their distance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from semcode.agreement.resampling import cluster_numbers, draw_bounds, drawn_clusters
from semcode.classify.calibration import expected_calibration_error
from semcode.evaluate.data import Options
from semcode.evaluate.measures import FEWEST_CLUSTERS
from semcode.evaluate.model_quality import Judged

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Bin", "Reliability", "reliability"]

_BINS = 10
_LIKELY = 0.1  # from here on something is suggested at all


@dataclass(frozen=True, slots=True)
class Bin:
    """The decisions (unit by code) whose stated probability lies in [low, high).

    `stated` is their mean probability and `true` the share to which people gave the code.
    """

    low: float
    high: float
    n: int
    stated: float
    true: float
    interval: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Reliability:
    """A reliability diagram; `error` is the expected calibration error over all decisions.

    `error_likely` is over those with a probability of .1 or more: most decisions are
    plainly no, and make `error` small by themselves. Both None where nothing was judged.
    """

    bins: tuple[Bin, ...]
    error: float | None
    error_likely: float | None
    n: int
    n_likely: int


def reliability(judged: Judged, *, options: Options) -> Reliability:
    """Pool all columns into ten bins of equal width, with intervals over participants."""
    numbers, n_clusters = cluster_numbers(judged.clusters, len(judged.truth))
    known = ~np.isnan(judged.truth)
    compared = np.bincount(numbers, known.any(axis=1), n_clusters) > 0
    drawn = drawn_clusters(compared, options.resamples, seed=options.seed)
    weight = (judged.weight()[:, None] * known)[known]
    p, y = judged.p[known], judged.truth[known]
    owner = np.broadcast_to(numbers[:, None], known.shape)[known]
    bins = []
    place = np.minimum((p * _BINS).astype(int), _BINS - 1)
    for number in range(_BINS):
        own = place == number
        if not own.any():
            continue
        w = weight[own]
        total = np.bincount(owner[own], w, n_clusters)
        hits = np.bincount(owner[own], w * y[own], n_clusters)
        bins.append(
            Bin(
                number / _BINS,
                (number + 1) / _BINS,
                int(own.sum()),
                float(np.average(p[own], weights=w)),
                float(hits.sum() / total.sum()),
                _interval(drawn @ hits, drawn @ total, int(compared.sum()), options),
            )
        )
    likely = p >= _LIKELY
    return Reliability(
        tuple(bins),
        _error(p, y, weight),
        _error(p[likely], y[likely], weight[likely]),
        len(p),
        int(likely.sum()),
    )


def _error(
    p: NDArray[np.float64], y: NDArray[np.float64], weight: NDArray[np.float64]
) -> float | None:
    return expected_calibration_error(p, y, weight=weight, bins=_BINS) if len(p) else None


def _interval(
    hits: NDArray[np.float64], total: NDArray[np.float64], n_clusters: int, options: Options
) -> tuple[float, float] | None:
    if n_clusters < FEWEST_CLUSTERS:
        return None
    draws = np.divide(hits, total, out=np.full_like(hits, np.nan), where=total > 0)
    low, high, _ = draw_bounds(draws, n_clusters=n_clusters, level=options.ci, method="expanded")
    if np.isnan(low) or high - low < 1e-12:
        return None
    return float(low), float(high)
