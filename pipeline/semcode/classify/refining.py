"""Refit single codes after a decision: cached second-order steps to the same optimum."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semcode.classify.logistic import Floats, Prior, Weights, sigmoid

__all__ = ["Refiner"]

Array = NDArray[np.float32]

_STEPS = 12
_ROUNDING = 2e-7  # what float32 leaves of a step, for the root of the number of rows
_CLOSE = 1e-6  # what a step may still change a score by, in root mean square over the prior


class Refiner:
    """The labelled rows, the weights, and for each touched code an inverse Hessian.

    A new label adds its curvature to the inverse (Sherman and Morrison 1950) and Newton
    steps with it lead to the optimum: each costs a pass over the code's rows. Where they
    do not close in, the Hessian is computed anew. Rows are kept in float32, sums and
    weights in float64.
    """

    def __init__(self, width: int, codes: int, prior: Prior, scale: Floats) -> None:
        """Take the features' width and the scale of each, (width,), that were fitted with."""
        self.prior, self.scale = prior, scale
        self.theta = np.zeros((codes, width + 2))
        self.theta[:, width], self.theta[:, width + 1] = prior.slope, prior.intercept
        self._centre = self.theta[0].copy()
        self.precision = np.concatenate(
            [prior.penalty / scale**2, [prior.slope_precision, prior.intercept_precision]]
        )
        self._x = np.zeros((0, width + 2), np.float32)
        self._y = np.zeros((0, codes))
        self._weight = np.zeros((0, codes))
        self._definition = np.zeros((0, codes))
        self.size = 0
        self._inverse: dict[int, Array] = {}

    @property
    def rows(self) -> tuple[Array, Floats, Floats, Floats]:
        """Give features (n, width), labels, weights and definition scores (n, n_codes)."""
        n = self.size
        return self._x[:n, :-2], self._y[:n], self._weight[:n], self._definition[:n]

    def weights(self) -> Weights:
        """Give the weights of all codes."""
        return Weights(
            np.ascontiguousarray(self.theta[:, :-2].T),
            self.theta[:, -2].copy(),
            self.theta[:, -1].copy(),
        )

    def take(self, weights: Weights) -> None:
        """Start from fitted weights."""
        self.theta = np.column_stack([weights.w.T, weights.slope, weights.intercept])
        self._inverse.clear()

    def append(self, x: Array, y: Floats, weight: Floats, definition: Floats) -> slice:
        """Add rows; their labels count from the next refit of their codes."""
        first, last = self.size, self.size + len(x)
        if last > len(self._x):
            self._grow(max(last, 2 * len(self._x), 64))
        self._x[first:last, :-2] = x
        self._x[first:last, -1] = 1.0
        self._y[first:last], self._weight[first:last] = y, weight
        self._definition[first:last] = definition
        self.size = last
        return slice(first, last)

    def relabel(self, row: int, code: int, y: float, weight: float) -> None:
        """Replace what is known of one row and code."""
        self._y[row, code], self._weight[row, code] = y, weight

    def refit(self, code: int, *, changed: Sequence[int] | None = None) -> Floats:
        """Bring a code to its optimum and give the change of its weights, (width + 2,).

        `changed` are the rows whose label is new; None refits from the rows alone, without
        what was cached.
        """
        before = self.theta[code].copy()
        x, y, weight = self._of_code(code)
        if changed is None or code not in self._inverse:
            self._renew(code, x, weight)
        else:
            for row in changed:
                self._add_curvature(code, row)
        if not self._descend(code, x, y, weight):
            self._newton(code, x, y, weight)
        change: Floats = self.theta[code] - before
        return change

    def prepare(self, code: int) -> None:
        """Compute a code's inverse Hessian now, so that its first decision is fast."""
        if code not in self._inverse:
            x, _, weight = self._of_code(code)
            self._renew(code, x, weight)

    def _of_code(self, code: int) -> tuple[Array, Floats, Floats]:
        """Give the code's known rows with its own definition score in the last but one."""
        rows = np.flatnonzero(self._weight[: self.size, code])
        if 2 * len(rows) > self.size:
            x, chosen = self._x[: self.size], slice(0, self.size)
            x[:, -2] = self._definition[chosen, code]
            return x, self._y[chosen, code], self._weight[chosen, code]
        x = self._x[rows]
        x[:, -2] = self._definition[rows, code]
        return x, self._y[rows, code], self._weight[rows, code]

    def _scores(self, x: Array, theta: Floats) -> Floats:
        z: Floats = (x @ theta.astype(np.float32)).astype(np.float64)
        return z

    def _renew(self, code: int, x: Array, weight: Floats) -> None:
        p = sigmoid(self._scores(x, self.theta[code]))
        root = np.sqrt(weight * np.maximum(p * (1 - p), 1e-9)).astype(np.float32)
        bent = (x * root[:, None]).astype(np.float32)
        self._inverse[code] = np.asfortranarray(_inverse(bent, self.precision), dtype=np.float32)

    def _add_curvature(self, code: int, row: int) -> None:
        from scipy.linalg import blas

        x = self._x[row].copy()
        x[-2] = self._definition[row, code]
        z = float(self._scores(x[None], self.theta[code])[0])
        inverse = self._inverse[code]
        toward = inverse @ x
        y, weight, reach = self._y[row, code], self._weight[row, code], float(x @ toward)
        bend = _chord(z, float(y), float(weight), reach)
        share = -bend / (1.0 + bend * reach)
        self._inverse[code] = blas.sger(share, toward, toward, a=inverse, overwrite_a=1)

    def _descend(self, code: int, x: Array, y: Floats, weight: Floats) -> bool:
        """Step with the cached inverse until steps vanish; False where they do not."""
        theta, inverse = self.theta[code].copy(), self._inverse[code]
        last, noise = np.inf, max(_CLOSE, _ROUNDING * len(x) ** 0.5)
        for _ in range(_STEPS):
            gradient = self._gradient(x, y, weight, theta)
            step = (inverse @ gradient.astype(np.float32)).astype(np.float64)
            size = max(float(gradient @ step), 0.0) ** 0.5
            if size > 0.7 * last:  # rounding, or a Hessian of another place
                return self._settle(code, theta, close=last <= 3 * noise)
            theta -= step
            last = size
            if size < noise:
                return self._settle(code, theta, close=True)
        return self._settle(code, theta, close=False)

    def _settle(self, code: int, theta: Floats, *, close: bool) -> bool:
        if close:
            self.theta[code] = theta
        return close

    def _newton(self, code: int, x: Array, y: Floats, weight: Floats) -> None:
        """Take full Newton steps, each with its own Hessian, halved where the loss rises."""
        last = np.inf
        for _ in range(40):
            theta = self.theta[code]
            self._renew(code, x, weight)
            gradient = self._gradient(x, y, weight, theta)
            step = (self._inverse[code] @ gradient.astype(np.float32)).astype(np.float64)
            size = max(float(gradient @ step), 0.0) ** 0.5
            before, length = self._loss(x, y, weight, theta), 1.0
            most = before + 1e-6 * (1.0 + abs(before))  # what rounding may add
            while length > 1e-4 and self._loss(x, y, weight, theta - length * step) > most:
                length *= 0.5
            self.theta[code] = theta - length * step
            if size < _CLOSE or (size < 1e-3 and size > 0.5 * last):
                return
            last = size

    def _gradient(self, x: Array, y: Floats, weight: Floats, theta: Floats) -> Floats:
        errors = weight * (sigmoid(self._scores(x, theta)) - y)
        gradient = (errors.astype(np.float32) @ x).astype(np.float64)
        gradient += self.precision * (theta - self._centre)
        return gradient

    def _loss(self, x: Array, y: Floats, weight: Floats, theta: Floats) -> float:
        z = self._scores(x, theta)
        away = theta - self._centre
        fit = float((weight * (np.logaddexp(0.0, z) - y * z)).sum())
        return fit + 0.5 * float((self.precision * away * away).sum())

    def _grow(self, capacity: int) -> None:
        def wider(old: Any) -> Any:
            new = np.zeros((capacity, old.shape[1]), old.dtype)
            new[: self.size] = old[: self.size]
            return new

        self._x, self._y = wider(self._x), wider(self._y)
        self._weight, self._definition = wider(self._weight), wider(self._definition)


def _inverse(rows: Array, precision: Floats) -> Floats:
    """Invert rows' products with themselves, (width, width), plus a diagonal of precisions.

    Few rows are inverted in their own number (Woodbury 1950). NumPy's inverse lets other
    threads work meanwhile, which SciPy's does not.
    """
    if 2 * len(rows) > len(precision):
        hessian = (rows.T @ rows).astype(np.float64)
        hessian[np.diag_indices_from(hessian)] += precision
        return np.asarray(np.linalg.inv(hessian), np.float64)
    spread: Floats = rows / precision
    small = np.asarray(np.linalg.inv(spread @ rows.T + np.eye(len(rows))), np.float64)
    inverse: Floats = -((spread.T @ small) @ spread)
    inverse[np.diag_indices_from(inverse)] += 1.0 / precision
    return inverse


def _chord(z: float, y: float, weight: float, reach: float) -> float:
    """Give the mean curvature of a row's loss between its score and where its label takes it.

    That is where the step along the row ends, score - reach * weight * (p - y), found by
    bisection. The curvature at the score itself is nothing where a label contradicts what
    was sure, and the step with it far too long.
    """
    low, high = (z, z + reach * weight) if _probability(z) < y else (z - reach * weight, z)
    for _ in range(30):
        middle = (low + high) / 2
        if middle < z - reach * weight * (_probability(middle) - y):
            low = middle
        else:
            high = middle
    p, moved = _probability(z), (low + high) / 2 - z
    local = p * (1.0 - p)
    chord = (_probability(z + moved) - p) / moved if abs(moved) > 1e-6 else local
    return weight * max(chord, 1e-9)


def _probability(z: float) -> float:
    """Turn one log-odds into a probability."""
    return 1.0 / (1.0 + exp(-min(max(z, -35.0), 35.0)))
