"""Compare CodeClassifier with what researchers use today: learning curves on four label sets.

    python scripts/bench_suggestions.py --data ../shared/data --cache DIR
        [--sets client treat] [--points 0 8 all r100] [--peers semcode SetFit] [--seeds 5]
        [--jobs 16]

One run, the same splits for all: five folds of whole sessions (TREAT-ISE: the authors' own
test posts, five samples). At point N every code has N positives (or all there are), drawn at
random from the training part, and as many other texts beside them; at rN there are N texts
drawn at random, as in an audit sample. --jobs computes so many at once, the largest first. With
--cache, results are kept under what made them (set, point, seed, peer, and the source of the
peer), and a second run goes on where the first stopped. SetFit fine-tunes for minutes a point
and runs in a Python of its own (--setfit-python). Prints tables in markdown.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from scipy.stats import t as student
from sklearn.metrics import average_precision_score, f1_score
from threadpoolctl import threadpool_limits

sys.path.insert(0, str(Path(__file__).resolve().parent))

from suggestion_peers import PEERS, CachedEncoder
from suggestion_sets import SETS, Set

import semcode.classify
from semcode.classify.calibration import expected_calibration_error
from semcode.classify.definitions import statements

POINTS = ("0", "8", "20", "50", "100", "all")
MEASURES = ("F1", "F1 top", "F1 argmax", "mAP", "ECE")
Array = np.ndarray


def sample(s: Set, train: Array, point: str, seed: int) -> Array:
    """Draw texts until each code has so many positives, and as many others (rivals: none)."""
    if point == "all":
        return train
    rng = np.random.default_rng(seed)
    order = rng.permutation(train)
    if point.startswith("r"):
        return np.sort(order[: int(point[1:])])
    positives = int(point)
    if not positives:
        return train[:0]
    truth = s.truth[order]
    wanted = s.rivals or range(truth.shape[1])
    chosen = {int(i) for code in wanted for i in order[truth[:, code] > 0][:positives]}
    if not s.rivals:
        others = [int(i) for i in order if int(i) not in chosen]
        chosen |= set(others[: len(chosen)])
    return np.array(sorted(chosen))


def judge(s: Set, test: Array, scores: Array, given: Array) -> dict[str, float]:
    """Measure one answer; a text that is not given exactly one rival gets its likeliest."""
    truth = s.truth[test]
    if s.rivals:
        given = given.copy()
        open_ = np.flatnonzero(given[:, s.rivals].sum(axis=1) != 1)
        given[np.ix_(open_, s.rivals)] = 0
        given[open_, np.array(s.rivals)[scores[np.ix_(open_, s.rivals)].argmax(axis=1)]] = 1
    seen = truth.sum(axis=0) > 0
    found = {
        "F1": f1_score(truth[:, seen], given[:, seen], average=s.average, zero_division=0),
        "mAP": average_precision_score(truth[:, seen], scores[:, seen], average="macro"),
    }
    if s.rivals:
        found["F1 top"] = f1_score(
            truth[:, s.rivals], given[:, s.rivals], average="macro", zero_division=0
        )
        best = np.eye(len(s.rivals))[scores[:, s.rivals].argmax(axis=1)]
        found["F1 argmax"] = f1_score(truth[:, s.rivals], best, average="macro", zero_division=0)
    if scores.min() >= 0 and scores.max() <= 1:
        found["ECE"] = expected_calibration_error(scores, truth)
    return {name: float(value) for name, value in found.items()}


class Results:
    """Results that are kept in a file, each under what made it."""

    def __init__(self, folder: Path | None) -> None:
        self.path = folder / "results.jsonl" if folder else None
        self.rows: dict[str, dict[str, object]] = {}
        if self.path and self.path.is_file():
            for line in self.path.read_text().splitlines():
                row = json.loads(line)
                self.rows[row["key"]] = row

    def keep(self, key: str, row: dict[str, object]) -> None:
        """Add a result, to the file too."""
        self.rows[key] = {"key": key, **row}
        if self.path:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a") as file:
                file.write(json.dumps(self.rows[key]) + "\n")


@cache
def version_of(peer: str) -> str:
    """Hash the source that makes a peer's results."""
    here = Path(__file__).resolve().parent
    files = [
        here / "bench_suggestions.py",
        here / "suggestion_sets.py",
        here / "suggestion_peers.py",
    ]
    if peer == "SetFit":
        files = [here / "suggestion_sets.py", here / "setfit_peer.py"]
    if peer == "semcode":
        folder = Path(semcode.classify.__file__).parent
        names = ("calibration", "definitions", "estimator", "features", "hierarchy", "labels")
        names += ("logistic", "prevalence", "refining", "tuning")
        files += [folder / f"{name}.py" for name in names]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


@dataclass(frozen=True)
class Cell:
    """One result to be had: a peer that learns from a sample, and the texts it is tested on."""

    set: Set
    point: str
    seed: int
    peer: str
    chosen: Array
    test: Array


def key_of(cell: Cell) -> str:
    """Name a result by what makes it."""
    parts = (cell.set.name, cell.point, str(cell.seed), cell.peer, version_of(cell.peer))
    return "|".join(parts)


def cells_of(s: Set, *, peers: Sequence[str], points: Sequence[str], seeds: int) -> Iterator[Cell]:
    """Give what is to be computed of a set: each point, seed and peer."""
    for point in points:
        same = point == "all" and len({tuple(train[:9]) for train, _ in s.folds}) == 1
        for seed, (train, test) in enumerate(s.folds[: 1 if same else seeds]):
            chosen = sample(s, train, point, seed)
            for peer in peers:
                if peer != "semcode" and (point == "0") != (peer == "zero-shot"):
                    continue  # zero-shot learns nothing, the others learn from labels only
                yield Cell(s, point, seed, peer, chosen, test)


def compute(key: str, cell: Cell, encoder: CachedEncoder) -> tuple[str, dict[str, object]]:
    """Learn and test, on one thread."""
    with threadpool_limits(1):
        started = time.perf_counter()
        scores, given = PEERS[cell.peer](cell.set, cell.chosen, cell.test, encoder)
    told = {
        "set": cell.set.name,
        "positives": cell.point,
        "seed": cell.seed,
        "peer": cell.peer,
        "texts": len(cell.chosen),
        "seconds": round(time.perf_counter() - started, 1),
    }
    return key, told | judge(cell.set, cell.test, scores, given)


def rows_of(
    cells: Sequence[Cell], encoder: CachedEncoder, results: Results, *, jobs: int
) -> list[dict[str, object]]:
    """Give one row for each cell, computed or kept."""
    keys = [key_of(cell) for cell in cells]
    lacking = {k: cell for k, cell in zip(keys, cells, strict=True) if k not in results.rows}
    order = sorted(
        lacking, key=lambda key: -len(lacking[key].chosen) * len(lacking[key].set.codebook)
    )
    run = Parallel(n_jobs=jobs, return_as="generator_unordered", batch_size=1)
    for key, row in run(delayed(compute)(key, lacking[key], encoder) for key in order):
        results.keep(key, row)
        shown = {k: round(v, 3) if isinstance(v, float) else v for k, v in row.items()}
        print(shown, flush=True)
    return [results.rows[key] for key in keys]


def table(rows: pd.DataFrame) -> str:
    """Give one markdown table a set and measure: mean over seeds, and the lead of semcode."""
    parts = []
    for name in dict.fromkeys(rows["set"]):
        for measure in (m for m in MEASURES if m in rows):
            part = rows[(rows["set"] == name)].dropna(subset=measure)
            if part.empty:
                continue
            points = sorted(set(part["positives"]), key=_order)
            lines = [f"**{name}: {measure}**", "", "| | " + " | ".join(points) + " |"]
            lines.append("|---" * (len(points) + 1) + "|")
            cells = part.groupby(["peer", "positives"], sort=False)[measure].agg(["mean", "count"])
            for peer in dict.fromkeys(part["peer"]):
                shown = [_cell(cells, peer, point) for point in points]
                lines.append(f"| {peer} | " + " | ".join(shown) + " |")
            if measure != "ECE":
                leads = [_lead(part[part["positives"] == point], measure) for point in points]
                lines.append("| *lead over the best peer* | " + " | ".join(leads) + " |")
            parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _order(point: str) -> tuple[int, float]:
    """Sort points: positives, all, then random draws."""
    if point == "all":
        return 1, 0.0
    return (2, float(point[1:])) if point.startswith("r") else (0, float(point))


def _cell(cells: pd.DataFrame, peer: str, point: str) -> str:
    if (peer, point) not in cells.index:
        return "-"
    mean, count = cells.loc[(peer, point)]
    return f"{mean:.3f}" + ("" if count == 5 else f" ({int(count)})")


def _lead(part: pd.DataFrame, measure: str) -> str:
    """Give the mean paired difference to the best peer over the seeds, with its 95 % interval."""
    wide = part.pivot(index="seed", columns="peer", values=measure)
    if "semcode" not in wide or len(wide.columns) < 2:
        return "-"
    whole = wide.drop(columns="semcode").dropna(axis=1)
    if not len(whole.columns):
        return "-"
    difference = (wide["semcode"] - whole[whole.mean().idxmax()]).to_numpy()
    n = len(difference)
    if n < 2:
        return f"{difference.mean():+.3f}"
    half = student.ppf(0.975, n - 1) * difference.std(ddof=1) / np.sqrt(n)
    return f"{difference.mean():+.3f} ± {half:.3f}"


def main() -> None:
    """Run what was asked for, or take it from the cache, and print tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--peers", nargs="+", choices=PEERS, help="default: all but SetFit")
    parser.add_argument("--points", nargs="+", default=list(POINTS))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=1, help="how many to compute at once")
    parser.add_argument("--cache", type=Path, help="a folder to keep vectors and results in")
    parser.add_argument("--setfit-python", help="a Python with SetFit, for the peer SetFit")
    parser.add_argument("--out", type=Path, help="a CSV file for the single results")
    options = parser.parse_args()
    if options.setfit_python:
        os.environ["SETFIT_PYTHON"] = options.setfit_python
    peers = options.peers or [name for name in PEERS if name != "SetFit"]
    encoder, cells = CachedEncoder(options.cache), []
    for name in options.sets:
        s = SETS[name](options.data)
        encoder.keep([*s.texts, *s.contexts, *(said.text for said in statements(s.codebook))])
        cells += cells_of(s, peers=peers, points=options.points, seeds=options.seeds)
    found = pd.DataFrame(rows_of(cells, encoder, Results(options.cache), jobs=options.jobs))
    if options.out:
        found.to_csv(options.out, index=False)
    print(table(found))


if __name__ == "__main__":
    main()
