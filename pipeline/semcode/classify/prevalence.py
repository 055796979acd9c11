"""How common the codes are among the texts that nobody has read."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["shares_among"]

Floats = NDArray[np.float64]

_RANDOM = 30.0  # what the labelled texts' own shares are worth, in texts drawn at random
_FEWEST = 2.0  # labels of a code that show how its texts differ among themselves
_NOISE = 1e-4  # variance that probabilities have beside what their sample shows


def shares_among(unread: Floats, held_out: Floats, y: Floats, labelled: Floats) -> Floats:
    """Estimate the shares of codes, of which exactly one applies, among unread texts.

    People read what was chosen for them, so that a rare code is commoner among the labelled
    texts than in the study. `unread` (n, k) and `held_out` (m, k) are probabilities, `y`
    (m, k) the labels, `labelled` (k,) their shares. The mean probability of unread texts is
    a mixture of the means under each code (Lipton, Wang and Smola 2018), which the held-out
    texts give, with an error; what this leaves open is filled by `labelled`, at the worth
    of 30 texts drawn at random. Few labels so move little; where a code has less than two,
    `labelled` is given back.
    """
    from scipy.optimize import minimize

    size, last = len(labelled), len(labelled) - 1
    counts = y.sum(axis=0)
    if (counts < _FEWEST).any():
        return labelled
    means = (y.T @ held_out) / counts[:, None]
    spreads = np.stack([_spread(held_out, y[:, j], means[j]) for j in range(size)])
    seen = unread.mean(axis=0)
    usual = np.linalg.inv((np.diag(labelled) - np.outer(labelled, labelled))[:last, :last])

    def shares(theta: Floats) -> Floats:
        raised = np.exp(np.append(theta, 0.0) - max(float(theta.max()), 0.0))
        part: Floats = raised / raised.sum()
        return part

    def loss(theta: Floats) -> float:
        part = shares(theta)
        error = np.einsum("j,jab->ab", part**2 / counts, spreads)[:last, :last]
        miss, away = (part @ means - seen)[:last], (part - labelled)[:last]
        fit = miss @ np.linalg.solve(error, miss) + np.linalg.slogdet(error)[1]
        return float(0.5 * (fit + _RANDOM * away @ usual @ away))

    start = np.log(labelled[:last] / labelled[last])
    return shares(minimize(loss, start, method="L-BFGS-B").x)


def _spread(p: Floats, weight: Floats, mean: Floats) -> Floats:
    """Give the weighted covariance of probabilities, (k, k)."""
    away = p - mean
    spread: Floats = (away * weight[:, None]).T @ away / max(float(weight.sum()) - 1.0, 1.0)
    return spread + _NOISE * np.eye(len(mean))
