"""Prevalence and bias beside kappa."""

import pytest

from semcode.agreement import code_prevalence, percent_agreement
from semcode.errors import InputError


def two_by_two(a, b, c, d):
    return [[1, 1], [1, 0], [0, 1], [0, 0]], [a, b, c, d]


def test_byrt_bishop_and_carlin():
    """Formulas of Byrt et al. (1993) and Cicchetti and Feinstein (1990) on 80, 7, 8, 5."""
    table, counts = two_by_two(80, 7, 8, 5)
    found = code_prevalence(table, counts=counts)
    assert found.prevalence_index == pytest.approx((80 - 5) / 100)
    assert found.bias_index == pytest.approx(1 / 100)
    assert found.pabak == pytest.approx(2 * 0.85 - 1)
    assert found.positive == pytest.approx(160 / (160 + 15))
    assert found.negative == pytest.approx(10 / (10 + 15))
    assert found.by_coder == (0.87, 0.88)
    assert found.share == pytest.approx(0.875)
    assert found.n_units == 100
    assert found.n_positive_units == 95
    assert found.warnings == ()


def test_more_coders_and_missing():
    table = [[1, 1, 0], [1, None, 1], [0, 0, 0], [1, None, None]]
    found = code_prevalence(table)
    assert found.n_units == 3
    assert found.share == pytest.approx(4 / 8)
    assert found.positive == pytest.approx((2 / 2 + 2 / 1) / 4)
    assert found.negative == pytest.approx((0 + 6 / 2) / 4)
    assert found.pabak == pytest.approx(2 * percent_agreement(table).value - 1)
    assert found.bias_index == pytest.approx((0 + 1 / 2 + 1 / 3) / 3, abs=0.2)


def test_warnings_name_the_cause():
    table, counts = two_by_two(2, 1, 1, 196)
    said = " ".join(code_prevalence(table, counts=counts).warnings)
    assert "Only 4 units" in said
    assert "1.5% of the ratings" in said
    biased, counts = two_by_two(40, 30, 0, 30)
    assert "unequally" in code_prevalence(biased, counts=counts).warnings[0]
    unused, counts = two_by_two(0, 0, 0, 50)
    found = code_prevalence(unused, counts=counts)
    assert found.positive is None
    assert "Nobody used" in found.warnings[0]
    assert "No unit" in code_prevalence([[1, None], [None, 0]]).warnings[0]


def test_a_word_as_category():
    table = [["yes", "yes"], ["no", "yes"]]
    assert code_prevalence(table, category="yes").share == pytest.approx(0.75)
    with pytest.raises(InputError, match="'maybe' is not among"):
        code_prevalence(table, category="maybe", categories=["yes", "no"])
