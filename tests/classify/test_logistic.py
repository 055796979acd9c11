"""The fit of many codes against scikit-learn's and scipy's of one."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from semcode.classify.logistic import Cells, Prior, fit_codes, fit_line, rotate, sigmoid


def data(n: int, width: int) -> tuple[np.ndarray, Cells]:
    rng = np.random.default_rng(n)
    x = rng.normal(size=(n, width)).astype(np.float32) / np.sqrt(width)
    y = (rng.random((n, 3)) < sigmoid(4 * x[:, :3] - [0.0, 0.5, 1.0])).astype(float)
    return x, Cells(y, np.ones_like(y), np.zeros_like(y))


def test_equals_scikit_learn():
    for n in (30, 400):  # fewer and more texts than features
        x, cells = data(n, 60)
        prior = Prior(2.0, slope=0.0, intercept_precision=1e-9)
        weights, _ = fit_codes(rotate(x, np.ones(60)), cells, prior, tolerance=1e-9)
        for code in range(3):
            peer = LogisticRegression(C=0.5, tol=1e-10, max_iter=5000).fit(x, cells.y[:, code])
            assert np.abs(weights.w[:, code] - peer.coef_[0]).max() < 1e-4
            assert abs(weights.intercept[code] - peer.intercept_[0]) < 1e-3


def test_unknown_cells_count_for_nothing():
    x, cells = data(120, 20)
    prior = Prior(1.0, slope=0.0)
    known = np.arange(120) < 70
    masked = Cells(cells.y, np.repeat(known[:, None], 3, axis=1).astype(float), cells.definition)
    part = Cells(cells.y[known], np.ones((70, 3)), np.zeros((70, 3)))
    one, _ = fit_codes(rotate(x, np.ones(20)), masked, prior, tolerance=1e-9)
    two, _ = fit_codes(rotate(x[known], np.ones(20)), part, prior, tolerance=1e-9)
    assert np.abs(one.w - two.w).max() < 1e-6


def test_a_firm_prior_keeps_what_the_definition_says():
    x, cells = data(50, 10)
    said = np.random.default_rng(1).normal(size=(50, 3))
    cells = Cells(cells.y, cells.weight, said)
    prior = Prior(1e6, slope=1.5, intercept=-0.5, slope_precision=1e6, intercept_precision=1e6)
    weights, _ = fit_codes(rotate(x, np.ones(10)), cells, prior)
    assert np.abs(weights.scores(x, said) - (1.5 * said - 0.5)).max() < 1e-2


def test_line_equals_scipy():
    rng = np.random.default_rng(0)
    z = rng.normal(size=200) * 3
    y = (rng.random(200) < sigmoid(0.6 * z - 1)).astype(float)
    weight = rng.random(200)

    def loss(t: np.ndarray) -> float:
        score = t[0] * z + t[1]
        fit = (weight * (np.logaddexp(0, score) - y * score)).sum()
        return float(fit + (t[0] - 1) ** 2 + 0.5 * t[1] ** 2)

    found = fit_line(z, y, weight, start=(1.0, 0.0), firm=(2.0, 1.0))
    assert np.allclose(found, minimize(loss, [1.0, 0.0]).x, atol=1e-4)


def test_line_does_not_run_away():
    """Scores far from the data, where a bare Newton step overshoots."""
    z = np.full(400, -9.0)
    slope, shift = fit_line(z, np.ones(400), np.ones(400), start=(1.0, 0.0), firm=(40.0, 1.0))
    assert sigmoid(np.array([slope * -9 + shift]))[0] > 0.95
