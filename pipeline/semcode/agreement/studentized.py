"""The bootstrap-t over few clusters: resampled t values instead of a table's."""

from __future__ import annotations

from collections.abc import Callable
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from semcode.agreement.resampling import quantile_of_sorted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Evaluate = Callable[[NDArray[np.float64]], NDArray[np.float64]]

__all__ = ["FEWEST_STUDENTIZED", "MOST_STUDENTIZED", "lowest", "studentized_bounds"]

FEWEST_STUDENTIZED = 4  # three are drawn in ten ways only
MOST_STUDENTIZED = 20  # clusters; with more the expanded percentiles cover as well
_LEAST_DEFINED = 0.5  # of the resamples must have a t value
_CHUNK = 4_000  # rows of weights at once
_FLAT = 1e-9


def studentized_bounds(
    values: NDArray[np.float64],
    draws: NDArray[np.float64],
    evaluate: Evaluate,
    drawn: NDArray[np.float64],
    compared: NDArray[np.bool_],
    *,
    level: float,
    floor: NDArray[np.float64] | float = -1.0,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give bounds for each coefficient (k,), NaN where t values cannot give them.

    That is where fewer than half of them exist, or where so many resamples have no error
    of their own that a bound would be infinite. `values` (k,) and `draws` (resamples x k)
    belong together; `evaluate` turns weights of clusters (rows x clusters) into values
    (rows x k); `drawn` are the weights of the resamples, `compared` the clusters that are
    resampled. Standard errors, of the whole and in each resample, are those of the
    jackknife over clusters (Efron and Tibshirani 1993, An Introduction to the Bootstrap,
    section 12.5; for few clusters Cameron, Gelbach and Miller 2008, Review of Economics
    and Statistics 90, 414-427). The tails are Phi(z sqrt(G / (G - 1))), for the narrowness
    of G resampled clusters (Hesterberg 2015). Bounds are cut at `floor` and 1.
    """
    live = np.flatnonzero(compared)
    n = len(live)
    left_out = np.eye(len(compared))[live]
    se = _jackknife(evaluate(1.0 - left_out)[None], np.ones((1, n)))[0]
    inner = np.empty_like(draws)
    step = max(_CHUNK // n, 1)
    for start in range(0, len(draws), step):
        weights = drawn[start : start + step]
        without = np.maximum(weights[:, None, :] - left_out, 0.0)
        found = evaluate(without.reshape(-1, len(compared)))
        inner[start : start + step] = _jackknife(
            found.reshape(len(weights), n, -1), weights[:, live]
        )
    t = np.sort(_ratio(draws - values, inner), axis=0)
    defined = (~np.isnan(t)).sum(axis=0)
    tail = NormalDist().cdf(NormalDist().inv_cdf((1 - level) / 2) * (n / (n - 1)) ** 0.5)
    lower = values - quantile_of_sorted(t, defined, 1 - tail) * se
    upper = values - quantile_of_sorted(t, defined, tail) * se
    usable = (defined >= _LEAST_DEFINED * len(draws)) & (se > _FLAT)
    usable &= np.isfinite(lower) & np.isfinite(upper)
    return (
        np.where(usable, np.clip(lower, floor, 1.0), np.nan),
        np.where(usable, np.clip(upper, floor, 1.0), np.nan),
    )


def lowest(name: str, shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the lowest value (codes,) that a coefficient of has-it-or-not ratings can take.

    `shares` (resamples x codes) are the shares of ratings with the code. It is the value
    where no two coders ever give it together, at the largest share resampled: for 1 % of
    the ratings alpha cannot be below -.01.
    """
    known = np.where(np.isnan(shares), 0.0, np.minimum(shares, 1 - shares))
    p = known.max(axis=0)
    chance = 2 * p * (1 - p)
    if name == "percent_agreement":
        return np.asarray(1 - 2 * p)
    if name == "brennan_prediger":
        return np.asarray(1 - 4 * p)
    if name == "gwet_ac":
        return np.asarray((1 - 2 * p - chance) / (1 - chance))
    return np.asarray(-p / (1 - p))


def _ratio(off: NDArray[np.float64], error: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give t values: infinite where a resample that is off has no error, 0 where it is not off."""
    flat = error <= _FLAT
    endless = np.where(np.abs(off) > _FLAT, np.copysign(np.inf, off), 0.0)
    t = np.where(flat, endless, off / np.where(flat, 1.0, error))
    return np.asarray(np.where(np.isnan(off), np.nan, t))


def _jackknife(found: NDArray[np.float64], times: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the standard error (rows x k) of values without each cluster (rows x clusters x k).

    `times` (rows x clusters) says how often each cluster is in its row; values that are
    undefined are left out.
    """
    weight = np.where(np.isnan(found), 0.0, times[:, :, None])
    known = np.where(np.isnan(found), 0.0, found)
    total = np.maximum(weight.sum(axis=1), 1.0)
    mean = (weight * known).sum(axis=1) / total
    n = times.sum(axis=1)[:, None]
    squares = (weight * (known - mean[:, None]) ** 2).sum(axis=1)
    return np.asarray(np.sqrt((n - 1) / n * squares))
