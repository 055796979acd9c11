"""Set what was learned here beside the model that a study began with: one mix for all codes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Mix", "fit_mix"]

Floats = NDArray[np.float64]

#: Where the mix begins and how firmly: all from the earlier model, worth about 16 labels.
_CENTRE, _FIRM = np.array([0.0, 1.0, 0.0]), 4.0
_FARTHEST = 9.0


@dataclass(frozen=True, slots=True)
class Mix:
    """Log-odds = own x (learned here) + earlier x (of the model begun with) + shift."""

    own: float
    earlier: float
    shift: float

    def __call__(self, own: Floats, earlier: Floats) -> Floats:
        """Mix two probabilities of the same shape."""
        z = self.own * log_odds(own) + self.earlier * log_odds(earlier) + self.shift
        p: Floats = 1 / (1 + np.exp(-z))
        return p


def fit_mix(own: Floats, earlier: Floats, y: Floats) -> Mix:
    """Fit the mix to probabilities that foretold `y`, all (n_segments, n_codes).

    `own` must be cross-fitted: each from a model that learned nothing of that participant.
    NaN in `y` or `own` is left out. Newton's method on the log loss with a Gaussian prior.
    """
    known = ~np.isnan(y) & ~np.isnan(own)
    x = np.stack([log_odds(own[known]), log_odds(earlier[known]), np.ones(known.sum())], axis=1)
    theta, target = _CENTRE.copy(), y[known]
    for _ in range(50):
        p = 1 / (1 + np.exp(-(x @ theta)))
        gradient = x.T @ (p - target) + _FIRM * (theta - _CENTRE)
        hessian = (x * (p * (1 - p))[:, None]).T @ x + _FIRM * np.eye(3)
        step = np.linalg.solve(hessian, gradient)
        theta -= step * min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-12))
        if float(np.abs(step).max()) < 1e-8:
            break
    return Mix(*(float(value) for value in theta))


def log_odds(p: Floats) -> Floats:
    """Turn probabilities into log-odds, none beyond 9."""
    held = np.clip(p, 1e-12, 1 - 1e-12)
    z: Floats = np.clip(np.log(held) - np.log1p(-held), -_FARTHEST, _FARTHEST)
    return z
