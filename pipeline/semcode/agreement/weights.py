"""Weights: how much credit a pair of different categories gets, and Krippendorff's distances."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from semcode.agreement.ratings import RatingTable
from semcode.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["WEIGHTS", "Weighting", "ordinal_distances", "weighting", "weights_matrix"]

ALIASES = {"nominal": "identity", "unweighted": "identity", "interval": "quadratic"}
MOST_CATEGORIES = 3_000  # a square matrix of more would not fit an ordinary laptop


@dataclass(frozen=True, slots=True)
class Weighting:
    """Weights in use: `matrix` is None for identity, so that thousands of categories fit.

    `total` is the sum of all weights. `by_rank` says that Krippendorff's ordinal
    distances apply, which depend on how often each category was used.
    """

    name: str
    matrix: NDArray[np.float64] | None
    total: float
    by_rank: bool = False


def weights_matrix(name: str, values: Sequence[float]) -> NDArray[np.float64]:
    """Give Gwet's agreement weights (1 on the diagonal, symmetric) for ordered values.

    One of `WEIGHTS` (Gwet 2014, Handbook of Inter-Rater Reliability, 4th ed., chapter 3;
    the same numbers as irrCAC prints). `values` are the categories' numbers.
    """
    x = np.asarray(values, dtype=np.float64)
    if len(x) == 1:
        return np.ones((1, 1))
    distances = _DISTANCES[ALIASES.get(name, name)](x)
    largest = distances.max()
    return 1.0 - distances / largest if largest else np.ones_like(distances)


def weighting(weights: object, table: RatingTable, *, ordinal_by_rank: bool = False) -> Weighting:
    """Resolve a name of `WEIGHTS` or a square matrix for the categories of a table.

    `ordinal_by_rank` takes "ordinal" as Krippendorff's metric. Raises InputError for an
    unknown name, words without a stated order, or a matrix that does not fit.
    """
    q = len(table.categories)
    if not isinstance(weights, str):
        matrix = _checked(weights, q)
        return Weighting("custom", matrix, float(matrix.sum()))
    name = ALIASES.get(weights, weights)
    if name not in WEIGHTS:
        raise InputError(
            f"there are no weights called {weights!r}.",
            where="weights",
            remedy=f"Choose one of {', '.join(WEIGHTS)}.",
        )
    if name == "identity":
        return Weighting(weights, None, float(q))
    values = _values(table, name)
    if ordinal_by_rank and name == "ordinal":
        return Weighting(weights, None, float("nan"), by_rank=True)
    matrix = weights_matrix(name, values)
    return Weighting(weights, matrix, float(matrix.sum()))


def ordinal_distances(pool: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give Krippendorff's ordinal distances for category counts of shape (..., q).

    The distance of c and k is the square of the counts from c to k less half of both
    ends (Krippendorff 2011, Computing Krippendorff's Alpha-Reliability, section E).
    """
    middle = np.cumsum(pool, axis=-1) - pool / 2
    difference: NDArray[np.float64] = middle[..., :, None] - middle[..., None, :]
    return difference**2


def _values(table: RatingTable, name: str) -> list[float]:
    categories = table.categories
    if len(categories) > MOST_CATEGORIES:
        raise InputError(
            f"{len(categories)} different ratings are too many for {name} weights.",
            where="weights",
            remedy="Group the ratings into fewer categories, or use identity weights.",
        )
    if any(isinstance(category, str) for category in categories):
        if not table.named:
            raise InputError(
                f"{name} weights need an order, and words have none of their own.",
                where="weights",
                remedy="Name them in order, lowest first (--categories low,middle,high), or write "
                "them 1, 2, 3.",
            )
        return [float(rank) for rank in range(1, len(categories) + 1)]
    values = [float(category) for category in categories]
    if name == "ratio" and min(values) < 0:
        raise InputError(
            "ratio weights need ratings of at least 0.",
            where="weights",
            remedy="Use the level interval (quadratic weights).",
        )
    return values


def _checked(weights: Any, q: int) -> NDArray[np.float64]:
    matrix = np.asarray(weights, dtype=np.float64)
    if matrix.shape != (q, q):
        raise InputError(
            f"the weights are {matrix.shape} for {q} categories.",
            where="weights",
            remedy="Give one row and one column for each category, in the categories' order.",
        )
    fits = np.isfinite(matrix).all() and np.allclose(matrix, matrix.T)
    if not (fits and np.allclose(np.diag(matrix), 1.0)):
        raise InputError(
            "the weights are not a symmetric matrix with 1 on the diagonal.",
            where="weights",
            remedy="Give 1 for full agreement and the same weight in both directions.",
        )
    return matrix


def _spread(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.abs(x[:, None] - x[None, :])


def _ranks(x: NDArray[np.float64]) -> NDArray[np.float64]:
    between = _spread(np.argsort(np.argsort(x)).astype(np.float64))
    return (between + 1) * between / 2


def _ratio(x: NDArray[np.float64]) -> NDArray[np.float64]:
    total = x[:, None] + x[None, :]
    return (_spread(x) / np.where(total == 0, 1.0, total)) ** 2


def _circular(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.sin(np.pi * _spread(x) / (x.max() - x.min() + 1)) ** 2)


def _bipolar(x: NDArray[np.float64]) -> NDArray[np.float64]:
    total = x[:, None] + x[None, :]
    below = (total - 2 * x.min()) * (2 * x.max() - total)
    return _spread(x) ** 2 / np.where(below == 0, 1.0, below)


_DISTANCES: dict[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {
    "bipolar": _bipolar,
    "circular": _circular,
    "identity": lambda x: (_spread(x) > 0).astype(np.float64),
    "linear": _spread,
    "ordinal": _ranks,
    "quadratic": lambda x: _spread(x) ** 2,
    "radical": lambda x: np.sqrt(_spread(x)),
    "ratio": _ratio,
}
WEIGHTS = tuple(sorted([*_DISTANCES, *ALIASES]))
