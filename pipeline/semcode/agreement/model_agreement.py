"""Compare how well the model agrees with people and people with each other."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from semcode.agreement.bootstrap import (
    check_codes,
    code_evaluator,
    code_tallies,
    compared_clusters,
    mean_of_defined,
)
from semcode.agreement.formulas import FORMULAS
from semcode.agreement.resampling import cluster_numbers, draw_bounds, drawn_clusters
from semcode.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ModelGap", "model_gap"]


@dataclass(frozen=True, slots=True)
class ModelGap:
    """One coefficient for each code, all arrays (codes,), NaN where undefined.

    `people` is the mean over pairs of people, `model` the mean over pairs of the model
    and one person, `gap` model less people with its interval `lower` to `upper`. The
    model keeps up with people where the interval is not wholly below 0; it is shown to
    be as good only within what the interval leaves open.
    """

    coefficient: str
    people: NDArray[np.float64]
    model: NDArray[np.float64]
    gap: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    undefined_share: NDArray[np.float64]
    n_clusters: int
    level: float


def model_gap(
    ratings: NDArray[np.int8],
    clusters: Sequence[Hashable],
    *,
    model: int,
    coefficient: str = "krippendorff_alpha",
    resamples: int = 2_000,
    level: float = 0.95,
    seed: int = 0,
) -> ModelGap:
    """Compare model-human with human-human agreement over the same interviews, code by code.

    `ratings` is codes x units x coders (1, 0, -1 unread) of blind coding, `model` the
    model's column. Both means are taken over pairs of coders, so that they count chance
    alike; every resample of interviews gives both, so that the interval is that of their
    difference. Raises InputError with fewer than two people, other ratings, or no such column.
    """
    check_codes(ratings)
    columns = range(ratings.shape[2])
    if model not in columns:
        raise InputError(
            f"there is no coder {model} among {len(columns)}.",
            where="model",
            remedy="Give the model's column, counted from 0.",
        )
    people = [coder for coder in columns if coder != model]
    if len(people) < 2:
        raise InputError(
            "there are fewer than two people.",
            where="coders",
            remedy="Have a second person code some of the same units blind.",
        )
    if coefficient not in FORMULAS:
        raise InputError(
            f"there is no interval for {coefficient!r}.",
            where="coefficient",
            remedy=f"Choose from {', '.join(sorted(FORMULAS))}.",
        )
    numbers, n_groups = cluster_numbers(clusters, ratings.shape[1])
    compared = compared_clusters(code_tallies(ratings, numbers, n_groups))
    drawn = drawn_clusters(compared, resamples, seed=seed)
    n_clusters = int(compared.sum())
    everyone = [(model, person) for person in people]
    pairs = list(combinations(people, 2))
    among = _mean(pairs, coefficient, ratings, numbers, n_groups)
    with_model = _mean(everyone, coefficient, ratings, numbers, n_groups)
    once = np.ones((1, n_groups))
    human, machine = among(once)[0], with_model(once)[0]
    gap = machine - human
    lower, upper, missing = draw_bounds(
        with_model(drawn) - among(drawn), n_clusters=n_clusters, level=level, method="expanded"
    )
    blank = np.isnan(gap) | (n_clusters < 2)
    return ModelGap(
        coefficient,
        human,
        machine,
        gap,
        np.where(blank, np.nan, lower),
        np.where(blank, np.nan, upper),
        missing,
        n_clusters,
        level,
    )


def _mean(
    pairs: list[tuple[int, int]],
    coefficient: str,
    ratings: NDArray[np.int8],
    clusters: NDArray[np.int64],
    n_clusters: int,
) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """Give the function from weights to the mean over the pairs of coders that have a value."""
    own = []
    for pair in pairs:
        two = ratings[:, :, list(pair)]
        sums = code_tallies(two, clusters, n_clusters)
        own.append(code_evaluator(coefficient, two, clusters, sums))
    return lambda weights: mean_of_defined(np.stack([one(weights)[0] for one in own]))
