"""The model beside each coder, and coders beside each other: disagreement is shown, not hidden."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from semcode.evaluate.data import Options
from semcode.evaluate.model_quality import Estimate, Judged, quality

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Disputed", "PairRow", "beside_coders", "disputed"]

MODEL = "the model"


@dataclass(frozen=True, slots=True)
class PairRow:
    """F1 between two who gave codes to the same segments (equal whichever is taken as true).

    `pooled` is over all decisions, `mean` over codes. `people` is False where one of the two
    is the model.
    """

    one: str
    other: str
    people: bool
    n: int
    pooled: Estimate
    mean: Estimate


@dataclass(frozen=True, slots=True)
class Disputed:
    """How often the model gives a code that all, some or none of two or more coders gave."""

    kind: str
    n: int
    given: int


def beside_coders(
    ratings: NDArray[np.int8],
    coders: Sequence[str],
    p: NDArray[np.float64],
    given: NDArray[np.bool_],
    clusters: Sequence[Hashable],
    *,
    options: Options,
) -> list[PairRow]:
    """Compare each two coders, and the model with each; ratings (units, codes, coders).

    1 the coder gave the code, 0 read the unit and did not, -1 did not read it.
    """
    rows = []
    for a, b in combinations(range(len(coders)), 2):
        one, other = ratings[:, :, a], ratings[:, :, b]
        both = np.asarray((one >= 0).all(axis=1) & (other >= 0).all(axis=1))
        if both.any():
            said = one[both] == 1
            row = _row(
                coders[a],
                coders[b],
                said.astype(float),
                said,
                other[both],
                options,
                [c for c, use in zip(clusters, both.tolist(), strict=True) if use],
                people=True,
            )
            rows.append(row)
    for a, coder in enumerate(coders):
        own = np.asarray((ratings[:, :, a] >= 0).all(axis=1))
        if own.any():
            row = _row(
                MODEL,
                coder,
                p[own],
                given[own],
                ratings[own, :, a],
                options,
                [c for c, use in zip(clusters, own.tolist(), strict=True) if use],
                people=False,
            )
            rows.append(row)
    return rows


def disputed(ratings: NDArray[np.int8], given: NDArray[np.bool_]) -> list[Disputed]:
    """Count the model's yes where all, some and none of at least two coders gave the code."""
    read = (ratings >= 0).sum(axis=2)
    yes = (ratings == 1).sum(axis=2)
    twice = read >= 2
    kinds = {
        "all coders gave it": twice & (yes == read),
        "some coders gave it, some did not": twice & (yes > 0) & (yes < read),
        "no coder gave it": twice & (yes == 0),
    }
    return [Disputed(kind, int(at.sum()), int((at & given).sum())) for kind, at in kinds.items()]


def _row(
    one: str,
    other: str,
    p: NDArray[np.float64],
    given: NDArray[np.bool_],
    truth: NDArray[np.int8],
    options: Options,
    clusters: Sequence[Hashable],
    *,
    people: bool,
) -> PairRow:
    judged = Judged(p, given, (truth == 1).astype(float), clusters)
    _, mean, pooled = quality(judged, [("", None)] * truth.shape[1], options=options)
    return PairRow(one, other, people, len(truth), pooled.values["f1"], mean.values["f1"])
