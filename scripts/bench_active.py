"""Count the decisions that the active order saves against a random one.

    python scripts/bench_active.py [--sets client therapist] [--seeds 5] [--cache DIR]

A simulated coder decides segments and codes of AnnoMI (beside the checkout) one at a time, in
the order of the queue (a quarter of it by chance) or at random; a decision is one segment and
one code. Both orders begin at the definitions. After 60 to 960 decisions the learner is fitted
to them anew and tested on left-out sessions.

Printed are mean average precision, macro-F1, and the F1 of the likeliest code
where exactly one applies, as in bench_suggestions; means over the seeds (a seed is a fold), and how
many decisions fewer the active order needs for the random one's result, between points by the
logarithm of their number; a negative share is a loss, as far as measured.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from bench_suggestions import judge
from suggestion_peers import CachedEncoder
from suggestion_sets import SETS

from semcode.classify import CodeClassifier
from semcode.classify.live import LiveRanking
from semcode.classify.opening import Fresh, fresh_fit, relearned
from semcode.sampling import blend, next_to_review

POINTS = (60, 120, 240, 480, 960)
DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
Array = np.ndarray


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", nargs="+", choices=SETS, default=["client", "therapist"])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--cache", type=Path, help="a folder to keep vectors in between runs")
    parser.add_argument("--out", type=Path, help="a CSV file for the single results")
    options = parser.parse_args()
    if not (DATA / "annomi").is_dir():
        print(f"Left out: {DATA / 'annomi'} is not there.")
        return
    rows: list[dict[str, Any]] = []
    for name in options.sets:
        found = SETS[name](DATA)
        for seed in range(options.seeds):
            for order in (active_order, random_order):
                curve = learning_curve(found, order, seed, CachedEncoder(options.cache))
                rows += [{"set": name, "seed": seed, "order": order.__name__, **c} for c in curve]
                print(rows[-1], flush=True)
                if options.out:
                    pd.DataFrame(rows).to_csv(options.out, index=False)
    report(pd.DataFrame(rows))


def learning_curve(s: Any, choose: Any, seed: int, encoder: Any) -> Iterator[dict[str, Any]]:
    """Give mean average precision and macro-F1 at each number of decisions."""
    pool, test = s.folds[seed % len(s.folds)]
    pairs = list(zip(s.contexts, s.texts, strict=True))
    truth, groups = s.truth[pool], s.groups[pool]
    cold = CodeClassifier(s.codebook, encoder=encoder, folds=3)
    texts = [pairs[i] for i in pool]
    begun = fresh_fit(cold, texts, {}, groups)
    encoded = begun.model.encode([pairs[i] for i in test])
    fresh, decided = begun, {}
    for point in POINTS:
        choose(fresh, decided, truth, groups, point, seed)
        fresh = relearned(begun, texts, decided, groups)
        p, given = fresh.model.proba_encoded(encoded), fresh.model.predict_encoded(encoded)
        yield {"decisions": len(decided), **judge(s, test, p, given)}


def active_order(
    fresh: Fresh,
    decided: dict[tuple[int, int], float],
    truth: Array,
    groups: Array,
    until: int,
    seed: int,
) -> None:
    """Decide what stands first in the queue, which follows every decision."""
    live = LiveRanking(fresh, decided=decided)
    while len(decided) < until:
        now, positives = live.now, np.zeros(truth.shape[1])
        for (_, code), label in decided.items():
            positives[code] += label
        first = next_to_review(
            now.margins,
            now.codes,
            now.rows,
            vectors=live.vectors(now.rows),
            participants=groups[now.rows],
            positives=positives,
            n=6,
        )
        useful = [(int(now.rows[one]), int(now.codes[one])) for one in first]
        chance = live.at_random(2, seed=seed + len(decided))
        for row, code in blend(useful, chance)[: until - len(decided)]:
            decided[row, code] = float(truth[row, code])
            live.decide(row, code, decided[row, code])


def random_order(
    _fresh: Fresh,
    decided: dict[tuple[int, int], float],
    truth: Array,
    _groups: Array,
    until: int,
    seed: int,
) -> None:
    """Decide segments and codes drawn at random."""
    cells = np.random.default_rng(seed).permutation(truth.size)[:until]
    for row, code in zip(*np.unravel_index(cells, truth.shape), strict=True):
        decided[int(row), int(code)] = float(truth[row, code])


def report(rows: pd.DataFrame) -> None:
    """Say for each point how many decisions the active order needs for the random one's result."""
    for (name, measure), part in rows.melt(
        ["set", "seed", "order", "decisions"], ["mAP", "F1", "F1 argmax"]
    ).groupby(["set", "variable"], sort=False):
        curve = part.groupby(["order", "decisions"])["value"].mean().unstack(0).dropna()
        n = np.log(curve.index.to_numpy(float))
        best = np.maximum.accumulate(curve["active_order"].to_numpy())
        print(f"\n{name}, {measure}: decisions, random, active, fewer decisions for the same")
        for point, value in curve["random_order"].items():
            saved = 1 - float(np.exp(np.interp(value, best, n))) / point
            told = f"{saved:6.0%}" if value <= best[-1] else "not reached"
            print(f"{point:6} {value:.3f} {curve['active_order'][point]:.3f} {told}")


if __name__ == "__main__":
    main()
