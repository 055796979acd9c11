"""What comes next is uncertain, varied, and of every code."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semcode.errors import InputError
from semcode.sampling import blend, next_to_review, uncertainty


def test_uncertainty_is_least_at_the_threshold():
    p = np.array([0.01, 0.2, 0.3, 0.5, 1.0])
    away = uncertainty(p, 0.3)
    assert away.argmin() == 2
    assert away[2] == pytest.approx(0)
    assert np.isfinite(away).all()
    assert uncertainty(np.array([0.6]), 0.5)[0] == pytest.approx(np.log(1.5))


def test_the_least_sure_come_first():
    margins = np.array([2.0, 0.1, 1.0, 0.5])
    found = next_to_review(margins, np.zeros(4, int), np.arange(4), n=3)
    assert found.tolist() == [1, 3, 2]


def test_likeness_costs():
    vectors = np.array([[1, 0], [1, 0.01], [0, 1]], np.float32)
    margins = np.array([0.0, 0.01, 0.5])
    codes, rows = np.zeros(3, int), np.arange(3)
    plain = next_to_review(margins, codes, rows, n=2, vectors=vectors, diversity=0)
    varied = next_to_review(margins, codes, rows, n=2, vectors=vectors, diversity=0.5)
    assert plain.tolist() == [0, 1]
    assert varied.tolist() == [0, 2]


def test_participants_take_turns():
    margins = np.array([0.0, 0.01, 0.02])
    options = {"participants": ["a", "a", "b"], "n": 2}
    assert next_to_review(margins, np.zeros(3, int), np.arange(3), **options).tolist() == [0, 2]


def test_rare_codes_are_not_starved():
    """The frequent code's candidates are all less sure, and the rare one comes up more often."""
    codes = np.repeat([0, 1], 50)
    margins = np.concatenate([np.full(50, 0.01), np.full(50, 3.0)])
    even = next_to_review(margins, codes, np.arange(100), n=20)
    assert np.bincount(codes[even]).tolist() == [10, 10]
    due = next_to_review(margins, codes, np.arange(100), n=20, positives=np.array([99.0, 3.0]))
    assert 15 <= (codes[due] == 1).sum() <= 18


def test_a_segment_comes_once():
    codes, rows = np.array([0, 1, 2, 0]), np.array([7, 7, 7, 8])
    found = next_to_review(np.zeros(4), codes, rows, n=10)
    assert sorted(rows[found].tolist()) == [7, 8]


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 1000), count=st.integers(0, 60), n=st.integers(0, 70))
def test_any_pool_gives_distinct_segments_and_the_same_again(seed, count, n):
    rng = np.random.default_rng(seed)
    margins, codes = rng.exponential(size=count), rng.integers(0, 5, count)
    rows = rng.integers(0, 30, count)
    vectors = rng.normal(size=(count, 6)).astype(np.float32)
    options = {"n": n, "vectors": vectors, "participants": (rows // 4).tolist(), "seed": seed}
    found = next_to_review(margins, codes, rows, **options)
    assert len(found) == min(n, len(set(rows.tolist())))
    assert len(set(rows[found].tolist())) == len(found)
    assert np.array_equal(found, next_to_review(margins, codes, rows, **options))


def test_a_quarter_comes_by_chance():
    assert blend([1, 2, 3, 4, 5, 6], [7, 8], share=0.25) == [1, 2, 3, 7, 4, 5, 6, 8]
    assert blend([1, 2, 3], [3, 4], share=0.5) == [1, 3, 2, 4]
    assert blend([], [1, 2]) == [1, 2]
    assert blend([1, 2], [], share=1) == [1, 2]
    with pytest.raises(InputError, match="share of 2"):
        blend([1], [2], share=2)


def test_what_does_not_fit_is_refused():
    with pytest.raises(InputError, match="numbers differ"):
        next_to_review(np.zeros(2), np.zeros(3, int), np.arange(2), n=1)
    with pytest.raises(InputError, match="not a number"):
        next_to_review(np.array([0, np.nan]), np.zeros(2, int), np.arange(2), n=1)
    with pytest.raises(InputError, match="diversity of 2"):
        next_to_review(np.zeros(2), np.zeros(2, int), np.arange(2), n=1, diversity=2)
