"""Calibration, cut-offs and the measure of both."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from semcode.classify.calibration import (
    Cutoffs,
    answers_from,
    calibrate,
    cutoffs,
    expected_calibration_error,
)
from semcode.classify.logistic import sigmoid


def test_error_by_hand():
    p, y = np.array([0.05, 0.05, 0.95, 0.95]), np.array([0.0, 1.0, 1.0, 1.0])
    assert expected_calibration_error(p, y) == pytest.approx((2 * 0.45 + 2 * 0.05) / 4)
    assert expected_calibration_error(p, y, weight=np.array([1, 0, 1, 1.0])) == pytest.approx(0.05)


def test_overconfidence_is_taken_back():
    rng = np.random.default_rng(0)
    z = rng.normal(size=(3000, 2))
    y = (rng.random(z.shape) < sigmoid(z)).astype(float)
    map_ = calibrate(3 * z + 1, y, np.ones_like(y))
    assert np.allclose(map_.slope, 1 / 3, atol=0.05)
    assert expected_calibration_error(map_(3 * z + 1), y) < 0.02
    assert expected_calibration_error(sigmoid(3 * z + 1), y) > 0.1


def test_a_code_without_labels_takes_the_map_of_all():
    rng = np.random.default_rng(0)
    z = rng.normal(size=(500, 2))
    y = (rng.random(z.shape) < sigmoid(z)).astype(float)
    weight = np.array([[1.0, 0.0]]) * np.ones_like(y)
    map_ = calibrate(2 * z, y, weight)
    assert map_.slope[1] == pytest.approx(0.5, abs=0.1)


def test_threshold_is_the_best_of_all():
    rng = np.random.default_rng(0)
    p = rng.beta(0.4, 2.0, size=(200, 1))
    chosen = cutoffs(p, rivals=np.zeros(0, np.intp)).threshold[0]

    def expected(threshold: float) -> float:
        given = p >= threshold
        return 2 * p[given].sum() / (given.sum() + p.sum())

    assert expected(chosen) >= max(expected(t) for t in np.linspace(0.05, 0.5, 91)) - 2e-3


def test_rivals_gain_mean_f1():
    p = np.random.default_rng(0).dirichlet([3.0, 1.0, 0.5], size=9)
    cut = cutoffs(p, rivals=np.arange(3), doubt=0.0)

    def value(given: np.ndarray) -> float:
        chosen = np.eye(3)[given]
        return float((2 * (p * chosen).sum(axis=0) / (p.sum(axis=0) + chosen.sum(axis=0))).mean())

    told = ((p - cut.threshold) * cut.scale).argmax(axis=1)
    best = max(value(np.array(given)) for given in product(range(3), repeat=9))
    assert value(p.argmax(axis=1)) <= value(told) <= best
    assert value(told) > 0.97 * best


def test_of_rivals_one_is_given_and_no_child_without_its_parent():
    p = np.array([[0.6, 0.5, 0.4], [0.2, 0.15, 0.7]])
    cut = Cutoffs(np.array([0.3, 0.1, 0.3]), np.ones(3))
    none = np.zeros(0, np.intp)
    free = answers_from(p, cut, rivals=none, parents=[-1, 0, -1])
    assert free.tolist() == [[1, 1, 1], [0, 0, 1]]
    one = answers_from(p, cut, rivals=np.array([0, 2]), parents=[-1, 0, -1])
    assert one.tolist() == [[1, 1, 0], [0, 0, 1]]
