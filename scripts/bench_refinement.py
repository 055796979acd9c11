"""Measure immediate refinement: from a decision to the stored line and the exact new queue.

    python scripts/bench_refinement.py                  10,000, 100,000 and 1,000,000 segments
    python scripts/bench_refinement.py --sizes 100000   one of them

Speed: synthetic segments whose features have the spectrum of real ones (variance falling with
the power -0.8 over 835 directions about a mean, length 1), 40 codes given to 1 to 30 % of them,
2,000 labelled segments to start from. Each decision is stored (SQLite, synchronous=FULL, the
study's own table), learned, and followed by the exact new top of the queue and the next twelve
to review, without a pause between decisions. The floor is one product of all features with one
weight vector in numpy. All on one thread, in one process.

Last, decisions on AnnoMI (beside the checkout; left out without) while a full refit runs behind.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import insert
from threadpoolctl import threadpool_limits

from semcode import Code, Codebook, store
from semcode.classify import CodeClassifier
from semcode.classify.calibration import Calibration
from semcode.classify.deciding import Learner
from semcode.classify.live import LiveRanking, Ranking
from semcode.classify.logistic import Cells, Prior, fit_codes, rotate, sigmoid
from semcode.classify.opening import Fresh, fresh_fit, relearned
from semcode.classify.refining import Refiner
from semcode.classify.rows import map_features, write_features
from semcode.records import Role, Speaker, Transcript, Turn
from semcode.sampling import next_to_review

WIDTH, CODES, LABELLED, DECISIONS = 835, 40, 2_000, 400
PENALTY = 0.4  # what cross-validation chooses at a thousand labels
ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared" / "data"
Array = np.ndarray


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", nargs="+", type=int, default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--decisions", type=int, default=DECISIONS)
    parser.add_argument("--memory", action="store_true", help="features as float32 in memory")
    parser.add_argument("--cache", type=Path, help="a folder to keep vectors in between runs")
    options = parser.parse_args()
    for size in options.sizes:
        for order in ("uncertain", "likely"):
            speed(size, decisions=options.decisions, mapped=not options.memory, order=order)
    if (DATA / "annomi").is_dir():
        behind(options.cache)


# The synthetic study


def blocks(count: int, seed: int) -> Iterator[Array]:
    """Give unit rows, 10,000 at a time."""
    rng = np.random.default_rng(seed)
    spread = np.sqrt(0.045 * (1.0 + np.arange(WIDTH)) ** -0.8).astype(np.float32)
    for first in range(0, count, 10_000):
        rows = rng.standard_normal((min(10_000, count - first), WIDTH), dtype=np.float32) * spread
        rows[:, 0] += 0.25
        yield rows / np.linalg.norm(rows, axis=1, keepdims=True)


def truth(seed: int) -> tuple[Array, Array]:
    """Give each code's true weights (WIDTH, CODES) and intercepts: scores of spread 2.5."""
    rng = np.random.default_rng(seed)
    spread = np.sqrt(0.045 * (1.0 + np.arange(WIDTH)) ** -0.8)
    w = rng.normal(size=(WIDTH, CODES)) * np.sqrt(spread)[:, None]
    w *= 2.5 / np.sqrt((w**2 * spread[:, None] ** 2).sum(axis=0))
    shares = np.geomspace(0.01, 0.3, CODES)
    return w, np.log(shares / (1 - shares)) * 1.8 - 0.25 * w[0]


def study(features: Array, seed: int) -> tuple[Fresh, Callable[[int, int], float]]:
    """Fit 40 codes to the first segments and say how a person would decide."""
    rng = np.random.default_rng(seed)
    w, b = truth(seed)

    def answer(row: int, code: int) -> float:
        p = sigmoid(features[row].astype(np.float64) @ w[:, code] + b[code])
        return float(np.random.default_rng((row, code)).random() < p)

    x = np.asarray(features[:LABELLED], np.float32)
    y = (rng.random((LABELLED, CODES)) < sigmoid(x @ w + b)).astype(float)
    definition = (rng.normal(size=(len(features), CODES)) - 2).astype(np.float32)
    prior = Prior(PENALTY, slope=0.5, intercept=-1.0, slope_precision=25.0)
    cells = Cells(y, np.ones_like(y), definition[:LABELLED].astype(np.float64))
    weights, _ = fit_codes(rotate(x, np.ones(WIDTH)), cells, prior)
    refiner = Refiner(WIDTH, CODES, prior, np.ones(WIDTH))
    refiner.append(x, cells.y, cells.weight, cells.definition)
    refiner.take(weights)
    learner = Learner(
        refiner,
        [-1] * CODES,
        np.ones(CODES, bool),
        Calibration(np.ones(CODES), np.zeros(CODES), np.zeros(0, np.intp)),
        np.clip(y.mean(axis=0) * 2, 0.1, 0.5),
    )
    return Fresh(learner, features, definition, range(LABELLED)), answer


# Speed


def speed(count: int, *, decisions: int, mapped: bool, order: str) -> None:
    """Time decisions one after the other, and what they are compared with."""
    kept = "float16, mapped" if mapped else "float32, in memory"
    print(f"\n{count:,} open segments, {CODES} codes, {kept}, most {order} first")
    with tempfile.TemporaryDirectory() as name, threadpool_limits(1, user_api="blas"):
        folder = Path(name)
        features = written(folder, count) if mapped else in_memory(count)
        fresh, answer = study(features, 1)
        before, started = memory("VmRSS"), time.perf_counter()
        live = LiveRanking(fresh, order=order)
        seconds = time.perf_counter() - started
        print(f"start {seconds:.1f} s; memory {memory('RssAnon'):,.0f} MB of its own, ", end="")
        print(f"{features.nbytes / 1e6:,.0f} MB of features, {before:,.0f} MB before")
        database, line = table(folder)
        parts = decide(live, answer, database, line, decisions)
        database.close()
        for part, value in parts.items():
            show(part, value)
        check(live, fresh)
        compare(features, fresh, parts)


def written(folder: Path, count: int) -> Array:
    write_features(folder / "features.npy", blocks(count, 0), count=count, width=WIDTH)
    return map_features(folder / "features.npy")


def in_memory(count: int) -> Array:
    features = np.empty((count, WIDTH), np.float32)
    for number, rows in enumerate(blocks(count, 0)):
        features[number * 10_000 : number * 10_000 + len(rows)] = rows
    return features


def decide(
    live: LiveRanking, answer: Any, database: Any, line: Any, decisions: int
) -> dict[str, Array]:
    """Decide what the queue offers; give milliseconds by part, and then those of undoing."""
    rng, times, scored, cells = np.random.default_rng(5), [], [], []
    for _ in range(decisions):
        row, code = live.now.top(200)[int(rng.integers(200))]
        label = answer(row, code)
        clock, busy = [time.perf_counter()], time.thread_time()
        with database.write() as connection:
            connection.execute(insert(store.schema.decision), line(row, code, label))
        clock.append(time.perf_counter())
        ranking = live.decide(row, code, label)
        clock.append(time.perf_counter())
        queue(live, ranking)
        clock.append(time.perf_counter())
        times.append([*np.diff(clock) * 1e3, (time.thread_time() - busy) * 1e3])
        scored.append(ranking.scored)
        cells.append((row, code))
    stored, learned, chosen, processor = np.array(times).T
    undone = []
    for row, code in reversed(cells[-100:]):
        started = time.perf_counter()
        live.decide(row, code, None)
        undone.append((time.perf_counter() - started) * 1e3)
    return {
        "stored, ms": stored,
        "learned, exact top, ms": learned,
        "next twelve to review, ms": chosen,
        "from decision to queue, ms": stored + learned + chosen,
        "the same, processor time, ms": processor,
        "undone, exact top, ms": np.array(undone),
        "segments scored": np.array(scored),
    }


def queue(live: LiveRanking, ranking: Ranking) -> Array:
    vectors = live.vectors(ranking.rows)
    return next_to_review(ranking.margins, ranking.codes, ranking.rows, vectors=vectors, n=12)


def check(live: LiveRanking, fresh: Fresh) -> None:
    """Compare with a full refit, and the queues of some codes with a full scan."""
    taught = live._state.taught
    x, y, weight, definition = taught.learner.refiner.rows
    prior, scale = taught.learner.refiner.prior, taught.learner.refiner.scale
    again, _ = fit_codes(rotate(x, scale), Cells(y, weight, definition), prior, tolerance=1e-10)
    away = np.abs(
        again.scores(x, definition) - taught.learner.refiner.weights().scores(x, definition)
    )
    same = all(full_scan(live, fresh, code) for code in range(0, CODES, 8))
    print(f"largest distance of a score from a full refit's: {away.max():.1e}")
    print(f"the tops of five codes are those of a full scan: {'yes' if same else 'NO'}")


def full_scan(live: LiveRanking, fresh: Fresh, code: int) -> bool:
    """Say whether a code's queue begins with what scoring everything gives."""
    state, theta = live._state, live.weights[code]
    scores = np.concatenate(
        [
            np.asarray(fresh.features[first : first + 50_000], np.float64) @ theta[:-2]
            for first in range(0, len(fresh.features), 50_000)
        ]
    )
    scores += theta[-2] * fresh.definition[:, code] + theta[-1]
    columns = state.taught.columns
    opened = np.flatnonzero(~np.isnan(columns._scores[code]))
    key = -scores[opened]
    if not state._likely:
        key = np.abs(scores[opened] - state._targets[code]) * state._slope[code] // 0.25
    first = opened[np.lexsort((columns._lot[opened], key))][: live._depth]
    return set(first.tolist()) == {row for row, _ in live.now.top(10_000, code=code)}


def compare(features: Array, fresh: Fresh, parts: dict[str, Array]) -> None:
    """Say how many products of all features a decision takes, and how long the peer's way."""
    from sklearn.linear_model import LogisticRegression

    total = parts["from decision to queue, ms"]
    sample = np.ascontiguousarray(features[:100_000], dtype=np.float32)
    times, w = len(features) / len(sample), np.ones(WIDTH, np.float32)
    floor = np.median([clock(lambda: sample @ w) for _ in range(15)]) * times
    busy = np.median([clock(lambda: sample @ w, time.thread_time) for _ in range(15)]) * times
    x, y, _, _ = fresh.model.refiner.rows
    x, y = x[:LABELLED], y[:LABELLED]
    chosen = range(0, CODES, 8)
    fits = [LogisticRegression(max_iter=1000) for _ in chosen]
    fitting = sum(
        clock(lambda m=m, c=c: m.fit(x, y[:, c])) for m, c in zip(fits, chosen, strict=True)
    )
    scoring = sum(clock(lambda m=m: m.predict_proba(sample)) for m in fits) * times
    peer = (fitting + scoring) * CODES / len(fits)
    print(f"one product of all features: {floor:.1f} ms; a decision takes ", end="")
    print(f"{np.median(total) / floor:.2f} of it (without storing ", end="")
    print(f"{np.median(total - parts['stored, ms']) / floor:.2f}; in processor time ", end="")
    print(f"{np.median(parts['the same, processor time, ms']) / busy:.2f})")
    print(f"scikit-learn, all codes refitted and rescored (from 5 codes): {peer:,.0f} ms, ", end="")
    print(f"{peer / np.median(total):,.0f} times as long")


def clock(call: Callable[[], object], read: Callable[[], float] = time.perf_counter) -> float:
    started = read()
    call()
    return (read() - started) * 1e3


def behind(cache: Path | None) -> None:
    """Time decisions while a full refit of real texts runs behind, and without one."""
    from suggestion_peers import CachedEncoder
    from suggestion_sets import SETS

    s = SETS["therapist"](DATA)
    texts = list(zip(s.contexts, s.texts, strict=True))
    rng = np.random.default_rng(0)
    rows = rng.permutation(len(texts))
    decided = {
        (int(row), code): float(s.truth[row, code]) for row in rows[:500] for code in range(12)
    }
    model = CodeClassifier(s.codebook, encoder=CachedEncoder(cache))
    begun = fresh_fit(model, texts, decided, s.groups)
    live = LiveRanking(begun, decided=decided)

    def timed(row: int) -> float:
        code = int(rng.integers(12))
        return clock(lambda: live.decide(int(row), code, float(s.truth[row, code])))

    alone = np.array([timed(row) for row in rows[500:700]])
    future = live.refit(lambda known: relearned(begun, texts, known, s.groups))
    meanwhile = []
    for row in rows[700:]:
        if future.done():
            break
        meanwhile.append(timed(row))
        time.sleep(0.05)
    future.result()
    print(f"\n{len(texts):,} open segments of AnnoMI, 12 codes in a tree, decisions learned")
    show("alone, ms", alone)
    show("while a full refit runs, ms", np.array(meanwhile))
    live.shut()


def show(name: str, value: Array) -> None:
    median, p95 = np.percentile(value, [50, 95])
    print(f"{name:30} median {median:10.2f}  p95 {p95:10.2f}  most {value.max():10.2f}")


def table(folder: Path) -> tuple[store.Database, Callable[[int, int, float], dict[str, Any]]]:
    """Make a study with one transcript; give its database and how a decision's line is made."""
    database = store.Database(folder / "study.db", create=True)
    codes = tuple(Code(f"code {number}", "") for number in range(CODES))
    text = Transcript(
        guid="t",
        name="t",
        text="P: invented",
        turns=(Turn("P", 3, 11),),
        speakers=(Speaker("P", Role.PARTICIPANT, ("P",), participant="P"),),
        source_name="t.txt",
        source_sha256="0" * 64,
        format="txt",
        warnings=(),
    )
    with database.write() as connection:
        store.study.create(connection, name="bench", notice="")
        store.codebooks.save(connection, Codebook(codes=codes))
        store.transcripts.add(connection, text)
        connection.execute(
            insert(store.schema.coder),
            {"guid": "c", "name": "c", "kind": "human", "created_at": "2026-01-01T00:00:00Z"},
        )

    def line(row: int, code: int, label: float) -> dict[str, Any]:
        return {
            "at": "2026-01-01T00:00:00Z",
            "coder_id": 1,
            "verdict": "accept" if label else "reject",
            "transcript_id": 1,
            "start": row,
            "end": row + 1,
            "code_guid": codes[code].guid,
            "score": 0.5,
            "evidence": {},
            "codebook_version_id": 1,
            "request": str(uuid.uuid4()),
        }

    return database, line


def memory(name: str) -> float:
    """Give megabytes of this process: VmRSS with mapped files, RssAnon without."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(one.split()[1]) / 1024 for one in lines if one.startswith(name))


if __name__ == "__main__":
    sys.exit(main())
