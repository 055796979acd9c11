"""Set what was learned here beside the model that a study began with: one mix for all codes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["UNTRIED", "Mix", "fit_mix", "mixed_apart"]

Floats = NDArray[np.float64]

#: Where the mix begins and how firmly: all from the earlier model, worth about 16 labels.
_CENTRE, _FIRM = np.array([0.0, 1.0, 0.0]), 4.0
#: What is learned here counts for so much at least: every decision is heard, and none backwards.
_LEAST_OWN = 0.1
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


#: Where all labels are one participant's, so that nothing shows how both models do on others.
UNTRIED = Mix(0.5, 0.5, 0.0)


def fit_mix(own: Floats, earlier: Floats, y: Floats) -> Mix:
    """Fit the mix to probabilities that foretold `y`, all (n_segments, n_codes).

    `own` must be cross-fitted: each from a model that learned nothing of that participant.
    NaN in `y` or `own` is left out. The log loss with a Gaussian prior, by scipy's L-BFGS-B:
    what is learned here counts for 0.1 at least, the earlier model for nothing at least.
    """
    from scipy.optimize import minimize

    known = ~np.isnan(y) & ~np.isnan(own)
    x = np.stack([log_odds(own[known]), log_odds(earlier[known]), np.ones(known.sum())], axis=1)
    target = y[known]

    def loss(theta: Floats) -> tuple[float, Floats]:
        z, away = x @ theta, theta - _CENTRE
        value = (np.logaddexp(0.0, z) - target * z).sum() + 0.5 * _FIRM * (away @ away)
        gradient = x.T @ (1 / (1 + np.exp(-z)) - target) + _FIRM * away
        return float(value), gradient

    bounds = [(_LEAST_OWN, None), (0.0, None), (None, None)]
    start = np.maximum(_CENTRE, [_LEAST_OWN, 0.0, 0.0])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds)
    return Mix(*(float(value) for value in found.x))


def mixed_apart(
    own: Floats, earlier: Floats, y: Floats, fold: NDArray[np.intp]
) -> tuple[Floats, Mix]:
    """Mix what is left out by what the others show; give the mix that all show, too.

    Shapes as in `fit_mix`; `fold` (n_segments,) says which segments were left out together.
    """
    p = np.full(own.shape, np.nan)
    for number in np.unique(fold):
        left, rest = fold == number, fold != number
        p[left] = fit_mix(own[rest], earlier[rest], y[rest])(own[left], earlier[left])
    return p, fit_mix(own, earlier, y)


def log_odds(p: Floats) -> Floats:
    """Turn probabilities into log-odds, none beyond 9."""
    held = np.clip(p, 1e-12, 1 - 1e-12)
    z: Floats = np.clip(np.log(held) - np.log1p(-held), -_FARTHEST, _FARTHEST)
    return z
