"""Measure agreement: speed against other libraries in one run, and coverage of the intervals.

    python scripts/bench_agreement.py             speed on 50,000 units x 40 codes x 4 coders
    python scripts/bench_agreement.py --coverage  2,000 simulated studies for each design

Needs the test extra (krippendorff, scikit-learn). Baselines that would take hours are
timed on a few rounds and multiplied; the table says so.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from itertools import combinations
from typing import TypeVar

import krippendorff
import numpy as np
from sklearn.metrics import cohen_kappa_score

from semcode.agreement import bootstrap_codes
from semcode.agreement.bootstrap import HAS_OR_NOT, code_tallies
from semcode.agreement.formulas import FORMULAS
from semcode.agreement.resampling import METHODS, draw_bounds, resampling_weights
from semcode.agreement.studentized import (
    FEWEST_STUDENTIZED,
    MOST_STUDENTIZED,
    studentized_bounds,
)
from semcode.agreement.tally import Tally

UNITS, CODES, CODERS, CLUSTERS, RESAMPLES = 50_000, 40, 4, 100, 2_000
COMPARED = (*METHODS, "studentized")
T = TypeVar("T")
Shapes = tuple[tuple[float, float], ...]


def main() -> None:
    """Print the ratio table, or the coverage table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--coverage", action="store_true", help="simulate coverage instead")
    parser.add_argument("--studies", type=int, default=2_000, help="simulated studies")
    options = parser.parse_args()
    if options.coverage:
        coverage(options.studies)
    else:
        speed()


def speed() -> None:
    """Compare times and check that the numbers are the same."""
    ratings, clusters = tables()
    ours, found = best(lambda: bootstrap_codes(ratings, clusters, resamples=RESAMPLES))
    rows, kappas = rows_resampled(ratings, clusters)
    alphas, values = best(lambda: all_alphas(ratings, clusters))
    library, wanted = best(
        lambda: [
            krippendorff.alpha(reliability_data=code.T, level_of_measurement="nominal")
            for code in ratings
        ]
    )
    print(f"{UNITS:,} units x {CODES} codes x {CODERS} coders, {CLUSTERS} interviews")
    print(f"{'':58} {'ours':>9} {'theirs':>11} {'ratio':>9}")
    name = f"{RESAMPLES:,} resamples: kappa+alpha+AC1 | scikit-learn kappa *"
    print(f"{name:58} {ours:8.3f}s {rows:10.0f}s {rows / ours:8,.0f}x")
    name = "alpha of all codes | krippendorff, a call a code"
    print(f"{name:58} {alphas:8.3f}s {library:10.3f}s {library / alphas:8.1f}x")
    draws = found["cohen_kappa"].draws
    kappa_gap = max(abs(draws[draw, code] - value) for draw, code, value in kappas)
    print(f"largest difference: kappa of a resample {kappa_gap:.1e}, ", end="")
    print(f"alpha {np.abs(values - wanted).max():.1e}")
    print("* timed on 2 resamples x 4 codes x 6 pairs of coders, and multiplied")


def tables() -> tuple[np.ndarray, np.ndarray]:
    """Make codings with a real share of disagreement (codes x units x coders)."""
    rng = np.random.default_rng(1)
    truth = rng.random((CODES, UNITS)) < rng.uniform(0.01, 0.3, (CODES, 1))
    ratings = np.empty((CODES, UNITS, CODERS), dtype=np.int8)
    for coder in range(CODERS):
        ratings[:, :, coder] = truth ^ (rng.random((CODES, UNITS)) < 0.05)
    return ratings, np.sort(rng.integers(0, CLUSTERS, UNITS))


def all_alphas(ratings: np.ndarray, clusters: np.ndarray) -> np.ndarray:
    """Give alpha for every code at once."""
    sums = code_tallies(ratings, clusters, CLUSTERS).total()
    return FORMULAS["krippendorff_alpha"](sums, HAS_OR_NOT)[0]


def rows_resampled(
    ratings: np.ndarray, clusters: np.ndarray
) -> tuple[float, list[tuple[int, int, float]]]:
    """Resample rows and call scikit-learn; give the time for everything and some values."""
    drawn = resampling_weights(CLUSTERS, RESAMPLES, seed=0)
    members = [np.flatnonzero(clusters == cluster) for cluster in range(CLUSTERS)]
    codes, rounds = range(0, CODES, CODES // 4), 2
    values = []
    start = time.perf_counter()
    for draw in range(rounds):
        times = drawn[draw].astype(int)
        rows = np.concatenate(
            [np.tile(members[cluster], n) for cluster, n in enumerate(times) if n]
        )
        for code in codes:
            table = ratings[code][rows]
            pairs = [
                cohen_kappa_score(table[:, one], table[:, two])
                for one, two in combinations(range(CODERS), 2)
            ]
            values.append((draw, code, float(np.mean(pairs))))
    elapsed = time.perf_counter() - start
    return elapsed * RESAMPLES / rounds * CODES / len(codes), values


def best(call: Callable[[], T], *, times: int = 3) -> tuple[float, T]:
    """Run a call several times; give the shortest time and the last answer."""
    shortest = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        answer = call()
        shortest = min(shortest, time.perf_counter() - start)
    return shortest, answer


def coverage(studies: int) -> None:
    """Simulate studies whose truth is known and count how often the interval holds it.

    Interviews differ in length (20 to 80 units), prevalence and the coders' skill; the
    truth is the coefficient over all interviews that could have been drawn.
    """
    print(f"nominal 95 %, {studies:,} studies of two coders, 1,000 resamples each")
    print(f"{'interviews':>10} {'prevalence':>10} {'truth':>7}  {'coefficient':20} ", end="")
    print("".join(f"{method:>12}" for method in COMPARED))
    for prevalence, hit in (((2, 8), (12, 3)), ((1, 12), (8, 4))):
        shapes = (prevalence, hit, (40, 2))
        truth = true_values(shapes)
        for n in (8, 12, 25, 50):
            covered = simulate(shapes, truth, n_clusters=n, studies=studies)
            for name, value in truth.items():
                share = prevalence[0] / sum(prevalence)
                print(f"{n:10} {share:10.2f} {value:7.3f}  {name:20} ", end="")
                print("".join(f"{covered[name, method]:12.3f}" for method in COMPARED))


def interviews(rng: np.random.Generator, shapes: Shapes, n: int) -> tuple[np.ndarray, ...]:
    """Draw interviews: units, prevalence, chance of a hit, chance of a right pass."""
    return rng.integers(20, 81, n), *(rng.beta(*shape, n) for shape in shapes)


def true_values(shapes: Shapes) -> dict[str, float]:
    """Give the coefficients over 4 million interviews, from probabilities alone."""
    size, p, hit, ok = interviews(np.random.default_rng(99), shapes, 4_000_000)
    marked = np.average(p * hit + (1 - p) * (1 - ok), weights=size)
    same = p * (hit**2 + (1 - hit) ** 2) + (1 - p) * (ok**2 + (1 - ok) ** 2)
    agree = float(np.average(same, weights=size))
    chance = marked**2 + (1 - marked) ** 2
    other = 2 * marked * (1 - marked)
    kappa = float((agree - chance) / (1 - chance))
    return {
        "cohen_kappa": kappa,
        "krippendorff_alpha": kappa,
        "gwet_ac": float((agree - other) / (1 - other)),
    }


def simulate(
    shapes: Shapes, truth: dict[str, float], *, n_clusters: int, studies: int
) -> dict[tuple[str, str], float]:
    """Give the share of studies whose interval holds the truth."""
    rng = np.random.default_rng(5)
    covered = {(name, method): 0 for name in truth for method in COMPARED}
    for study in range(studies):
        size, p, hit, ok = interviews(rng, shapes, n_clusters)
        clusters = np.repeat(np.arange(n_clusters), size)
        real = rng.random(len(clusters)) < p[clusters]
        columns = [
            np.where(
                real,
                rng.random(len(clusters)) < hit[clusters],
                rng.random(len(clusters)) >= ok[clusters],
            )
            for _ in range(2)
        ]
        ratings = np.stack(columns, axis=1).astype(np.int8)[None]
        drawn = resampling_weights(n_clusters, 1_000, seed=study)
        sums = code_tallies(ratings, clusters, n_clusters)
        for name, value in truth.items():
            for method in COMPARED:
                lower, upper = bounds(sums, FORMULAS[name], drawn, method)
                covered[name, method] += bool(lower <= value <= upper)
    return {key: times / studies for key, times in covered.items()}


def bounds(
    sums: Tally, formula: Callable[..., tuple], drawn: np.ndarray, method: str
) -> tuple[float, float]:
    """Give one coefficient's interval as bootstrap_codes would (alone, for speed)."""

    def evaluate(weights: np.ndarray) -> np.ndarray:
        return formula(sums.resampled(weights), HAS_OR_NOT)[0]

    n = drawn.shape[1]
    draws = evaluate(drawn)
    plain = "expanded" if method == "studentized" else method
    lower, upper, _ = draw_bounds(draws, n_clusters=n, level=0.95, method=plain)
    if method == "studentized" and FEWEST_STUDENTIZED <= n <= MOST_STUDENTIZED:
        every = np.ones(n, dtype=bool)
        few = studentized_bounds(
            evaluate(np.ones((1, n)))[0], draws, evaluate, drawn, every, level=0.95
        )
        if not np.isnan(few[0][0]):
            lower, upper = few
    return float(lower[0]), float(upper[0])


if __name__ == "__main__":
    main()
