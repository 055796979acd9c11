"""The audit sample is random, spread over participants, and its probabilities are true."""

from __future__ import annotations

import numpy as np
import pytest

from semcode.errors import InputError
from semcode.sampling import audit_sample

OWNERS = ["a"] * 40 + ["b"] * 12 + ["c"] * 7 + ["d"]


def test_probabilities_are_how_often_segments_are_drawn():
    read = np.zeros(60, bool)
    read[[0, 5, 41]] = True
    for least in (0, 2):
        drawn, said, rounds = np.zeros(60), np.zeros(60), 4_000
        for seed in range(rounds):
            sample = audit_sample(OWNERS, 15, read=read, least=least, seed=seed)
            assert len(set(sample.rows.tolist())) == 15
            drawn[sample.rows] += 1
            said[sample.rows] = sample.probability
        error = np.sqrt(said * (1 - said) / rounds)
        assert not drawn[read].any()
        assert (np.abs(drawn / rounds - said) <= 4.5 * error + 1e-12).all()


def test_weights_give_the_total_without_bias():
    value = np.arange(60.0)
    totals = []
    for seed in range(2_000):
        sample = audit_sample(OWNERS, 15, least=1, seed=seed)
        totals.append((value[sample.rows] / sample.probability).sum())
    assert np.mean(totals) == pytest.approx(value.sum(), abs=4 * np.std(totals) / 2_000**0.5)


def test_each_participant_has_their_share():
    owners = np.array(OWNERS)
    for seed in range(50):
        rows = audit_sample(OWNERS, 30, seed=seed).rows
        assert 19 <= (owners[rows] == "a").sum() <= 21
        assert 5 <= (owners[rows] == "b").sum() <= 7
        rows = audit_sample(OWNERS, 10, least=2, seed=seed).rows
        assert {"a", "b", "c", "d"} == set(owners[rows])


def test_one_seed_gives_one_sample_in_random_order():
    one, two = audit_sample(OWNERS, 20, seed=3), audit_sample(OWNERS, 20, seed=3)
    assert np.array_equal(one.rows, two.rows)
    assert not np.array_equal(one.rows, audit_sample(OWNERS, 20, seed=4).rows)
    assert not np.array_equal(one.rows, np.sort(one.rows))


def test_more_than_there_are_draws_all():
    read = np.zeros(60, bool)
    read[:50] = True
    sample = audit_sample(OWNERS, 100, read=read)
    assert sorted(sample.rows.tolist()) == list(range(50, 60))
    assert (sample.probability == 1).all()


@pytest.mark.parametrize(
    ("n", "options", "said"),
    [
        (0, {}, "cannot be drawn"),
        (5, {"read": np.ones(60, bool)}, "every segment was read"),
        (5, {"read": np.ones(3, bool)}, "of 3 segments"),
        (5, {"least": 2}, "are 7, more than the 5"),
    ],
)
def test_what_cannot_be_drawn_is_said(n, options, said):
    with pytest.raises(InputError, match=said):
        audit_sample(OWNERS, n, **options)
