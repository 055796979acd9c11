"""Check the bound of automatic coding by simulation, and how much it codes by itself.

    python scripts/bench_bound.py --data ../shared/data [--sets therapist client treat] [--runs 200]
        [--jobs 16]
    python scripts/bench_bound.py --simulate 1000

Every text is scored once by a CodeClassifier that has not seen its session (five folds). Then,
again and again: draw sessions with replacement, draw the audit sample from them, choose each
code's threshold, and look up the true error above it. "Other interviews": over all sessions,
which is what new sessions of the same kind have in the long run. "Same interviews": in what was
not drawn of the audited sessions themselves; "where sure": the audit is drawn only from segments in
which the model is nearly sure (`audit --where-sure`). At 95 % confidence, each bound (of one
code, or of all together) may be exceeded in 5 % of the runs: the table gives the worst. Before it
stands what known labels would allow: the share of segments that get a code, and the share in which
every code's answer, yes or no, is right with at most 5 % of segments wrong.

--simulate makes scores and errors up instead: among them errors just above the allowed at every
score, or from some score down, with people whose errors differ. Prints tables in markdown.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from bench_suggestions import SETS, CachedEncoder, Set
from joblib import Parallel, delayed
from scipy.stats import beta

from semcode.classify import CodeClassifier
from semcode.evaluate.audit_size import nearly_sure
from semcode.evaluate.held_out import held_out
from semcode.evaluate.risk import Audited, choose_threshold

Array = np.ndarray
AUDITS = (200, 400, 800, 1600)
ALLOWED = 0.05
WHERE_SURE, OTHER = "same, where sure", "other interviews"
WAYS = ("same interviews", WHERE_SURE, OTHER)
#: By score, how often a code that is given is wrong: the scores themselves foretell 1 - p.
WORST: dict[str, Callable[[Array], Array]] = {
    "as foretold": lambda p: 1 - p,
    "2.5 times": lambda p: 2.5 * (1 - p),
    "5.1 % everywhere": lambda p: np.full(len(p), 0.051),
    "surest 5.1 %, others 8 %": lambda p: np.where(p > 0.985, 0.051, 0.08),
    "surest 1 %, others 20 %": lambda p: np.where(p > 0.98, 0.01, 0.2),
}
SITUATIONS = ((True, 40, 0.1), (False, 12, 0.05), (False, 40, 0.05), (False, 40, 0.15))


def left_out_scores(s: Set, encoder: CachedEncoder, cache: Path | None) -> Array:
    """Score every text by a model that has not seen its session."""
    kept = cache / f"left-out {s.name}.npy" if cache else None
    if kept and kept.is_file():
        return np.load(kept)
    pairs = list(zip(s.contexts, s.texts, strict=True))
    model = CodeClassifier(s.codebook, encoder=encoder)
    found, _ = held_out(model, pairs, s.shares, list(s.groups), folds=5)
    if kept:
        np.save(kept, found.p)
    return found.p


def runs_of(s: Set, p: Array, *, runs: int, audit: int, jobs: int) -> list[dict[str, object]]:
    """Give for each run, way of drawing and kind of bound what was coded and how wrong it was."""
    wrong = s.truth == 0
    names, numbers = np.unique(s.groups, return_inverse=True)
    rows_of = [np.flatnonzero(numbers == i) for i in range(len(names))]
    ask = delayed(one_run)
    found = Parallel(n_jobs=jobs)(ask(p, wrong, rows_of, audit, run) for run in range(runs))
    return [{"set": s.name, "audit": audit, **row} for rows in found for row in rows]


def one_run(
    p: Array, wrong: Array, rows_of: list[Array], audit: int, run: int
) -> list[dict[str, object]]:
    """Draw sessions and an audit once; choose thresholds in each way and look the errors up."""
    rng = np.random.default_rng(run)
    drawn = rng.integers(0, len(rows_of), len(rows_of))
    there = np.concatenate([rows_of[i] for i in drawn])
    owner = np.repeat(np.arange(len(drawn)), [len(rows_of[i]) for i in drawn])
    sure = np.flatnonzero(nearly_sure(p[there], ALLOWED))
    found: list[dict[str, object]] = []
    for way in WAYS:
        pool = sure if way == WHERE_SURE else np.arange(len(there))
        at = rng.permutation(pool)[: min(audit, len(pool) // 2)]
        same = way != OTHER
        new = there[np.setdiff1d(pool, at)] if same else np.arange(len(p))
        everything = len(there) - len(at) if same else len(p)
        for together in (False, True):
            given, accepted = _given(p, wrong, there, at, owner, new, same, together)
            errors = {
                own[0]: float((wrong[new] & given)[:, own].sum() / given[:, own].sum())
                for own in accepted
                if given[:, own].any()
            }
            found.append(
                {
                    "drawn from": way,
                    "bound": "all codes together" if together else "each code",
                    "accepted": len(accepted),
                    "broken": [own for own, error in errors.items() if error > ALLOWED],
                    "error": np.mean(list(errors.values())) if errors else np.nan,
                    "coverage": given.any(axis=1).sum() / everything,
                }
            )
    return found


def _given(
    p: Array,
    wrong: Array,
    there: Array,
    at: Array,
    owner: Array,
    new: Array,
    same: bool,
    together: bool,
) -> tuple[Array, list[list[int]]]:
    """Choose thresholds; give what is coded, and which codes each bound is about."""
    codes = p.shape[1]
    given, accepted = np.zeros((len(new), codes), bool), []
    for own in [list(range(codes))] if together else [[code] for code in range(codes)]:
        scores, rows = p[there[at]][:, own].ravel(), np.asarray(at).repeat(len(own))
        people = rows if same and together else owner[rows]
        whole = np.concatenate([p[new, own[0]], scores]) if same and not together else None
        found = choose_threshold(
            Audited(scores, wrong[there[at]][:, own].ravel(), people.tolist(), whole),
            p[new][:, own].ravel(),
            max_error=ALLOWED,
            icc=1.0 if same and together else 0.05,
        )
        if found.threshold is not None:
            given[:, own] = p[new][:, own] >= found.threshold
            accepted.append(own)
    return given, accepted


def known_labels(s: Set, p: Array) -> str:
    """Say what thresholds at exactly the allowed error cover if every label is known."""
    each = np.stack([_best(p[:, k], s.truth[:, k] == 0) for k in range(p.shape[1])], axis=1)
    together = _best(p.ravel(), (s.truth == 0).ravel()).reshape(p.shape)
    answer = (p >= 0.5).astype(int)
    if s.rivals:
        answer[:, s.rivals] = 0
        answer[np.arange(len(p)), np.array(s.rivals)[p[:, s.rivals].argmax(axis=1)]] = 1
    sure = np.where(answer == 1, p, 1 - p).min(axis=1)
    whole = _best(sure, (answer != s.truth).any(axis=1))
    return (
        f"{s.name}: with all labels known, {each.any(axis=1).mean():.0%} of segments get a code "
        f"(each code bounded), {together.any(axis=1).mean():.0%} (all together); for "
        f"{whole.mean():.0%} the answer of every code, yes or no, is right in 95 of 100"
    )


def _best(scores: Array, wrong: Array) -> Array:
    order = np.argsort(-scores)
    able = np.flatnonzero(np.cumsum(wrong[order]) <= ALLOWED * np.arange(1, len(order) + 1))
    return scores >= scores[order][able[-1]] if len(able) else np.zeros(len(scores), bool)


def simulate(runs: int, *, jobs: int) -> Iterator[str]:
    """Make scores and errors up, and count how often the bound is exceeded."""
    for name in WORST:
        for same, people, icc in SITUATIONS:
            for audit in (200, 800):
                made = delayed(_made_up)
                found = Parallel(n_jobs=jobs)(
                    made(name, people, icc, audit, run, same=same) for run in range(runs)
                )
                exceeded, covered = np.mean(found, axis=0)
                yield (
                    f"| {name} | {'same' if same else 'other'} | {people} | {icc} | {audit} | "
                    f"{exceeded:.1%} | {covered:.0%} |"
                )


def _made_up(
    worst: str, people: int, icc: float, audit: int, run: int, *, same: bool
) -> tuple[float, float]:
    """Give whether one made-up study exceeds the bound, and what it covers."""
    error, rng = WORST[worst], np.random.default_rng(run)
    owner = np.repeat(np.arange(people), max(60, 4 * audit // people))
    p = 1 - 0.15 * rng.random(len(owner)) ** 1.5
    wrong = rng.random(len(p)) < _differing(error(p), rng.random(people)[owner], icc)
    at = np.zeros(len(p), bool)
    at[rng.permutation(len(p))[:audit]] = True
    grid = 1 - 0.15 * np.linspace(0, 1, 20_001) ** 1.5
    target, true = (p[~at], wrong[~at]) if same else (grid, error(grid))
    found = choose_threshold(
        Audited(p[at], wrong[at], owner[at].tolist(), p if same else None),
        target,
        max_error=ALLOWED,
    )
    if found.threshold is None:
        return 0.0, 0.0
    above = target >= found.threshold
    return float(true[above].mean() > ALLOWED), float(above.mean())


def _differing(mean: Array, place: Array, icc: float) -> Array:
    """Spread a chance over people as a beta distribution with this intraclass correlation."""
    if not icc:
        return mean
    of = (1 - icc) / icc
    return beta.ppf(place, mean * of, (1 - mean) * of)


def table(rows: pd.DataFrame) -> str:
    """Give one markdown table over sets, ways, bounds and sizes of the audit."""
    lines = [
        "| set | audited | drawn from | bound for | accepted a run | mean error | "
        "exceeded, worst bound | runs with any exceeded | segments covered |",
        "|---" * 9 + "|",
    ]
    keys = ["set", "drawn from", "bound", "audit"]
    for (name, way, bound, audit), part in rows.groupby(keys, sort=False):
        times = Counter(code for codes in part["broken"] for code in codes)
        worst = max(times.values(), default=0)
        lines.append(
            f"| {name} | {audit} | {way} | {bound} | {part['accepted'].mean():.1f} | "
            f"{part['error'].mean():.3f} | "
            f"{worst / len(part):.1%} | {part['broken'].map(bool).mean():.1%} | "
            f"{part['coverage'].mean():.0%} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--sets", nargs="+", choices=SETS, default=["therapist", "client", "treat"])
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--cache", type=Path, help="a folder to keep vectors and scores in")
    parser.add_argument("--audits", nargs="+", type=int, default=list(AUDITS))
    parser.add_argument("--jobs", type=int, default=1, help="how many runs at once")
    parser.add_argument("--simulate", type=int, metavar="RUNS", help="make studies up instead")
    options = parser.parse_args()
    if options.simulate:
        print("| errors | interviews | people | alike | audited | exceeded | covered |")
        print("|---" * 7 + "|")
        for line in simulate(options.simulate, jobs=options.jobs):
            print(line, flush=True)
        return
    if not options.data.is_dir():
        sys.exit(f"There is no data in {options.data}; name its folder with --data.")
    encoder, rows = CachedEncoder(options.cache), []
    for name in options.sets:
        s = SETS[name](options.data)
        p = left_out_scores(s, encoder, options.cache)
        print(known_labels(s, p), flush=True)
        for audit in options.audits:
            rows += runs_of(s, p, runs=options.runs, audit=audit, jobs=options.jobs)
            done = table(pd.DataFrame(rows[-2 * len(WAYS) * options.runs :]))
            print("\n".join(done.splitlines()[2:]), flush=True)
    print(table(pd.DataFrame(rows)))


if __name__ == "__main__":
    main()
