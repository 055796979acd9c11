"""What is chosen by cross-validation, and that few labels choose nothing boldly."""

from __future__ import annotations

from dataclasses import astuple

import numpy as np
import pytest
from scipy.optimize import minimize

from semcode.classify.logistic import Cells, fit_sum, sigmoid
from semcode.classify.tuning import PENALTIES, _likelihoods, choose, study_prior

BLOCKS = {"words": slice(12, 16), "shape": slice(16, 18), "manner": slice(18, 18)}


def study(n: int, *, said: float, shown: float) -> tuple[np.ndarray, Cells, list[int]]:
    """Invent features and definitions that tell the codes to some extent."""
    rng = np.random.default_rng(n)
    y = (rng.random((n, 2)) < 0.4).astype(float)
    x = rng.normal(size=(n, 18)).astype(np.float32) / 4
    x[:, :2] += (shown * (y - 0.4)).astype(np.float32)
    definition = rng.normal(size=(n, 2)) + said * (y - 0.4)
    return x, Cells(y, np.ones_like(y), definition), [row % 6 for row in range(n)]


def test_sum_equals_scipy():
    rng = np.random.default_rng(0)
    parts = rng.normal(size=(2, 150))
    y = (rng.random(150) < sigmoid(parts[0] - 0.3 * parts[1])).astype(float)
    start, firm = np.array([1.0, 1.0, 0.0]), np.array([4.0, 2.0, 0.5])

    def loss(t: np.ndarray) -> float:
        score = t[0] * parts[0] + t[1] * parts[1] + t[2]
        return float(
            (np.logaddexp(0, score) - y * score).sum() + 0.5 * (firm * (t - start) ** 2).sum()
        )

    found = fit_sum(tuple(parts), y, np.ones(150), start=start, firm=firm)
    assert np.allclose(found, minimize(loss, start).x, atol=1e-4)


def test_definitions_count_where_they_tell():
    telling = choose(*study(400, said=3.0, shown=0.5), blocks=BLOCKS, folds=5).best
    silent = choose(*study(400, said=0.0, shown=2.0), blocks=BLOCKS, folds=5).best
    assert telling.share > 0.3
    assert silent.share < 0.2


def test_settings_stay_among_those_tried():
    best = choose(*study(60, said=1.0, shown=1.0), blocks=BLOCKS, folds=5).best
    assert min(PENALTIES) <= best.penalty <= max(PENALTIES)
    assert 1.0 <= best.words <= 2.0
    assert 0.0 <= best.share <= 1.0


def test_manner_counts_where_it_tells():
    x, cells, groups = study(400, said=1.0, shown=0.5)
    beside = np.random.default_rng(1).normal(size=(400, 8)).astype(np.float32) / 4
    blocks = BLOCKS | {"manner": slice(18, 26)}
    silent = choose(np.hstack([x, beside]), cells, groups, blocks=blocks, folds=5).best
    beside[:, :2] += 3 * (cells.y - 0.4).astype(np.float32)
    telling = choose(np.hstack([x, beside]), cells, groups, blocks=blocks, folds=5).best
    assert silent.manner < 0.3
    assert telling.manner > 0.9


def test_what_one_participant_prefers_does_not_decide():
    losses = np.full((40, 2), 1.0)  # two candidates, ten participants
    groups = [row % 10 for row in range(40)]
    assert np.allclose(_likelihoods(losses, groups, seed=0), 0.5)
    losses[np.array(groups) == 3, 1] -= 1.5  # 6 nats: were cells independent, 0.998
    alone = _likelihoods(losses, groups, seed=0)[1]
    losses[:, 1] = 1.0 - 6 / 40  # as many, but everybody says so
    together = _likelihoods(losses, groups, seed=0)[1]
    assert 0.75 < alone < 0.95
    assert together == pytest.approx(sigmoid(np.array([6.0]))[0], abs=1e-9)


def test_leaving_out_the_unlikely_early_changes_nothing(monkeypatch):
    x, cells, groups = study(280, said=1.0, shown=0.5)
    chosen = choose(x, cells, groups, blocks=BLOCKS, folds=5)
    monkeypatch.setattr("semcode.classify.tuning._LEAST", -1.0)
    every = choose(x, cells, groups, blocks=BLOCKS, folds=5)
    assert len(chosen.losses) < len(every.losses) == 24
    assert astuple(chosen.best) == pytest.approx(astuple(every.best), rel=0.02, abs=0.01)
    assert {at: every.losses[at] for at in chosen.losses} == pytest.approx(chosen.losses, rel=1e-3)


def test_names_of_participants_choose_nothing():
    x, cells, groups = study(60, said=1.0, shown=1.0)
    named = [f"P{group}" for group in groups]
    best = choose(x, cells, groups, blocks=BLOCKS, folds=5).best
    assert choose(x, cells, named, blocks=BLOCKS, folds=5).best == best


def test_one_participant_is_divided_by_text():
    x, cells, _ = study(40, said=1.0, shown=1.0)
    chosen = choose(x, cells, ["P1"] * 40, blocks=BLOCKS, folds=5)
    assert chosen.held_out is not None
    assert chosen.losses


def test_one_text_takes_definitions_as_they_are():
    x, cells, _ = study(1, said=1.0, shown=1.0)
    chosen = choose(x, cells, ["P1"], blocks=BLOCKS, folds=5)
    assert chosen.best.share == 1.0
    assert chosen.held_out is None


@pytest.mark.parametrize("share", [0.0, 0.4])
def test_a_frequent_code_does_not_speak_for_the_rare(share):
    y = np.zeros((200, 2))
    y[:, 0] = 1
    weight = np.ones_like(y)
    weight[20:, 1] = 0  # the second code is known of 20 texts only
    prior = study_prior(Cells(y, weight, np.zeros_like(y)), 1.0, share)
    assert prior.slope == share
    assert sigmoid(np.array([prior.intercept]))[0] < 0.9  # 0.91 if each cell counted alike


def test_of_many_codes_some_tell_the_settings_and_all_are_left_out():
    x, two, groups = study(120, said=1.0, shown=1.0)
    few, many = (
        Cells(*(np.tile(part[:, :1], times) for part in (two.y, two.weight, two.definition)))
        for times in (64, 200)
    )
    best = choose(x, few, groups, blocks=BLOCKS, folds=5).best
    chosen = choose(x, many, groups, blocks=BLOCKS, folds=5)
    assert astuple(chosen.best) == pytest.approx(astuple(best))  # 64 of all those alike
    assert chosen.held_out.shape == (120, 200)
    assert np.allclose(chosen.held_out[:, :1], chosen.held_out)
    assert (chosen.held_out.std(axis=0) > 0.1).all()


def test_codes_that_nobody_gave_do_not_push_out_those_that_somebody_did():
    x, two, groups = study(120, said=0.0, shown=2.0)
    never = Cells(*(np.repeat(part[:, :1], 130, axis=1) for part in (two.y * 0, two.weight, two.y)))
    few, many = (
        Cells(
            *(
                np.hstack([part, rest[:, :count]])
                for part, rest in (
                    (two.y, never.y),
                    (two.weight, never.weight),
                    (two.definition, never.definition),
                )
            )
        )
        for count in (62, 130)
    )
    best = choose(x, few, groups, blocks=BLOCKS, folds=3).best
    assert choose(x, many, groups, blocks=BLOCKS, folds=3).best.penalty == pytest.approx(
        best.penalty, rel=0.05
    )
