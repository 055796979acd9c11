"""Tables as people have them."""

import math

import numpy as np
import pandas as pd
import pytest

from semcode.agreement import cohen_kappa, krippendorff_alpha, rating_table, ratings_from_rows
from semcode.errors import InputError


def test_every_kind_of_table_gives_the_same():
    rows = [[1, 1], [0, 1], [None, 0], [0, 0], [1, 1]]
    wanted = krippendorff_alpha(rows).value
    frame = pd.DataFrame(rows, columns=["a", "b"])
    words = [["yes", "yes"], ["no", "yes"], ["", "no"], ["no", " no"], ["yes ", "yes"]]
    for table in (
        np.array(rows, dtype=float),
        np.array(rows, dtype=object),
        frame,
        frame.astype("Int64"),
        words,
        [[str(x) if x is not None else " " for x in row] for row in rows],
        [[bool(x) if x is not None else None for x in row] for row in rows],
    ):
        assert krippendorff_alpha(table).value == pytest.approx(wanted)


def test_numbers_in_text_are_numbers():
    table = rating_table([["10", "9"], ["9.0", 2]])
    assert table.categories == (2, 9, 10)


def test_missing_marks():
    table = rating_table([[1, None], [math.nan, 2], ["", 2], ["  ", 1], [pd.NA, pd.NaT]])
    assert table.indices.tolist() == [[0, -1], [-1, 1], [-1, 1], [-1, 0]]
    assert table.kept_rows.tolist() == [0, 1, 2, 3]


def test_not_applicable_in_words_is_a_category():
    assert rating_table([["n/a", "x"]]).categories == ("n/a", "x")


@pytest.mark.parametrize("table", [[[1, "n/a"], [2, 1]], [["1", "n/a"], ["2", "1"]]])
def test_numbers_and_words_together_are_refused(table):
    with pytest.raises(InputError, match="mixes numbers") as refused:
        rating_table(table)
    assert refused.value.where == "row 1, column 2"
    assert "in one way" in refused.value.remedy
    named = rating_table(table, categories=[1, 2, "n/a"])
    assert named.indices.tolist() == [[0, 2], [1, 0]]


def test_named_categories_keep_their_order_and_refuse_others():
    table = rating_table([["low", "high"]], categories=["low", "middle", "high"])
    assert table.indices.tolist() == [[0, 2]]
    with pytest.raises(InputError, match="hihg: not among the categories") as refused:
        rating_table([["low", "hihg"]], categories=["low", "middle", "high"])
    assert refused.value.where == "row 1, column 2"
    with pytest.raises(InputError, match="repeat"):
        rating_table([[1, 1]], categories=[1, 1])


def test_ragged_flat_and_infinite_tables_are_refused():
    with pytest.raises(InputError, match="different lengths"):
        rating_table([[1, 2], [1]])
    with pytest.raises(InputError, match="dimension"):
        rating_table(np.zeros(3))
    with pytest.raises(InputError, match="infinite"):
        rating_table([[1, math.inf]])
    with pytest.raises(InputError, match="counts must be 2 numbers"):
        rating_table([[1, 1], [0, 0]], counts=[1, -1])


def test_zero_counts_leave_a_row_out():
    assert cohen_kappa([[1, 1], [0, 0], [0, 1]], counts=[3, 3, 0]).value == 1.0


def test_rows_become_a_table_and_duplicates_are_refused():
    rows = [("u1", "ann", 1), ("u2", "ann", 0), ("u1", "ben", 1), ("u1", "ben", 1)]
    table, units, coders = ratings_from_rows(rows)
    assert (table, units, coders) == ([[1, 1], [0, None]], ["u1", "u2"], ["ann", "ben"])
    with pytest.raises(InputError, match="coder ben rated it 1 and 0") as refused:
        ratings_from_rows([*rows, ("u1", "ben", 0)])
    assert refused.value.where == "unit u1"
