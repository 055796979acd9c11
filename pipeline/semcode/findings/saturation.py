"""Saturation: new codes by interview in random orders, and an estimate of what is unseen."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

__all__ = ["Accumulation", "Unseen", "accumulate", "estimate_unseen", "new_information"]

Incidence = NDArray[np.bool_]
Floats = NDArray[np.float64]

_BATCH = 4_000_000  # cells of ranks held at once


@dataclass(frozen=True, slots=True)
class Accumulation:
    """Codes found after 1, 2, ... interviews, (n_interviews,) each, over random orders.

    `found` are means, `low` and `high` percentiles; `new` are the means of codes that the
    interview at that place adds.
    """

    found: Floats
    low: Floats
    high: Floats
    new: Floats


@dataclass(frozen=True, slots=True)
class Unseen:
    """How many codes there are in all, seen or not; `once` and `twice`: codes of 1, 2 interviews.

    `coverage` is the share of all code occurrences, seen or not, that belong to codes seen.
    `interval` is None where there is no code.
    """

    seen: int
    once: int
    twice: int
    total: float
    interval: tuple[float, float] | None
    coverage: float | None


def accumulate(
    incidence: Incidence, *, orders: int = 1_000, seed: int = 0, confidence: float = 0.95
) -> Accumulation:
    """Count the codes found after each interview, over random orders of the interviews.

    `incidence` is (n_interviews, n_codes). The mean comes near the analytic curve of Colwell
    RK, Mao CX, Chang J (2004), Ecology 85, 2717-2727; the band are percentiles of orders, how
    much the order alone matters, and says nothing about other interviews.
    """
    n, codes = incidence.shape
    random = np.random.default_rng(seed)
    curves = np.zeros((orders, n))
    held = [np.flatnonzero(incidence[:, code]) for code in range(codes)]
    step = max(1, _BATCH // max(n, 1))
    for first in range(0, orders, step):
        size = min(step, orders - first)
        ranks = random.permuted(np.tile(np.arange(n), (size, 1)), axis=1)
        block = curves[first : first + size]
        for rows in held:
            if len(rows):
                block[np.arange(size), ranks[:, rows].min(axis=1)] += 1
    new = curves.mean(axis=0) if orders else np.zeros(n)
    curves.cumsum(axis=1, out=curves)
    tail = 100 * (1 - confidence) / 2
    low, high = np.percentile(curves, [tail, 100 - tail], axis=0)
    return Accumulation(curves.mean(axis=0), low, high, new)


def estimate_unseen(incidence: Incidence, *, confidence: float = 0.95) -> Unseen:
    """Estimate how many codes there are in all from how many stand in one or two interviews.

    Chao2: Chao A (1987). Estimating the population size for capture-recapture data with
    unequal catchability. Biometrics 43, 783-791, with the factor (m - 1) / m and, where no
    code stands in exactly two interviews, the bias-corrected form. Variance and log-normal
    interval, and the interval where no code stands in one interview alone: Colwell RK
    (2013), EstimateS 9 user's guide, appendix B, equations 7 to 14. It is a lower bound.
    Coverage: Chao A, Jost L (2012). Ecology 93, 2533-2547, equation 4a for incidence.
    """
    m = len(incidence)
    held = incidence.sum(axis=0)
    seen, once, twice = (int(np.sum(test)) for test in (held > 0, held == 1, held == 2))
    occurrences = int(held.sum())
    if seen == 0:
        return Unseen(0, 0, 0, 0.0, None, None)
    a = (m - 1) / m
    more = a * (once * once / (2 * twice) if twice else once * (once - 1) / 2)
    total = seen + more
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    interval = _interval(seen, once, twice, a, total, occurrences, z)
    return Unseen(seen, once, twice, total, interval, _coverage(m, once, twice, occurrences))


def new_information(
    incidence: Incidence, *, base: int = 4, run: int = 2
) -> list[tuple[int, float]]:
    """Give, in the order of the rows, the share of codes that each run of interviews added.

    Codes that are new in a run over those of the first `base` interviews; pairs of (last
    interview of the run, share). Guest G, Namey E, Chen M (2020). A simple method to assess
    and report thematic saturation in qualitative research. PLoS ONE 15(5), e0232076.
    """
    n = len(incidence)
    if n < base + run or not incidence[:base].any():
        return []
    first = int(incidence[:base].any(axis=0).sum())
    shares = []
    for end in range(base + run, n + 1):
        before = incidence[: end - run].any(axis=0)
        added = incidence[end - run : end].any(axis=0) & ~before
        shares.append((end, float(added.sum() / first)))
    return shares


def _interval(
    seen: int, once: int, twice: int, a: float, total: float, occurrences: int, z: float
) -> tuple[float, float]:
    more = total - seen
    if more <= 0:
        rest = exp(-occurrences / seen)
        spread = z * sqrt(seen * rest * (1 - rest))
        middle = seen / (1 - rest)
        return max(float(seen), middle - spread / (1 - rest)), middle + spread / (1 - rest)
    if twice:
        ratio = once / twice
        variance = twice * (a / 2 * ratio**2 + a**2 * ratio**3 + a**2 / 4 * ratio**4)
    else:
        variance = (
            a * once * (once - 1) / 2
            + a**2 * once * (2 * once - 1) ** 2 / 4
            - a**2 * once**4 / (4 * total)
        )
    factor = exp(z * sqrt(log(1 + max(variance, 0.0) / more**2)))
    return seen + more / factor, seen + more * factor


def _coverage(m: int, once: int, twice: int, occurrences: int) -> float:
    if once == 0:
        return 1.0
    if m < 2:
        return 0.0
    if twice:
        part = (m - 1) * once / ((m - 1) * once + 2 * twice)
    else:
        part = (m - 1) * (once - 1) / ((m - 1) * (once - 1) + 2) if once > 1 else 0.0
    return 1 - once / occurrences * part
