"""Weights against those that irrCAC prints."""

import numpy as np
import pytest

from semcode.agreement import WEIGHTS, gwet_ac, krippendorff_alpha, weights_matrix
from semcode.errors import InputError

# irrCAC 1.0, weighting vignette: weights of 1 and 2, and of 1 and 3, among 1:3
PRINTED = {
    "identity": (0.0, 0.0),
    "radical": (0.2928932, 0.0),
    "linear": (0.5, 0.0),
    "ordinal": (0.6666667, 0.0),
    "quadratic": (0.75, 0.0),
    "circular": (0.0, 0.0),
    "bipolar": (0.6666667, 0.0),
}


@pytest.mark.parametrize(("name", "printed"), PRINTED.items())
def test_printed_weights(name, printed):
    matrix = weights_matrix(name, [1, 2, 3])
    assert (matrix[0, 1], matrix[0, 2]) == pytest.approx(printed, abs=6e-8)
    assert np.array_equal(matrix, matrix.T)
    assert np.diag(matrix).tolist() == [1, 1, 1]


def test_ratio_weights():
    matrix = weights_matrix("ratio", [1, 2, 3])
    assert matrix[0, 1] == pytest.approx(1 - (1 / 3) ** 2 / (2 / 4) ** 2)


def test_one_value_and_all_names():
    for name in WEIGHTS:
        assert weights_matrix(name, [7]).tolist() == [[1.0]]
        assert weights_matrix(name, [0, 1]).shape == (2, 2)


def test_words_need_an_order():
    table = [["low", "high"], ["high", "high"]]
    with pytest.raises(InputError, match="need an order"):
        gwet_ac(table, weights="linear")
    ordered = gwet_ac(table, weights="linear", categories=["low", "middle", "high"])
    ranked = gwet_ac([[1, 3], [3, 3]], weights="linear", categories=[1, 2, 3])
    assert ordered.value == pytest.approx(ranked.value)


def test_bad_weights_are_refused():
    with pytest.raises(InputError, match="no weights called 'square'"):
        krippendorff_alpha([[1, 2]], weights="square")
    with pytest.raises(InputError, match=r"\(1, 1\) for 2 categories"):
        krippendorff_alpha([[1, 2]], weights=[[1]])
    with pytest.raises(InputError, match="symmetric"):
        krippendorff_alpha([[1, 2]], weights=[[1, 0.5], [0, 1]])
    with pytest.raises(InputError, match="at least 0"):
        krippendorff_alpha([[-1, 2]], weights="ratio")
