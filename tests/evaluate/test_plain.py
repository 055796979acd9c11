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


def test_one_unit_says_so_and_what_would_help():
    found = plain_report([["x", "y"], ["x", None]], coders=("a", "b"), options=QUICK)
    assert "One unit alone" in found.overall.no_interval["cohen_kappa"]
    assert found.overall.ci == {}
    ordinal = plain_report(
        [["1", "2"], ["2", "2"], ["3", "3"]], coders=("a", "b"), level="ordinal", options=QUICK
    )
    assert "--cluster" in ordinal.overall.no_interval["krippendorff_alpha"]


@pytest.mark.parametrize(
    ("cells", "rated"),
    [([["x", None], [None, "y"]], "a 1, b 1"), ([["x", None], ["y", None]], "a 2, b 0")],
)
def test_without_a_shared_unit_there_is_no_table_of_blanks(cells, rated):
    with pytest.raises(InputError, match=rated) as error:
        plain_report(cells, coders=("a", "b"), options=QUICK)
    assert "on one line" in error.value.remedy


def test_what_rests_on_fewer_units_is_said_and_kept():
    cells = [["x", "x", "x"], ["y", "y", "x"], ["x", "x", None], ["y", "x", None]] * 2
    found = plain_report(cells, coders=("a", "b", "c"), options=QUICK)
    details = found.overall.details
    assert details["scott_pi"]["units"] == 4
    assert details["fleiss_kappa"]["units"] == details["krippendorff_alpha"]["units"] == 8
    assert details["scott_pi"]["observed"] == pytest.approx(2 / 3)
    assert details["fleiss_kappa"]["se"] > 0
    assert any("Scott’s pi rests on the 4 units" in note for note in found.notes)
    assert found.overall.undefined["cohen_kappa"].startswith("It compares two coders")
    assert details["cohen_kappa"]["units"] == 4


def test_every_category_has_an_interval_or_a_reason():
    cells = [["x", "x"], ["x", "y"], ["y", "y"], ["z", "z"]] * 5
    clusters = [str(i // 2) for i in range(20)]
    for found in (
        plain_report(cells, coders=("a", "b"), options=QUICK),
        plain_report(cells, coders=("a", "b"), clusters=clusters, options=QUICK),
    ):
        for row in found.rows:
            for name, value in row.values.items():
                assert value is None or (name in row.ci) != (name in row.no_interval)
    low, high = plain_report(cells, coders=("a", "b"), options=QUICK).rows[0].ci["cohen_kappa"]
    assert low < 1 - 0.25 / 0.5 < high


def test_one_category_is_not_sent_in_a_circle():
    found = plain_report([["x", "x"], ["x", "x"]], coders=("a", "b"), options=QUICK)
    assert "report percent agreement and AC1" not in found.overall.undefined["cohen_kappa"]
    assert "--categories" in found.overall.undefined["gwet_ac1"]


def test_words_need_an_order_in_the_words_of_the_command():
    cells = [["low", "high"], ["low", "low"]]
    for options, said in (
        ({"level": "interval"}, "--level interval"),
        ({"weights": "linear"}, "--weights linear"),
    ):
        with pytest.raises(InputError, match=said) as error:
            plain_report(cells, coders=("a", "b"), options=QUICK, **options)
        assert "--categories" in error.value.remedy
    with pytest.raises(InputError, match="lowest is -1"):
        plain_report([["-1", "2"], ["2", "2"]], coders=("a", "b"), level="ratio", options=QUICK)
    with pytest.raises(InputError, match="two ways"):
        plain_report(cells, coders=("a", "b"), level="ordinal", weights="linear", options=QUICK)


def test_categories_spelt_alike_and_the_matrix():
    found = plain_report(
        [["X", "x"], ["x", "x"], ["not  sure", "not sure"]], coders=("a", "b"), options=QUICK
    )
    assert sum("differ only in capitals" in note for note in found.notes) == 2
    assert found.categories == ("X", "not  sure", "not sure", "x")
    assert found.matrix[0] == (0, 0, 0, 1)
    assert found.matrix[3] == (1, 0, 0, 1)
