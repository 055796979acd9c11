"""Choose how firm the prior is and what features count for, by grouped cross-validation."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from semcode.classify.logistic import Cells, Prior, Weights, fit_codes, fit_line, fit_sum, rotate

__all__ = ["SCALES", "Candidate", "Choice", "choose", "fit_candidate", "folds_of", "study_prior"]

Floats = NDArray[np.float64]

#: From "the mean of the labelled texts" to "whatever tells the labelled texts apart".
PENALTIES = (29.0, 11.6, 4.3, 1.7, 0.72, 0.29, 0.116, 0.043)
#: What a weight of the word block, and of the shape block, may be beside the embedding's.
SCALES = ((1.0, 1.0), (1.0, 3.0), (2.0, 3.0))
#: And of the manner block: hardly anything (how something is said may tell nothing), or as much.
MANNERS = (0.05, 1.0)

_SLOPE_PRECISION = 25.0  # of a code's own slope around the study's, in units of the study's
_FEW = 300  # below so many texts the folds are drawn three times
_BOOTSTRAPS = 1000
_LEAST = 1e-3  # a candidate less likely in the first of three divisions is not tried in the others
_ENOUGH = 64  # codes that tell which settings are best for all


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to learn: precision of the weights, scales of blocks, trust in definitions.

    `share` is what the definitions' log-odds count for beside what was learned.
    """

    penalty: float
    words: float
    shape: float
    share: float
    manner: float = 1.0


@dataclass(frozen=True, slots=True)
class Choice:
    """What cross-validation chose, and the log loss a cell of each candidate tried to the end."""

    best: Candidate
    losses: Mapping[Candidate, float]
    held_out: Floats | None  # (n, n_codes) log-odds of texts when they were left out


@dataclass(frozen=True, slots=True)
class _Judged:
    """Of each candidate the log loss a cell, the definitions' share, and the likelihood."""

    losses: Floats
    shares: Floats
    likelihood: Floats  # they sum to 1


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


def study_prior(cells: Cells, penalty: float, share: float) -> Prior:
    """Give the prior of a study where definitions count `share`, with one intercept for all.

    A code counts for at most as much as the mean code, so that a frequent one does not
    speak for the rare.
    """
    known = cells.weight.sum(axis=0)
    weight = cells.weight * np.minimum(
        1.0, known.sum() / max((known > 0).sum(), 1) / (known + 1e-9)
    )
    start, firm = (share, 0.0), (1e9, 1.0)
    _, shift = fit_line(cells.definition, cells.y, weight, start=start, firm=firm)
    precision = _SLOPE_PRECISION / share**2 if share > 1e-3 else 1e9
    return Prior(penalty, slope=share, intercept=shift, slope_precision=precision)


def choose(
    x: NDArray[np.float32],
    cells: Cells,
    groups: Sequence[Hashable],
    *,
    blocks: Mapping[str, slice],
    folds: int,
    seed: int = 0,
) -> Choice:
    """Weigh the candidates by how well they foretell left-out groups, over all codes together.

    Each candidate learns without the definitions; what these add to its scores of left-out
    texts is one slope for the whole study, fitted with a prior that takes them as they are.
    What is compared is the log loss then: how well texts are ranked and told apart counts,
    how bold the scores are is left to calibration. Taken is the mean of the candidates'
    (logarithmic) settings, each weighed by its likelihood: few labels do not tell which is
    best, and the mean of good ones is better than the luckiest. The likelihoods are those of a
    thousand Bayesian bootstraps of the groups, averaged: what a few talkative participants
    prefer does not decide (pseudo-BMA+; Yao, Vehtari, Simpson and Gelman 2018, Bayesian
    Analysis 13, 917-1007). Of more than 64 codes with labels so many are compared on, drawn at
    random, those that somebody gave before others.

    Fewer than 300 texts are divided three times, and what the first makes less likely than one
    in a thousand is not tried in the others. Labels of one participant alone are divided by
    text. One text alone can tell nothing: then definitions are taken as they are.
    """
    divided = _divisions(groups, folds, seed=seed)
    if not divided:
        groups = range(len(groups))
        divided = _divisions(groups, folds, seed=seed)
    if not divided:
        return Choice(Candidate(PENALTIES[2], *SCALES[0], 1.0), {}, None)
    manners = MANNERS if blocks["manner"].stop > blocks["manner"].start else (1.0,)
    start = [Candidate(p, *s, 0.0, m) for s, m, p in product(SCALES, manners, PENALTIES)]
    some = _some_codes(cells, seed=seed)
    held = _held_out(x, some, divided[:1], start, blocks)
    judged = _judge_all(held, some, groups, seed=seed)
    if len(divided) > 1:
        hopeful = [
            at for at, likely in zip(held, judged.likelihood, strict=True) if likely > _LEAST
        ]
        more = _held_out(x, some, divided[1:], hopeful, blocks)
        held = {at: held[at] + (more[at] - held[at]) * (1 - 1 / len(divided)) for at in hopeful}
        judged = _judge_all(held, some, groups, seed=seed)
    best = _mean_candidate(held, judged)
    losses = dict(zip(held, judged.losses.tolist(), strict=True))
    return Choice(best, losses, _held_out(x, cells, divided, [best], blocks)[best])


def fit_candidate(
    x: NDArray[np.float32], cells: Cells, candidate: Candidate, blocks: Mapping[str, slice]
) -> tuple[Weights, Prior, Floats]:
    """Fit all codes on all texts; give the weights, the prior, and the features' scale."""
    scale = _scale(x.shape[1], blocks, candidate)
    prior = study_prior(cells, candidate.penalty, candidate.share)
    weights, _ = fit_codes(rotate(x, scale), cells, prior)
    return weights, prior, scale


def _some_codes(cells: Cells, *, seed: int) -> Cells:
    """Give the cells of all codes, or of 64 of those with labels: settings are the study's.

    Codes that somebody gave come first: from noes alone nothing can be told apart.
    """
    known = np.flatnonzero(cells.weight.any(axis=0))
    if len(known) <= _ENOUGH:
        return cells
    drawn = np.random.default_rng(seed).permutation(known)
    given = (cells.y * cells.weight).sum(axis=0)[drawn] > 0
    some = np.sort(np.concatenate([drawn[given], drawn[~given]])[:_ENOUGH])
    return Cells(cells.y[:, some], cells.weight[:, some], cells.definition[:, some])


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
    families: dict[Candidate, list[Candidate]] = {}
    for candidate in candidates:
        families.setdefault(replace(candidate, penalty=0.0), []).append(candidate)
    for rows in (rows for found in divided for rows in found):
        rest = np.setdiff1d(np.arange(len(x)), rows)
        inside = Cells(cells.y[rest], cells.weight[rest], cells.definition[rest])
        shift = _usual(cells) - _usual(inside)
        around = {like.share: study_prior(inside, 1.0, like.share) for like in families}
        for like, family in families.items():
            scale = _scale(x.shape[1], blocks, like)
            turned, start = rotate(x[rest], scale, dtype=np.float32), None
            for candidate in family:
                prior = replace(around[like.share], penalty=candidate.penalty)
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
    scale[blocks["manner"]] = candidate.manner
    return scale


def _judge(z: Floats, cells: Cells) -> tuple[Floats, float]:
    """Give each text's log loss by scores with definitions beside them, and these's share."""
    total = max(float(cells.weight.sum()), 1e-9)
    size = max(float(np.sqrt((cells.weight * z**2).sum() / total)), 1e-9)
    parts, firm = (z / size, cells.definition), (4.0, 4.0, 0.1)
    a, b, shift = fit_sum(parts, cells.y, cells.weight, start=(1.0, 1.0, 0.0), firm=firm)
    told = a / size * z + b * cells.definition + shift
    loss: Floats = (cells.weight * (np.logaddexp(0.0, told) - cells.y * told)).sum(axis=1)
    share = 1.0 if a <= 0 else min(max(b, 0.0) * size / a, 1.0)
    return loss, float(share)


def _judge_all(
    held: Mapping[Candidate, Floats], cells: Cells, groups: Sequence[Hashable], *, seed: int
) -> _Judged:
    losses, shares = zip(*(_judge(z, cells) for z in held.values()), strict=True)
    by_text = np.stack(losses, axis=1)
    total = max(float(cells.weight.sum()), 1e-9)
    likelihood = _likelihoods(by_text, groups, seed=seed)
    return _Judged(by_text.sum(axis=0) / total, np.array(shares), likelihood)


def _likelihoods(losses: Floats, groups: Sequence[Hashable], *, seed: int) -> Floats:
    """Give each candidate's likelihood, from (n, candidates) log losses: a mean over bootstraps."""
    from scipy.special import softmax

    rank = {group: at for at, group in enumerate(dict.fromkeys(groups))}
    by_group = np.zeros((len(rank), losses.shape[1]))
    np.add.at(by_group, [rank[group] for group in groups], losses)
    rng, even = np.random.default_rng(seed), np.ones(len(rank))
    drawn = np.stack([rng.dirichlet(even) @ by_group for _ in range(_BOOTSTRAPS)])
    likelihood: Floats = softmax(-len(rank) * drawn, axis=1).mean(axis=0)
    return likelihood


def _mean_candidate(candidates: Iterable[Candidate], judged: _Judged) -> Candidate:
    """Give the geometric mean of the candidates, each weighed by its likelihood."""
    settings = np.array([(c.penalty, c.words, c.shape, c.manner) for c in candidates])
    means = np.exp(judged.likelihood @ np.log(settings))
    penalty, words, shape, manner = (float(value) for value in means)
    share = float(np.exp(judged.likelihood @ np.log(judged.shares + 1e-3))) - 1e-3
    return Candidate(penalty, words, shape, max(share, 0.0), manner)
