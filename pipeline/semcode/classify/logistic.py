"""Logistic regression of many codes at once, with a Gaussian prior around what is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from semcode.classify.threads import may_rest

__all__ = [
    "Cells",
    "Prior",
    "Rotation",
    "Weights",
    "fit_codes",
    "fit_line",
    "fit_sum",
    "rotate",
    "sigmoid",
]

Floats = NDArray[np.float64]

_NEWTON, _CONJUGATE, _HALVINGS = 40, 40, 12


@dataclass(frozen=True, slots=True)
class Weights:
    """What was learned: score = x @ w + slope * definition + intercept, a column a code."""

    w: Floats  # (width, n_codes)
    slope: Floats  # (n_codes,)
    intercept: Floats  # (n_codes,)

    def scores(self, x: NDArray[np.float32], definition: Floats) -> Floats:
        """Give the log-odds, (n_texts, n_codes)."""
        scores: Floats = x @ self.w + definition * self.slope + self.intercept
        return scores


@dataclass(frozen=True, slots=True)
class Prior:
    """Where weights start and how firmly: precision of w, and of (intercept, slope)."""

    penalty: float
    slope: float = 1.0
    intercept: float = 0.0
    slope_precision: float = 4.0
    intercept_precision: float = 0.1


@dataclass(frozen=True, slots=True)
class Cells:
    """What is known: share of yes in [0, 1] and weight (0 where unknown), (n_texts, n_codes)."""

    y: Floats
    weight: Floats
    definition: Floats


@dataclass(frozen=True, slots=True)
class Rotation:
    """Features in the directions in which they vary, so that one scaling fits all codes."""

    rows: NDArray[np.floating]  # (n_texts, rank); float32 where that is exact enough
    basis: Floats  # (width, rank), block scales included
    spread: Floats  # (rank,)


def sigmoid(z: Floats) -> Floats:
    """Turn log-odds into probabilities."""
    p: Floats = 1.0 / (1.0 + np.exp(-np.clip(z, -35.0, 35.0)))
    return p


def rotate(
    x: NDArray[np.float32], scale: Floats, *, dtype: type[np.floating] = np.float64
) -> Rotation:
    """Rotate scaled features, (n, width) times (width,), onto their principal directions.

    With rows of float32 a fit takes half the time and is as exact as a loose tolerance asks.
    """
    scaled = x.astype(np.float64) * scale
    n, width = scaled.shape
    if n < width:
        spread, left = np.linalg.eigh(scaled @ scaled.T)
        keep = spread > 1e-10 * max(spread[-1], 1e-30)
        spread, left = spread[keep], left[:, keep]
        basis = scaled.T @ (left / np.sqrt(spread))
    else:
        spread, basis = np.linalg.eigh(scaled.T @ scaled)
        keep = spread > 1e-10 * max(spread[-1], 1e-30)
        spread, basis = spread[keep], basis[:, keep]
    rows = (scaled @ basis).astype(dtype, copy=False)
    return Rotation(rows, basis * scale[:, None], spread)


def fit_codes(
    turned: Rotation,
    cells: Cells,
    prior: Prior,
    *,
    start: Floats | None = None,
    tolerance: float = 1e-7,
) -> tuple[Weights, Floats]:
    """Fit all codes by Newton's method with conjugate gradients; also give the raw optimum.

    Minimises, for each code, the weighted log loss plus half the prior's precision times
    the squared distance from where it starts. `start` is an earlier raw optimum,
    (rank + 2, n_codes). The Newton step of all codes is solved together (one matrix
    product for all), preconditioned by the features' spread; a step that does not lower a
    code's loss is halved. Stops when no code can gain more than `tolerance` squared.
    """
    problem = _Problem(turned, cells, prior)
    u = np.zeros((len(turned.spread) + 2, cells.y.shape[1])) if start is None else start.copy()
    z = problem.scores(u)
    for _ in range(_NEWTON):
        may_rest()
        gradient, curvature = problem.gradient(u, z), problem.curvature(z)
        scaling = problem.preconditioner(curvature)
        if np.sqrt((gradient * scaling * gradient).sum(axis=0)).max(initial=0.0) < tolerance:
            break
        step = problem.solve(gradient, curvature, scaling)
        u, z = problem.descend(u, z, step)
    rank = len(turned.spread)
    weights = Weights(turned.basis @ u[:rank], u[rank] + prior.slope, u[rank + 1] + prior.intercept)
    return weights, u


class _Problem:
    """The loss of all codes; parameters are (rank + slope + intercept, n_codes)."""

    def __init__(self, turned: Rotation, cells: Cells, prior: Prior) -> None:
        self.rows, self.spread = turned.rows, turned.spread
        self.cells = cells
        self.rank = len(turned.spread)
        self.base = cells.definition * prior.slope + prior.intercept
        self.precision = np.full((self.rank + 2, 1), prior.penalty)
        self.precision[self.rank] = prior.slope_precision
        self.precision[self.rank + 1] = prior.intercept_precision

    def forward(self, u: Floats) -> Floats:
        out: Floats = self._product(self.rows, u[: self.rank])
        out += self.cells.definition * u[self.rank] + u[self.rank + 1]
        return out

    def backward(self, errors: Floats) -> Floats:
        slope = (self.cells.definition * errors).sum(axis=0)
        return np.vstack([self._product(self.rows.T, errors), slope, errors.sum(axis=0)])

    def _product(self, rows: NDArray[np.floating], by: Floats) -> Floats:
        return (rows @ by.astype(rows.dtype, copy=False)).astype(np.float64, copy=False)

    def scores(self, u: Floats) -> Floats:
        return self.base + self.forward(u)

    def loss(self, u: Floats, z: Floats) -> Floats:
        fit = (self.cells.weight * (np.logaddexp(0.0, z) - self.cells.y * z)).sum(axis=0)
        total: Floats = fit + 0.5 * (self.precision * u * u).sum(axis=0)
        return total

    def gradient(self, u: Floats, z: Floats) -> Floats:
        errors = self.cells.weight * (sigmoid(z) - self.cells.y)
        return self.backward(errors) + self.precision * u

    def curvature(self, z: Floats) -> Floats:
        p = sigmoid(z)
        return self.cells.weight * np.maximum(p * (1.0 - p), 1e-9)

    def preconditioner(self, curvature: Floats) -> Floats:
        mean = curvature.mean(axis=0)
        slope = (curvature * self.cells.definition**2).sum(axis=0)
        diagonal = np.vstack([self.spread[:, None] * mean, slope, curvature.sum(axis=0)])
        scaling: Floats = 1.0 / (diagonal + self.precision)
        return scaling

    def solve(self, gradient: Floats, curvature: Floats, scaling: Floats) -> Floats:
        """Solve Hessian @ step = -gradient for all codes by conjugate gradients."""
        step = np.zeros_like(gradient)
        rest = -gradient
        direction = scaling * rest
        energy = (rest * direction).sum(axis=0)
        goal = np.minimum(0.01, np.sqrt(energy)) * energy
        for _ in range(_CONJUGATE):
            bent = self.backward(curvature * self.forward(direction)) + self.precision * direction
            length = energy / np.maximum((direction * bent).sum(axis=0), 1e-300)
            step += length * direction
            rest -= length * bent
            scaled = scaling * rest
            left = (rest * scaled).sum(axis=0)
            if (left <= goal).all():
                break
            direction = scaled + left / np.maximum(energy, 1e-300) * direction
            energy = left
        return step

    def descend(self, u: Floats, z: Floats, step: Floats) -> tuple[Floats, Floats]:
        before, moved = self.loss(u, z), self.forward(step)
        length = np.ones(u.shape[1])
        for _ in range(_HALVINGS):
            worse = self.loss(u + length * step, z + length * moved) > before + 1e-12 * np.abs(
                before
            )
            if not worse.any():
                break
            length[worse] *= 0.5
        return u + length * step, z + length * moved


def fit_line(
    z: Floats,
    y: Floats,
    weight: Floats,
    *,
    start: tuple[float, float],
    firm: tuple[float, float],
) -> tuple[float, float]:
    """Fit p = sigmoid(a z + b) with a Gaussian prior at `start` of precision `firm`.

    All arrays are of one shape.
    """
    slope, shift = fit_sum((z,), y, weight, start=start, firm=firm)
    return float(slope), float(shift)


def fit_sum(
    parts: Sequence[Floats],
    y: Floats,
    weight: Floats,
    *,
    start: Sequence[float],
    firm: Sequence[float],
) -> Floats:
    """Fit p = sigmoid(sum of a_i part_i + b) with a Gaussian prior at `start`; gives (a..., b).

    All arrays are of one shape. Newton's method, each step halved until the loss falls.
    """
    known = weight.ravel() > 0
    columns = np.stack([*(part.ravel() for part in parts), np.ones(y.size)], axis=1)[known]
    truth, counts = y.ravel()[known], weight.ravel()[known]
    centre, precision = np.array(start, np.float64), np.array(firm, np.float64)

    def loss(theta: Floats) -> float:
        score, away = columns @ theta, theta - centre
        value = (counts * (np.logaddexp(0.0, score) - truth * score)).sum()
        return float(value + 0.5 * (precision * away * away).sum())

    theta = centre.copy()
    now = loss(theta)
    for _ in range(50):
        p = sigmoid(columns @ theta)
        bend = counts * np.maximum(p * (1.0 - p), 1e-9)
        gradient = columns.T @ (counts * (p - truth)) + precision * (theta - centre)
        hessian = (columns * bend[:, None]).T @ columns + np.diag(precision)
        step = np.linalg.solve(hessian, gradient)
        length = 1.0
        while length > 1e-6 and loss(theta - length * step) > now:
            length /= 2
        theta = theta - length * step
        now = loss(theta)
        if float(np.abs(length * step).max()) < 1e-8:
            break
    return theta
