"""Choose how firm the prior is and what features count for, by grouped cross-validation."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from semcode.classify.logistic import Cells, Prior, Weights, fit_codes, fit_line, rotate

__all__ = ["SCALES", "Candidate", "Choice", "choose", "fit_candidate", "folds_of", "pooled_prior"]

Floats = NDArray[np.float64]

#: From "the mean of the labelled texts" to "whatever tells the labelled texts apart".
PENALTIES = (16.0, 6.0, 2.4, 1.0, 0.4, 0.16)
#: What a weight of the word block, and of the shape block, may be beside the embedding's.
SCALES = ((1.0, 1.0), (1.0, 3.0), (2.0, 3.0))
#: How much of what definitions foretell by themselves is kept beside what was learned.
SHARES = (1.0, 0.5, 0.0)

_FIRM = 40.0  # precision of the pooled slope around the cold start's
_SLOPE_PRECISION = 25.0  # of a code's own slope around the pooled one
_FEW = 300  # below so many texts the folds are drawn three times


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to learn: precision of the weights, scales of two blocks, trust in definitions."""

    penalty: float
    words: float
    shape: float
    share: float


@dataclass(frozen=True, slots=True)
class Choice:
    """What cross-validation chose, and what it saw: log loss a cell for each candidate."""

    best: Candidate
    losses: Mapping[Candidate, float]
    held_out: Floats | None  # (n, n_codes) log-odds of texts when they were left out


def folds_of(groups: Sequence[Hashable], most: int, *, seed: int = 0) -> list[NDArray[np.intp]]:
    """Divide texts into at most `most` folds of whole groups, of about equal size.

    Gives the rows of each fold; one group alone gives no folds.
    """
    named: dict[Hashable, list[int]] = {}
    for row, group in enumerate(groups):
        named.setdefault(group, []).append(row)
    order = list(named.values())
    np.random.default_rng(seed).shuffle(order)
    order.sort(key=len, reverse=True)
    bins: list[list[int]] = [[] for _ in range(min(most, len(order)))]
    for rows in order:
        min(bins, key=len).extend(rows)
    return [np.array(sorted(rows), dtype=np.intp) for rows in bins] if len(bins) > 1 else []


def pooled_prior(cells: Cells, penalty: float, share: float) -> Prior:
    """Learn from all codes together how far definitions are to be trusted in this study.

    One slope and one intercept for all codes, with a prior at the cold start's own (1 and
    0); a code counts for at most as much as the mean code, so that a frequent one does not
    speak for the rare. Of the slope `share` is kept: the features tell part of what the
    definitions told alone. At 0 definitions are left out, as they are where they mislead.
    """
    known = cells.weight.sum(axis=0)
    weight = cells.weight * np.minimum(
        1.0, known.sum() / max((known > 0).sum(), 1) / (known + 1e-9)
    )
    start, firm, d = (1.0, 0.0), (_FIRM, 1.0), cells.definition
    slope = max(fit_line(d, cells.y, weight, start=start, firm=firm)[0], 0.0) * share
    _, shift = fit_line(d, cells.y, weight, start=(slope, 0.0), firm=(1e9, 1.0))
    precision = _SLOPE_PRECISION if slope > 0 else 1e9
    return Prior(penalty, slope=slope, intercept=shift, slope_precision=precision)


def choose(
    x: NDArray[np.float32],
    cells: Cells,
    groups: Sequence[Hashable],
    *,
    blocks: Mapping[str, slice],
    folds: int,
    seed: int = 0,
) -> Choice:
    """Keep the candidate that foretells left-out groups best, over all codes together.

    First penalties and scales are tried, then shares of the definitions about the best.
    What is compared is the log loss after one slope and shift for all codes: how well texts
    are ranked and told apart counts, how bold the scores are is left to calibration.
    Without two groups the firmest candidate is taken.
    """
    divided = _divisions(groups, folds, seed=seed)
    if not divided:
        return Choice(Candidate(PENALTIES[1], *SCALES[0], 1.0), {}, None)
    start = [Candidate(p, *s, 0.5) for s, p in product(SCALES, PENALTIES)]
    held = _held_out(x, cells, divided, start, blocks)
    losses = {c: _calibrated_loss(z, cells) for c, z in held.items()}
    best = min(losses, key=lambda c: losses[c])
    place = PENALTIES.index(best.penalty)
    near = PENALTIES[max(place - 1, 0) : place + 2]
    more = [replace(best, penalty=p, share=s) for s in SHARES for p in near]
    again = _held_out(x, cells, divided, [c for c in more if c not in held], blocks)
    losses |= {c: _calibrated_loss(z, cells) for c, z in again.items()}
    best = min(losses, key=lambda c: losses[c])
    return Choice(best, losses, (held | again)[best])


def fit_candidate(
    x: NDArray[np.float32], cells: Cells, candidate: Candidate, blocks: Mapping[str, slice]
) -> tuple[Weights, Prior, Floats]:
    """Fit all codes on all texts; give the weights, the prior, and the features' scale."""
    scale = _scale(x.shape[1], blocks, candidate)
    prior = pooled_prior(cells, candidate.penalty, candidate.share)
    weights, _ = fit_codes(rotate(x, scale), cells, prior)
    return weights, prior, scale


def _divisions(
    groups: Sequence[Hashable], folds: int, *, seed: int
) -> list[list[NDArray[np.intp]]]:
    times = 3 if len(groups) < _FEW else 1
    divided = [folds_of(groups, folds, seed=seed + time) for time in range(times)]
    return [found for found in divided if found]


def _held_out(
    x: NDArray[np.float32],
    cells: Cells,
    divided: Sequence[Sequence[NDArray[np.intp]]],
    candidates: Sequence[Candidate],
    blocks: Mapping[str, slice],
) -> dict[Candidate, Floats]:
    """Give for each candidate the mean score of each text while it was left out.

    What is left out makes its codes rarer in the rest; scores are shifted back, else few
    labels would look as if they foretold the opposite.
    """
    held = {candidate: np.zeros_like(cells.y) for candidate in candidates}
    families: dict[tuple[float, float, float], list[Candidate]] = {}
    for candidate in candidates:
        families.setdefault((candidate.words, candidate.shape, candidate.share), []).append(
            candidate
        )
    for rows in (rows for found in divided for rows in found):
        rest = np.setdiff1d(np.arange(len(x)), rows)
        inside = Cells(cells.y[rest], cells.weight[rest], cells.definition[rest])
        shift = _usual(cells) - _usual(inside)
        for (_, _, share), family in families.items():
            turned, start = rotate(x[rest], _scale(x.shape[1], blocks, family[0])), None
            for candidate in family:
                prior = pooled_prior(inside, candidate.penalty, share)
                weights, start = fit_codes(turned, inside, prior, start=start, tolerance=1e-2)
                scores = weights.scores(x[rows], cells.definition[rows]) + shift
                held[candidate][rows] += scores / len(divided)
    return held


def _usual(cells: Cells) -> Floats:
    """Give the log-odds of each code among the texts where it is known."""
    yes, known = (cells.y * cells.weight).sum(axis=0), cells.weight.sum(axis=0)
    usual: Floats = np.log(yes + 0.5) - np.log(known - yes + 0.5)
    return usual


def _scale(width: int, blocks: Mapping[str, slice], candidate: Candidate) -> Floats:
    scale = np.ones(width)
    scale[blocks["words"]] = candidate.words
    scale[blocks["shape"]] = candidate.shape
    return scale


def _calibrated_loss(z: Floats, cells: Cells) -> float:
    slope, shift = fit_line(z, cells.y, cells.weight, start=(1.0, 0.0), firm=(1.0, 0.1))
    told = slope * z + shift
    loss = (cells.weight * (np.logaddexp(0.0, told) - cells.y * told)).sum()
    return float(loss / max(cells.weight.sum(), 1e-9))
