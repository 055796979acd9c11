from itertools import permutations

import numpy as np
import pytest

from semcode.evaluate.data import Options
from semcode.evaluate.fairness import fairness, grouped, permutation_p

OPTIONS = Options(resamples=200, cluster="participant")


def people(n, rng, *, bias=0.0, size=(5, 40)):
    """Errors and totals of people of two kinds, with people who differ by themselves."""
    totals = rng.integers(*size, n).astype(float)
    kind = np.arange(n) % 2
    rate = np.clip(rng.beta(3, 7, n) + bias * kind, 0, 1)
    return rng.binomial(totals.astype(int), rate).astype(float), totals, kind


def test_without_a_difference_one_test_in_twenty_finds_one():
    found = [
        permutation_p(*people(20, np.random.default_rng(run)), seed=run, permutations=199) <= 0.05
        for run in range(200)
    ]
    assert 0.01 < np.mean(found) < 0.09


def test_a_difference_is_found():
    found = [
        permutation_p(*people(24, np.random.default_rng(run), bias=0.3), seed=run, permutations=199)
        <= 0.05
        for run in range(60)
    ]
    assert np.mean(found) > 0.8


def test_it_is_the_test_over_all_permutations():
    errors, totals, kind = people(7, np.random.default_rng(3), bias=0.4)
    whole = np.array(sorted(set(permutations(kind.tolist()))))
    from semcode.evaluate.fairness import _statistic

    every = _statistic(errors, totals, whole)
    exact = (every >= _statistic(errors, totals, kind[None])[0] - 1e-12).mean()
    assert permutation_p(errors, totals, kind) == pytest.approx(exact, abs=0.02)


def test_groups_are_joined_halved_or_left_out():
    values = ["a"] * 6 + ["b"] * 5 + ["c", "d", "d", ""]
    assert grouped(values, least=5) == ["a"] * 6 + ["b"] * 5 + ["others"] * 3 + [""]
    ages = [str(age) for age in range(21, 31)]
    assert grouped(ages, least=5) == ["up to 25.5"] * 5 + ["above 25.5"] * 5


def sums(errors, totals):
    hits = (totals - errors)[:, None]
    return hits, np.zeros_like(hits), errors[:, None]


def test_small_groups_are_neither_shown_nor_tested():
    errors, totals, _ = people(9, np.random.default_rng(0))
    names = [f"P{i}" for i in range(9)]
    attributes = {name: {"site": "A" if i < 6 else "B"} for i, name in enumerate(names)}
    missed, wrong = fairness(sums(errors, totals), names, attributes, least=5, options=OPTIONS)
    assert missed.p is None
    assert "Fewer than two values" in missed.reason
    assert [(g.value, g.error is None) for g in missed.groups] == [("A", False), ("others", True)]
    assert wrong.reason == "There is no such error." or wrong.p is None


def test_a_biased_model_shows_and_p_is_adjusted_for_the_number_of_tests():
    rng = np.random.default_rng(5)
    errors, totals, kind = people(30, rng, bias=0.4)
    names = [f"P{i}" for i in range(30)]
    attributes = {
        name: {"race": "AB"[kind[i]], "site": "XY"[int(rng.integers(2))]}
        for i, name in enumerate(names)
    }
    tests = {
        t.attribute: t
        for t in fairness(sums(errors, totals), names, attributes, options=OPTIONS)
        if t.kind == "missed"
    }
    assert tests["race"].p_adjusted < 0.05
    assert tests["race"].p_adjusted == pytest.approx(2 * tests["race"].p)
    assert tests["site"].p_adjusted > 0.05
    assert tests["race"].difference == pytest.approx(0.4, abs=0.15)
    group = tests["race"].groups[0]
    own = kind == 0
    assert group.error == pytest.approx(errors[own].sum() / totals[own].sum())
    assert group.interval[0] < group.error < group.interval[1]
