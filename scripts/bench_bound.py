"""Check the bound of automatic coding by simulation, and how much it codes by itself.

    python scripts/bench_bound.py --data ../shared/data [--sets therapist client treat] [--runs 200]

Every text is scored once by a CodeClassifier that has not seen its session (five folds). Then,
again and again: draw sessions with replacement, draw the audit sample from them, choose each
code's threshold, and look up the true error above it. "Other interviews": over all sessions,
which is what new sessions of the same kind have in the long run. "Same interviews": in what was
not drawn of the audited sessions themselves. At 95 % confidence, each bound (of one code, or of all
together) may be exceeded in 5 % of the runs: the table gives the worst. Prints tables in markdown.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from bench_suggestions import SETS, CachedEncoder, Set

from semcode.classify import CodeClassifier
from semcode.evaluate.held_out import held_out
from semcode.evaluate.risk import Audited, choose_threshold

AUDITS = (200, 400, 800, 1600)
ALLOWED = 0.05
Array = np.ndarray


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


def runs_of(s: Set, p: Array, *, runs: int, audit: int) -> Iterator[dict[str, object]]:
    """Give for each run, way of drawing and kind of bound what was coded and how wrong it was."""
    wrong = s.truth == 0
    names, numbers = np.unique(s.groups, return_inverse=True)
    rows_of = [np.flatnonzero(numbers == i) for i in range(len(names))]
    for run in range(runs):
        rng = np.random.default_rng(run)
        drawn = rng.integers(0, len(names), len(names))
        there = np.concatenate([rows_of[i] for i in drawn])
        owner = np.repeat(np.arange(len(drawn)), [len(rows_of[i]) for i in drawn])
        at = np.zeros(len(there), bool)
        at[rng.permutation(len(there))[:audit]] = True
        for same in (False, True):
            new = there[~at] if same else np.arange(len(p))
            for together in (False, True):
                given, accepted = _given(p, wrong, there, at, owner, new, same, together)
                errors = {
                    own[0]: float((wrong[new] & given)[:, own].sum() / given[:, own].sum())
                    for own in accepted
                    if given[:, own].any()
                }
                broken = [own for own, error in errors.items() if error > ALLOWED]
                yield {
                    "set": s.name,
                    "audit": audit,
                    "drawn from": "same interviews" if same else "other interviews",
                    "bound": "all codes together" if together else "each code",
                    "accepted": len(accepted),
                    "broken": broken,
                    "error": np.mean(list(errors.values())) if errors else np.nan,
                    "coverage": given.any(axis=1).mean(),
                }


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
        scores, places = p[there[at]][:, own].ravel(), np.flatnonzero(at).repeat(len(own))
        if together:
            clusters = places if same else owner[places]
            found = choose_threshold(
                Audited(scores, wrong[there[at]][:, own].ravel(), clusters.tolist()),
                p[new][:, own].ravel(),
                max_error=ALLOWED,
                icc=1.0 if same else 0.05,
            )
        else:
            found = choose_threshold(
                Audited(
                    scores,
                    wrong[there[at]][:, own].ravel(),
                    owner[places].tolist(),
                    p[there][:, own[0]] if same else None,
                ),
                p[new, own[0]],
                max_error=ALLOWED,
            )
        if found.threshold is not None:
            given[:, own] = p[new][:, own] >= found.threshold
            accepted.append(own)
    return given, accepted


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
    options = parser.parse_args()
    if not options.data.is_dir():
        sys.exit(f"There is no data in {options.data}; name its folder with --data.")
    encoder, rows = CachedEncoder(options.cache), []
    for name in options.sets:
        s = SETS[name](options.data)
        p = left_out_scores(s, encoder, options.cache)
        for audit in AUDITS:
            rows += runs_of(s, p, runs=options.runs, audit=audit)
            done = table(pd.DataFrame(rows[-4 * options.runs :]))
            print("\n".join(done.splitlines()[2:]), flush=True)
    print(table(pd.DataFrame(rows)))


if __name__ == "__main__":
    main()
