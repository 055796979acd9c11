"""What the lazy ranking finds is what a full scan finds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semcode.classify import ranking
from semcode.classify.ranking import Columns
from semcode.classify.rows import FeatureRows, map_features, write_features
from semcode.errors import InputError


def rows_of(count, width, *, seed, decay=0.7):
    """Give unit rows whose directions fade as those of embeddings do."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(count, width)) * (1 + np.arange(width)) ** -decay
    rows[:, 0] += 0.5
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def full_scan(columns, features, definition, theta, target, step, still):
    """Score everything in float64 and sort: the plain way. Give order, keys and scores."""
    x = features.astype(np.float64)
    scores = x @ theta[:-2] + definition.astype(np.float64) * theta[-2] + theta[-1]
    key = -scores if target is None else np.abs(scores - target) // step
    lot = np.arange(len(key)) if target is None else columns._lot
    rows = np.flatnonzero(still)
    return rows[np.lexsort((lot[rows], key[rows]))], key, scores


@settings(max_examples=150, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    count=st.integers(0, 700),
    width=st.integers(0, 40),
    half=st.booleans(),
    wanted=st.integers(1, 40),
    steps=st.lists(st.sampled_from([0.0, 1e-6, 0.01, 0.3, 3.0]), min_size=1, max_size=6),
    target=st.sampled_from([None, 0.0, -2.0, 40.0]),
    step=st.sampled_from([0.01, 0.25, 2.0]),
)
def test_top_equals_a_full_scan(
    seed, count, width, half, wanted, steps, target, step, small_blocks
):
    rng = np.random.default_rng(seed)
    features = rows_of(count, max(width, 1), seed=seed)[:, :width]
    features = features.astype("<f2") if half else features
    definition = rng.normal(size=(count, 2)).astype(np.float32)
    theta = rng.normal(size=(2, width + 2))
    columns = Columns(FeatureRows(features), definition, theta, seed=seed)
    still = np.ones(count, bool)
    for size in steps:
        theta[1] += size * rng.normal(size=width + 2) / np.sqrt(width + 1)
        columns.move(1, theta[1])
        for row in rng.choice(count, min(count, 3), replace=False):
            (columns.close if still[row] else columns.reopen)(row, 1)
            still[row] = not still[row]
        found = (
            columns.highest(1, wanted)
            if target is None
            else columns.unsure(1, wanted, target=target, step=step)
        )
        order, key, scores = full_scan(
            columns, features, definition[:, 1], theta[1], target, step, still
        )
        assert len(found.rows) == len(set(found.rows.tolist())) == min(wanted, still.sum())
        assert np.allclose(found.scores, scores[found.rows], rtol=0, atol=1e-9)
        assert np.allclose(key[found.rows], key[order[:wanted]], rtol=0, atol=1e-9)
        if target is not None or (np.diff(key[order[: wanted + 1]]) > 1e-9).all():
            assert found.rows.tolist() == order[:wanted].tolist()


@pytest.fixture(scope="module")
def small_blocks():
    """Cut rows into small blocks, so that few rows make many of them."""
    before = ranking._BLOCK
    ranking._BLOCK = 64
    yield
    ranking._BLOCK = before


@pytest.mark.parametrize("order", ["highest", "unsure"])
def test_a_decision_scores_few_segments(order):
    features = rows_of(60_000, 32, seed=1)
    theta = np.zeros((1, 34))
    theta[0, :32] = 5 * np.random.default_rng(2).normal(size=32)
    columns = Columns(FeatureRows(features), np.zeros((60_000, 1)), theta)
    theta[0, :32] += 0.1 * features[5]
    columns.move(0, theta[0])
    options = {"target": 1.0, "step": 0.25} if order == "unsure" else {}
    assert getattr(columns, order)(0, 10, **options).scored < 1_000


def test_equal_segments_come_by_position_or_by_lot():
    features = np.repeat(rows_of(1, 8, seed=3), 50, axis=0)
    columns = Columns(FeatureRows(features), np.zeros((50, 1)), np.ones((1, 10)))
    assert columns.highest(0, 4).rows.tolist() == [0, 1, 2, 3]
    columns.close(1, 0)
    assert columns.highest(0, 4).rows.tolist() == [0, 2, 3, 4]
    by_lot = columns.unsure(0, 49, target=0.0, step=0.5).rows
    assert sorted(by_lot.tolist()) == [0, *range(2, 50)] != by_lot.tolist()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("kind", ["<f4", "<f2"])
def test_what_is_no_number_is_refused(bad, kind):
    features = rows_of(30, 8, seed=4).astype(kind)
    features[7, 3] = bad
    with pytest.raises(InputError, match="1 of 30 segments") as caught:
        FeatureRows(features)
    assert "segment 7" in str(caught.value)


def test_float16_is_widened_exactly(tmp_path):
    every = np.arange(65_536, dtype=np.uint16).view("<f2")
    sound = every[np.isfinite(every) & (np.abs(every) < 100)].copy()
    sound = sound[: len(sound) // 8 * 8].reshape(-1, 8)
    write_features(tmp_path / "f.npy", iter([sound[:100], sound[100:]]), count=len(sound), width=8)
    rows = FeatureRows(map_features(tmp_path / "f.npy"))
    ones = np.eye(8, dtype=np.float32)
    for column in range(8):
        assert np.array_equal(rows.dot_range(0, len(sound), ones[column]), sound[:, column])
    assert np.array_equal(rows.take(np.arange(len(sound))), sound.astype(np.float32))
