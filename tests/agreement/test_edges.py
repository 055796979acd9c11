"""Edge tables: never a silent 1 or NaN, always a reason."""

import math

import pytest

from semcode.agreement import (
    COEFFICIENTS,
    agreement,
    brennan_prediger,
    cohen_kappa,
    gwet_ac,
    holsti,
    krippendorff_alpha,
    percent_agreement,
    scott_pi,
)
from semcode.errors import InputError

CORRECTED = [name for name in COEFFICIENTS if name not in {"holsti", "percent_agreement"}]


def undefined(result):
    assert result.value is None
    assert result.se is None
    assert len(result.reason) > 20
    return result.reason


@pytest.mark.parametrize("name", CORRECTED)
def test_one_category_only_is_undefined(name):
    reason = undefined(agreement(name, [[1, 1], [1, 1], [1, 1]]))
    assert "categor" in reason
    assert percent_agreement([[1, 1], [1, 1]]).value == 1.0


def test_named_categories_give_brennan_prediger_and_ac1_a_value():
    table = [[1, 1], [1, 1], [1, 1]]
    assert brennan_prediger(table, categories=[0, 1]).value == 1.0
    assert gwet_ac(table, categories=[0, 1]).value == 1.0
    assert "0/0" in undefined(cohen_kappa(table, categories=[0, 1]))
    assert "0/0" in undefined(krippendorff_alpha(table, categories=[0, 1]))


def test_each_coder_one_category_of_his_own_is_no_agreement():
    assert cohen_kappa([["a", "b"], ["a", "b"]]).value == 0.0


@pytest.mark.parametrize("name", COEFFICIENTS)
def test_one_coder(name):
    assert "second coder" in undefined(agreement(name, [[1], [0], [1]]))
    lonely = agreement(name, [[1, None], [0, " "], [1, math.nan]])
    assert "second coder" in undefined(lonely)
    assert lonely.notes == ("Column 2 holds no rating and was left out.",)


@pytest.mark.parametrize("name", COEFFICIENTS)
def test_empty_table(name):
    assert "no rating" in undefined(agreement(name, []))
    assert "no rating" in undefined(agreement(name, [[None, None], [None, None]]))


@pytest.mark.parametrize("name", [name for name in COEFFICIENTS if name != "holsti"])
def test_no_shared_units(name):
    assert "No unit was rated by" in undefined(agreement(name, [[1, None], [None, 0], [0, None]]))


def test_holsti_without_shared_units_is_zero():
    assert holsti([[1, None], [None, 0]]).value == 0.0


def test_no_unit_that_all_rated():
    table = [[1, 1, None], [0, None, 0], [None, 1, 0]]
    assert "all coders" in undefined(scott_pi(table))
    assert krippendorff_alpha(table).value is not None


def test_cohen_with_three_coders():
    assert "two coders and 3" in undefined(cohen_kappa([[1, 1, 0], [0, 0, 1]]))


def test_full_credit_for_everything_is_undefined():
    ones = [[1.0, 1.0], [1.0, 1.0]]
    assert "weights" in undefined(krippendorff_alpha([[0, 1], [1, 0]], weights=ones))


def test_unused_code_is_undefined_and_percent_is_full():
    table = [[0, 0]] * 10
    assert percent_agreement(table).value == 1.0
    assert "0" in undefined(krippendorff_alpha(table, categories=[0, 1]))


def test_thousands_of_categories():
    table = [[unit, unit if unit % 2 else unit + 1] for unit in range(4_000)]
    assert krippendorff_alpha(table).value == pytest.approx(0.5, abs=0.01)
    with pytest.raises(InputError, match="too many for quadratic weights"):
        krippendorff_alpha(table, weights="interval")


def test_perfect_and_reversed():
    assert krippendorff_alpha([["a", "a"], ["b", "b"]]).value == 1.0
    assert cohen_kappa([["a", "b"], ["b", "a"]]).value == -1.0


def test_one_unit_has_no_standard_error():
    result = brennan_prediger([[1, 0]])
    assert result.value == -1.0
    assert result.se is None
