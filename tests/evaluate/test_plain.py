import pytest

from semcode.errors import InputError
from semcode.evaluate import Options, plain_report

QUICK = Options(resamples=200)


def test_two_coders_by_hand():
    # x x, x x, x y, y y: agreement .75, chance .75 * .5 + .25 * .5 = .5
    found = plain_report(
        [["x", "x"], ["x", "x"], ["x", "y"], ["y", "y"]], coders=("a", "b"), options=QUICK
    )
    assert found.overall.values["percent"] == 0.75
    assert found.overall.values["cohen_kappa"] == pytest.approx(0.5)
    assert [row.label for row in found.rows] == ["x", "y"]
    assert found.rows[0].values["cohen_kappa"] == pytest.approx(0.5)
    assert found.n_units == 4


def test_levels_set_the_weights():
    cells = [["1", "2"], ["2", "2"], ["3", "3"], ["1", "1"]]
    by_level = plain_report(cells, coders=("a", "b"), level="interval", options=QUICK)
    by_name = plain_report(cells, coders=("a", "b"), weights="quadratic", options=QUICK)
    assert by_level.overall.values == by_name.overall.values
    assert by_level.rows == ()


def test_intervals_are_over_interviews_where_they_are_named():
    cells = [["x", "x"], ["x", "y"], ["y", "y"]] * 10
    alone = plain_report(cells, coders=("a", "b"), options=QUICK)
    clusters = [str(i // 5) for i in range(30)]
    apart = plain_report(cells, coders=("a", "b"), clusters=clusters, options=QUICK)
    assert not alone.clustered
    assert apart.clustered
    assert apart.overall.ci["krippendorff_alpha"] != alone.overall.ci.get("krippendorff_alpha")


def test_one_category_is_undefined_with_a_reason():
    found = plain_report([["x", "x"], ["x", "x"]], coders=("a", "b"), options=QUICK)
    assert found.overall.values["krippendorff_alpha"] is None
    assert "0/0" in found.overall.undefined["krippendorff_alpha"]
    named = plain_report(
        [["x", "x"], ["x", "x"]], coders=("a", "b"), categories=["x", "y"], options=QUICK
    )
    assert named.overall.values["gwet_ac1"] == 1


def test_an_empty_column_is_named():
    found = plain_report(
        [["x", None, "x"], ["y", None, "x"]], coders=("a", "b", "c"), options=QUICK
    )
    assert found.coders == ("a", "c")
    assert "'b' holds no rating" in found.notes[0]


def test_thousands_of_categories_are_questioned():
    cells = [[str(i), str(i + 5000)] for i in range(2000)]
    found = plain_report(cells, coders=("a", "b"), options=QUICK)
    assert found.rows == ()
    assert "free text" in found.notes[0]


def test_one_coder_is_refused():
    with pytest.raises(InputError, match="needs two coders"):
        plain_report([["x"], ["y"]], coders=("a",), options=QUICK)
