from itertools import permutations
from math import comb, exp, log, sqrt

import numpy as np
import pytest

from semcode.findings.saturation import accumulate, estimate_unseen, new_information

#: Five interviews, six codes; by hand: held in 5, 3, 2, 1, 1, 1 interviews.
HELD = np.array(
    [
        [1, 1, 1, 0, 0, 0],
        [1, 1, 1, 1, 0, 0],
        [1, 1, 0, 0, 1, 0],
        [1, 0, 0, 0, 0, 1],
        [1, 0, 0, 0, 0, 0],
    ],
    dtype=bool,
)


def test_chao2_by_hand():
    # m = 5, seen 6, Q1 = 3, Q2 = 1: 6 + 4/5 * 9 / 2 = 9.6
    found = estimate_unseen(HELD)
    assert (found.seen, found.once, found.twice) == (6, 3, 1)
    assert found.total == pytest.approx(9.6)
    # var = 1 * (.4 * 9 + .64 * 27 + .16 * 81) = 33.84; K = exp(1.96 sqrt(ln(1 + 33.84 / 12.96)))
    k = exp(1.959964 * sqrt(log(1 + 33.84 / 12.96)))
    assert found.interval == pytest.approx((6 + 3.6 / k, 6 + 3.6 * k), rel=1e-6)
    # 13 occurrences: 1 - 3/13 * (4 * 3) / (4 * 3 + 2)
    assert found.coverage == pytest.approx(1 - 3 / 13 * 12 / 14)


def test_chao2_without_codes_of_two_interviews():
    held = np.array([[1, 1, 0, 0], [1, 0, 1, 0], [1, 0, 0, 1]], dtype=bool)
    # Q1 = 3, Q2 = 0: 4 + 2/3 * 3 * 2 / 2 = 6
    found = estimate_unseen(held)
    assert found.total == pytest.approx(6)
    variance = 2 / 3 * 3 + 4 / 9 * 3 * 25 / 4 - 4 / 9 * 81 / (4 * 6)
    k = exp(1.959964 * sqrt(log(1 + variance / 4)))
    assert found.interval == pytest.approx((4 + 2 / k, 4 + 2 * k), rel=1e-6)
    assert found.coverage == pytest.approx(1 - 3 / 6 * 4 / 6)


def test_where_every_code_comes_twice_nothing_is_estimated_to_be_unseen():
    found = estimate_unseen(np.ones((4, 3), dtype=bool))
    assert (found.total, found.coverage) == (3, 1.0)
    assert found.interval is not None
    assert found.interval[0] >= 3


def test_the_estimate_finds_what_was_hidden():
    """A lower bound that comes near: 60 codes, of which about 50 are seen."""
    random = np.random.default_rng(3)
    chance = np.r_[np.full(30, 0.4), np.full(30, 0.06)]
    totals, inside = [], 0
    for _ in range(200):
        found = estimate_unseen(random.random((25, 60)) < chance)
        totals.append(found.total)
        inside += found.interval[0] <= 60 <= found.interval[1]
    assert 56 < np.mean(totals) < 64
    assert inside > 170


def test_accumulation_against_all_orders_and_the_analytic_curve():
    every = np.array(
        [
            [HELD[list(order[:k])].any(axis=0).sum() for k in range(1, 6)]
            for order in permutations(range(5))
        ]
    )
    held = HELD.sum(axis=0)
    analytic = [6 - sum(comb(5 - q, t) for q in held) / comb(5, t) for t in range(1, 6)]
    assert every.mean(axis=0) == pytest.approx(analytic)
    found = accumulate(HELD, orders=20_000, seed=1)
    assert found.found == pytest.approx(analytic, abs=0.03)
    assert found.new.cumsum() == pytest.approx(found.found)
    assert list(found.low) == pytest.approx(np.percentile(every, 2.5, axis=0), abs=0.5)
    assert (found.low <= found.found).all()
    assert (found.found <= found.high).all()


def test_the_same_seed_gives_the_same_curve():
    one, other = accumulate(HELD, seed=4), accumulate(HELD, seed=4)
    assert (one.low == other.low).all()
    assert (one.found == other.found).all()


def test_new_information_by_hand():
    # the first four hold all 6 codes but none is new after; with base 2: 4 codes, then 2, then 1, 0
    assert new_information(HELD, base=2, run=1) == [(3, 0.25), (4, 0.25), (5, 0.0)]
    assert new_information(HELD) == []


def test_no_codes():
    assert estimate_unseen(np.zeros((3, 4), dtype=bool)).interval is None
    assert accumulate(np.zeros((3, 0), dtype=bool)).found.tolist() == [0, 0, 0]
