"""Where coders differ: which codes are confused, which units are disputed, what to mend first."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from semcode.agreement.ratings import Category, rating_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "CodeDispute",
    "ConfusedPair",
    "code_disputes",
    "confused_categories",
    "confused_codes",
    "disputed_units",
]


@dataclass(frozen=True, slots=True)
class ConfusedPair:
    """Two codes (indices or categories) that coders put in each other's place.

    `count` is the number of times (units x pairs of coders), `share` its share of all
    confusions; `forward` are those in which the earlier coder chose the first code.
    """

    one: Category
    two: Category
    count: float
    share: float
    forward: float


@dataclass(frozen=True, slots=True)
class CodeDispute:
    """How much one code adds to all disagreement, and what kind of disagreement it is.

    `disagreements` counts units x pairs of coders in which one gave the code and the
    other read the unit without giving it; `share` is its share over all codes. `confused`
    is the part in which the other coder gave a code of his own instead (with `confused_with`
    most often, None where there is none), `omitted` the part in which he gave no code.
    `leaning` is between 0 (both directions equally) and 1 (always the same coder gives it).
    """

    code: int
    disagreements: int
    share: float
    confused: float
    omitted: float
    confused_with: int | None
    leaning: float


def confused_categories(table: object, *, counts: object = None) -> tuple[ConfusedPair, ...]:
    """List pairs of categories of a units x coders table that coders confused, worst first."""
    ratings = rating_table(table, counts=counts)
    indices, q = ratings.indices, len(ratings.categories)
    count = np.ones(len(indices)) if ratings.counts is None else ratings.counts
    matrix = np.zeros(q * q)
    for one, two in combinations(range(ratings.n_coders), 2):
        rows = np.flatnonzero((indices[:, one] >= 0) & (indices[:, two] >= 0))
        cell = indices[rows, one] * q + indices[rows, two]
        matrix += np.bincount(cell, weights=count[rows], minlength=q * q)
    return _pairs(matrix.reshape(q, q), ratings.categories)


def confused_codes(ratings: NDArray[np.int8]) -> tuple[ConfusedPair, ...]:
    """List pairs of codes that coders confused, worst first, where units can have many codes.

    `ratings` is codes x units x coders (1, 0, -1 unread). A confusion is a unit in which
    one coder gave the first code and not the second and another coder the reverse. The
    pair names codes by index.
    """
    matrix = np.zeros((len(ratings), len(ratings)))
    for one, two in combinations(range(ratings.shape[2]), 2):
        first, second = _one_sided(ratings, one, two)
        matrix += first @ second.T
    return _pairs(matrix, tuple(range(len(ratings))))


def disputed_units(ratings: NDArray[np.int8]) -> tuple[tuple[int, int], ...]:
    """List units with disagreement as (unit, number of disagreements), worst first.

    `ratings` is codes x units x coders; a disagreement is a code that one coder gave and
    another, who read the unit, did not.
    """
    totals = np.zeros(ratings.shape[1], dtype=np.int64)
    for one, two in combinations(range(ratings.shape[2]), 2):
        first, second = _one_sided(ratings, one, two)
        totals += (first.sum(axis=0) + second.sum(axis=0)).astype(np.int64)
    order = np.argsort(-totals, kind="stable")
    return tuple((int(unit), int(totals[unit])) for unit in order if totals[unit])


def code_disputes(ratings: NDArray[np.int8]) -> tuple[CodeDispute, ...]:
    """Rank codes by how many disagreements they cause: the first is the one to mend first.

    `ratings` is codes x units x coders (1, 0, -1 unread). Codes without disagreement are
    left out. A code that is mostly confused needs a boundary to the other code, one that
    is mostly omitted needs a wider include rule or a reminder, one that leans needs both
    coders to talk.
    """
    n_codes = len(ratings)
    either = np.zeros((n_codes, 2))
    swapped = np.zeros(n_codes)
    with_other = np.zeros((n_codes, n_codes))
    for one, two in combinations(range(ratings.shape[2]), 2):
        first, second = _one_sided(ratings, one, two)
        either += np.stack([first.sum(axis=1), second.sum(axis=1)], axis=1)
        matrix = first @ second.T
        with_other += matrix + matrix.T
        swapped += first @ (second.sum(axis=0) > 0) + second @ (first.sum(axis=0) > 0)
    totals = either.sum(axis=1)
    everything = max(float(totals.sum()), 1.0)
    found = []
    for code in np.argsort(-totals, kind="stable").tolist():
        if not totals[code]:
            continue
        part = float(swapped[code] / totals[code])
        other = int(with_other[code].argmax()) if with_other[code].any() else None
        lean = float(abs(either[code, 0] - either[code, 1]) / totals[code])
        found.append(
            CodeDispute(
                code,
                int(totals[code]),
                float(totals[code]) / everything,
                part,
                1 - part,
                other,
                lean,
            )
        )
    return tuple(found)


def _one_sided(
    ratings: NDArray[np.int8], one: int, two: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Give what only the first and only the second coder gave (codes x units)."""
    first = (ratings[:, :, one] == 1) & (ratings[:, :, two] == 0)
    second = (ratings[:, :, one] == 0) & (ratings[:, :, two] == 1)
    return first.astype(np.float32), second.astype(np.float32)


def _pairs(matrix: NDArray[np.float64], names: tuple[Category, ...]) -> tuple[ConfusedPair, ...]:
    both = np.triu(matrix + matrix.T, 1)
    total = float(both.sum())
    order = np.argsort(-both, axis=None, kind="stable")
    pairs = []
    for place in order.tolist():
        one, two = divmod(place, len(names))
        if both[one, two] <= 0:
            break
        count = float(both[one, two])
        pairs.append(
            ConfusedPair(names[one], names[two], count, count / total, float(matrix[one, two]))
        )
    return tuple(pairs)
