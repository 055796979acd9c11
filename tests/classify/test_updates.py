"""A decision's fast update gives what a full refit of its code gives."""

from __future__ import annotations

import numpy as np
import pytest

from semcode.classify import CodeClassifier
from semcode.classify.logistic import Cells, fit_codes, rotate
from semcode.classify.refining import _chord
from semcode.errors import ModelError


def refitted(model: CodeClassifier) -> np.ndarray:
    """Fit all codes anew, by the other algorithm, on the rows that the model now has."""
    x, y, weight, definition = model.refiner_.rows
    cells = Cells(y, weight, definition)
    weights, _ = fit_codes(
        rotate(x, model.refiner_.scale), cells, model.refiner_.prior, tolerance=1e-10
    )
    return weights.scores(x, definition)


def updated(model: CodeClassifier) -> np.ndarray:
    x, _, _, definition = model.refiner_.rows
    return model.weights_.scores(x, definition)


def test_updates_equal_a_full_refit(trained, spoken):
    pairs, y, _ = spoken(30, seed=3)
    for row in range(30):
        labels = np.full((1, 4), np.nan)
        labels[0, row % 3] = y[row, row % 3]
        trained.update([pairs[row]], labels)
    assert np.abs(updated(trained) - refitted(trained)).max() < 1e-5


def test_contrary_labels_are_followed_too(trained):
    """Many labels against what was learned force new Hessians; the optimum is the same."""
    for _ in range(15):
        trained.update(["rent eviction lease"] * 2, np.array([[0, np.nan, np.nan, np.nan]] * 2))
    assert np.abs(updated(trained) - refitted(trained)).max() < 1e-5
    assert trained.scores(trained.encode(["rent eviction lease"]))[0, 0] < 0.5


def test_only_touched_codes_move(trained):
    before = trained.weights_.w.copy()
    trained.update(["bus ride"], np.array([[np.nan, np.nan, np.nan, 1.0]]))
    moved = np.abs(trained.weights_.w - before).max(axis=0) > 0
    assert moved.tolist() == [False, False, True, True]  # the child's yes is its parent's


def test_a_changed_decision_replaces_the_earlier(codebook, encoder, spoken):
    pairs, y, groups = spoken(60)
    turned = y.copy()
    turned[0] = 1 - y[0]
    turned[0, 3] = 0
    model = CodeClassifier(codebook, encoder=encoder).fit(pairs, y, groups)
    model.update([pairs[0]], turned[:1], replace=True)
    model.update([pairs[0]], y[:1], replace=True)
    rows = model.refiner_.rows
    assert rows[2].sum(axis=0).tolist() == [60, 60, 60, 60]
    again = CodeClassifier(codebook, encoder=encoder).fit(pairs, y, groups)
    assert np.abs(updated(model)[:60] - updated(again)).max() < 1e-4


def test_update_before_fit_is_a_fit(codebook, encoder, spoken):
    pairs, y, _ = spoken(5)
    one = CodeClassifier(codebook, encoder=encoder).update(pairs, y).predict_proba(pairs)
    two = CodeClassifier(codebook, encoder=encoder).fit(pairs, y).predict_proba(pairs)
    assert np.array_equal(one, two)


def test_a_code_learns_its_first_label(codebook, encoder, spoken):
    pairs, y, groups = spoken(40)
    y[:, 1] = np.nan
    model = CodeClassifier(codebook, encoder=encoder).fit(pairs, y, groups)
    assert not model.learned_[1]
    before = model.predict_proba(["daycare nursery"])[0, 1]
    model.update(["daycare nursery"] * 3, np.array([[np.nan, 1, np.nan, np.nan]] * 3))
    assert model.learned_[1]
    assert model.predict_proba(["daycare nursery"])[0, 1] > before


def test_without_rows_no_update(trained, encoder, tmp_path):
    trained.save(tmp_path / "m.safetensors")
    again = CodeClassifier.load(tmp_path / "m.safetensors", encoder=encoder)
    with pytest.raises(ModelError, match="without the rows"):
        again.update(["bus"], np.array([[0, 0, 1, 1]]))


@pytest.mark.parametrize(("z", "y"), [(-9.0, 1.0), (9.0, 0.0), (0.3, 1.0), (2.0, 0.5), (0.0, 0.5)])
def test_the_first_step_ends_where_a_lone_contradicting_row_would(z, y):
    weight, reach = 1.0, 12.0
    bend = _chord(z, y, weight, reach)
    p = 1 / (1 + np.exp(-z))
    end = z - reach * weight * (p - y) / (1 + bend * reach)
    assert end == pytest.approx(z - reach * weight * (1 / (1 + np.exp(-end)) - y), abs=1e-4)
