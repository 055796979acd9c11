"""How well a model foretells participants it never saw: average precision and calibration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from semcode.classify import CodeClassifier
    from semcode.study.learning.labels import Labels

__all__ = ["Bin", "CodeQuality", "CrossFit", "Quality", "cross_fit", "folds", "measure"]

Floats = NDArray[np.float64]

_FOLDS = 5
_BINS = 10
_SUREST = 0.8
_FEWEST = 3  # passages with a code below which its average precision says nothing


@dataclass(frozen=True)
class CrossFit:
    """Probabilities of each segment from a model that learned nothing of its participant.

    `p` are the trained model's, `cold` the scores from the definitions alone, both
    (n_segments, n_codes); `fold` says with whom a segment was left out, -1 without labels.
    """

    p: Floats
    cold: Floats
    fold: NDArray[np.intp]

    @property
    def folds(self) -> int:
        """Count the times that something was left out."""
        return int(self.fold.max()) + 1


@dataclass(frozen=True, slots=True)
class Bin:
    """Of `n` (passage, code) pairs with a stated probability, how many had the code."""

    low: float
    high: float
    n: int
    stated: float
    observed: float


@dataclass(frozen=True, slots=True)
class CodeQuality:
    """Average precision of one code on left-out participants, learned and from definitions.

    Passages are ranked among those that were left out together, and the folds' values
    weighed by how many have the code: probabilities of models that learned from different
    participants are not on one scale. `usual` is the share of passages with the code: what
    a random order reaches.
    """

    code: str
    n_given: int
    usual: float
    average_precision: float
    by_definition: float


@dataclass(frozen=True, slots=True)
class Quality:
    """What cross-fitting found; means are over the codes that are given often enough.

    `ece` is the expected calibration error over all pairs, `ece_shown` over those whose
    probability is at or above the floor of what is suggested (None where there are none).
    """

    participants: int
    folds: int
    segments: int
    codes: tuple[CodeQuality, ...]
    mean_average_precision: float | None
    mean_by_definition: float | None
    ece: float
    ece_shown: float | None
    bins: tuple[Bin, ...]

    @property
    def surest(self) -> dict[str, float]:
        """Count the errors among pairs with a probability of .8 or more, foretold and seen."""
        top = [b for b in self.bins if b.low >= _SUREST]
        return {
            "foretold": sum(b.n * (1 - b.stated) for b in top),
            "seen": sum(b.n * (1 - b.observed) for b in top),
        }


def folds(groups: Sequence[str], most: int = _FOLDS) -> list[NDArray[np.intp]]:
    """Divide segments into folds of whole participants, of about equal size; one: none."""
    sizes: dict[str, list[int]] = {}
    for row, group in enumerate(groups):
        sizes.setdefault(group, []).append(row)
    ordered = sorted(sizes.values(), key=lambda rows: (-len(rows), rows[0]))
    bins: list[list[int]] = [[] for _ in range(min(most, len(ordered)))]
    for rows in ordered:
        min(bins, key=len).extend(rows)
    return [np.array(sorted(rows), dtype=np.intp) for rows in bins] if len(bins) > 1 else []


def cross_fit(
    labels: Labels,
    make: Callable[[], CodeClassifier],
    *,
    teach: Floats | None = None,
    most: int = _FOLDS,
    advance: Callable[[int], None] = lambda _done: None,
) -> CrossFit | None:
    """Fit without each participant in turn and foretell what was left out.

    None where all labels are one participant's. `make` gives an unfitted model, `teach`
    what it is to learn from (None: the labels); `advance` is told of each fold.
    """
    known = np.flatnonzero(labels.known)
    divided = folds([labels.groups[int(row)] for row in known], most)
    if not divided:
        return None
    lessons = replace(labels, y=labels.y if teach is None else teach)
    groups = np.array(labels.groups, dtype=object)
    p = np.full(labels.y.shape, np.nan)
    cold = np.full(labels.y.shape, np.nan)
    fold = np.full(len(labels.y), -1, np.intp)
    for number, rows in enumerate(divided):
        left = known[rows]
        fold[left] = number
        rest = np.flatnonzero(lessons.known & ~np.isin(groups, groups[left]))
        inside = lessons.take(rest)
        model = make().fit(inside.texts, inside.y, inside.groups)
        encoded = model.encode([labels.texts[int(row)] for row in left])
        p[left], cold[left] = model.proba_encoded(encoded), encoded.cold
        advance(1)
    return CrossFit(p, cold, fold)


def measure(labels: Labels, found: CrossFit, *, floor: float) -> Quality:
    """Say how good cross-fitted probabilities are. A tie between coders counts as given."""
    known = ~np.isnan(labels.y) & ~np.isnan(found.p)
    codes = []
    for column, code in enumerate(labels.codebook.codes):
        rows = known[:, column]
        given = labels.y[rows, column] >= 0.5
        if _FEWEST <= int(given.sum()) < int(rows.sum()):
            codes.append(
                CodeQuality(
                    code=code.guid,
                    n_given=int(given.sum()),
                    usual=float(given.mean()),
                    average_precision=_precision(given, found.p[rows, column], found.fold[rows]),
                    by_definition=_precision(given, found.cold[rows, column], found.fold[rows]),
                )
            )
    p, y = found.p[known], labels.y[known]
    shown = p >= floor
    return Quality(
        participants=len({labels.groups[int(r)] for r in np.flatnonzero(labels.known)}),
        folds=found.folds,
        segments=int(labels.known.sum()),
        codes=tuple(codes),
        mean_average_precision=_mean([c.average_precision for c in codes]),
        mean_by_definition=_mean([c.by_definition for c in codes]),
        ece=_error(p, y),
        ece_shown=_error(p[shown], y[shown]) if shown.any() else None,
        bins=tuple(_bins(p, y)),
    )


def _precision(given: NDArray[np.bool_], p: Floats, fold: NDArray[np.intp]) -> float:
    """Give the average precision within each fold, weighed by how many have the code."""
    from sklearn.metrics import average_precision_score

    inside = [fold == number for number in np.unique(fold[given])]
    values = [float(average_precision_score(given[rows], p[rows])) for rows in inside]
    return float(np.average(values, weights=[int(given[rows].sum()) for rows in inside]))


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if values else None


def _bins(p: Floats, y: Floats) -> list[Bin]:
    place = np.minimum((p * _BINS).astype(int), _BINS - 1)
    return [
        Bin(
            low=number / _BINS,
            high=(number + 1) / _BINS,
            n=int((place == number).sum()),
            stated=float(p[place == number].mean()),
            observed=float(y[place == number].mean()),
        )
        for number in range(_BINS)
        if (place == number).any()
    ]


def _error(p: Floats, y: Floats) -> float:
    """Give the mean distance of stated and observed share over ten bins of equal width."""
    return sum(b.n * abs(b.stated - b.observed) for b in _bins(p, y)) / max(len(p), 1)
