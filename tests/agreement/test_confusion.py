"""What to do about disagreement, how much more is needed, and the model against people."""

import math

import numpy as np
import pytest

from semcode.agreement import (
    Interval,
    bootstrap_codes,
    code_disputes,
    confused_categories,
    confused_codes,
    disputed_units,
    expected_half_width,
    krippendorff_alpha,
    model_gap,
    units_for_half_width,
    units_from_interval,
)
from semcode.errors import InputError


def codings(*units, codes=3):
    """Each unit is (set of the first coder, set of the second); None is unread."""
    ratings = np.zeros((codes, len(units), 2), dtype=np.int8)
    for unit, pair in enumerate(units):
        for coder, given in enumerate(pair):
            if given is None:
                ratings[:, unit, coder] = -1
            else:
                ratings[list(given), unit, coder] = 1
    return ratings


EXAMPLE = codings(({0}, {1}), ({0}, {1}), ({1}, {0}), ({2}, ()), ({0, 2}, {0}), ({1}, None))


def test_confused_codes_worst_first():
    (worst,) = confused_codes(EXAMPLE)
    assert (worst.one, worst.two, worst.count, worst.share, worst.forward) == (0, 1, 3, 1.0, 2)


def test_confused_categories_of_a_table():
    pairs = confused_categories([["a", "b"], ["b", "a"], ["a", "c"], ["c", None], ["b", "b"]])
    assert [(pair.one, pair.two, pair.count) for pair in pairs] == [("a", "b", 2), ("a", "c", 1)]
    assert sum(pair.share for pair in pairs) == pytest.approx(1)
    assert confused_categories([["a", "a"]]) == ()


def test_disputed_units_worst_first_and_unread_are_none():
    assert disputed_units(EXAMPLE) == ((0, 2), (1, 2), (2, 2), (3, 1), (4, 1))


def test_what_to_mend_first():
    first, second, third = code_disputes(EXAMPLE)
    assert {first.code, second.code} == {0, 1}
    assert (first.disagreements, first.confused, first.omitted) == (3, 1.0, 0.0)
    assert first.confused_with == 1
    assert first.leaning == pytest.approx(1 / 3)
    assert (third.code, third.omitted, third.confused_with, third.leaning) == (2, 1.0, None, 1.0)
    assert first.share + second.share + third.share == pytest.approx(1)
    assert code_disputes(codings(({0}, {0}))) == ()


def test_planned_precision_is_what_simulation_gives():
    """Two coders with the same prevalence and a common kappa (Bloch and Kraemer 1989)."""
    rng = np.random.default_rng(4)
    p, kappa, n = 0.3, 0.7, 400
    both = p**2 + kappa * p * (1 - p)
    one = p * (1 - p) * (1 - kappa)
    values = []
    for _ in range(400):
        counts = rng.multinomial(n, [both, one, one, 1 - both - 2 * one])
        table = [[1, 1], [1, 0], [0, 1], [0, 0]]
        values.append(krippendorff_alpha(table, counts=counts).value)
    wanted = 1.96 * float(np.std(values))
    assert expected_half_width(n, prevalence=p, kappa=kappa) == pytest.approx(wanted, rel=0.1)


def test_planning_goes_both_ways():
    plan = units_for_half_width(0.1, prevalence=0.1, kappa=0.7)
    assert plan.enough
    assert plan.share is None
    assert expected_half_width(plan.n_units, prevalence=0.1) <= 0.1
    assert expected_half_width(plan.n_units - 1, prevalence=0.1) > 0.1
    rare = units_for_half_width(0.1, prevalence=0.02)
    assert rare.n_units > 3 * plan.n_units
    clustered = units_for_half_width(0.1, prevalence=0.1, design_effect=2.0)
    assert clustered.n_units == pytest.approx(2 * plan.n_units, abs=2)
    finite = units_for_half_width(0.1, prevalence=0.1, total=600)
    assert finite.n_units < min(plan.n_units, 600)
    assert finite.share == pytest.approx(finite.n_units / 600)
    assert finite.enough


def test_more_units_from_an_interval_found():
    found = Interval(0.5, 0.9, 0.95, "expanded", n_clusters=10)
    plan = units_from_interval(found, n_units=100, half_width=0.1)
    assert plan.n_units == 400
    short = units_from_interval(found, n_units=100, half_width=0.1, total=200)
    assert (short.n_units, short.share, short.enough) == (200, 1.0, False)
    assert short.half_width == pytest.approx(0.2 / math.sqrt(2))
    assert units_from_interval(Interval(None, None, 0.95, "x"), n_units=9, half_width=0.1) is None


def test_impossible_plans_are_refused():
    with pytest.raises(InputError, match="out of range"):
        expected_half_width(10, prevalence=0)
    with pytest.raises(InputError, match="no unit"):
        expected_half_width(0, prevalence=0.5)
    for call in (
        lambda: units_for_half_width(0, prevalence=0.5),
        lambda: units_from_interval(Interval(0.1, 0.2, 0.95, "x"), n_units=9, half_width=0),
    ):
        with pytest.raises(InputError, match="cannot be reached"):
            call()


def simulated(model_error, *, codes=2, units=600, seed=0):
    rng = np.random.default_rng(seed)
    truth = rng.random((codes, units)) < 0.3
    errors = (0.1, 0.1, model_error)
    columns = [truth ^ (rng.random((codes, units)) < error) for error in errors]
    return np.stack(columns, axis=2).astype(np.int8), np.arange(units) // 20


def test_model_gap_knows_a_worse_model_from_an_equal_one():
    ratings, clusters = simulated(0.1)
    equal = model_gap(ratings, clusters, model=2)
    assert (equal.lower < 0).all()
    assert (equal.upper > 0).all()
    ratings, clusters = simulated(0.35)
    worse = model_gap(ratings, clusters, model=2)
    assert (worse.upper < 0).all()
    assert worse.gap == pytest.approx(worse.model - worse.people)
    human = bootstrap_codes(ratings[:, :, :2], clusters, coefficients=("krippendorff_alpha",))
    assert worse.people == pytest.approx(human["krippendorff_alpha"].values)
    with pytest.raises(InputError, match="no coder 3 among 3"):
        model_gap(ratings, clusters, model=3)


def test_model_gap_needs_two_people():
    ratings, clusters = simulated(0.1)
    with pytest.raises(InputError, match="fewer than two people"):
        model_gap(ratings[:, :, 1:], clusters, model=1)
    with pytest.raises(InputError, match="no interval for 'holsti'"):
        model_gap(ratings, clusters, model=2, coefficient="holsti")
    alone = model_gap(ratings, [1] * 600, model=2)
    assert np.isnan(alone.lower).all()
    assert not np.isnan(alone.gap).any()
