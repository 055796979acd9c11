import numpy as np
import pytest

from semcode.agreement import set_alpha
from semcode.errors import InputError
from semcode.evaluate import Options, compare, select
from semcode.evaluate.label_sets import set_alphas
from semcode.evaluate.views import drift_between, level_ratings, overall, table_by


def test_select_keeps_what_all_of_them_read(comparison):
    some = comparison("11. 1.1 .11 111", coders="abc")
    assert select(some, (0, 1)).n_units == 2
    assert select(some, (0, 2)).ratings[0].tolist() == [[1, 1], [1, 1]]
    assert select(some, (0, 1, 2)).n_units == 1


def test_a_level_is_any_code_under_it(comparison):
    both = comparison("10 00 00", "01 00 10", "00 11 00")
    levels, ratings = level_ratings(both)
    assert [level.value for level in levels] == ["intrapersonal", "community"]
    assert ratings.tolist() == [[[0, 0], [1, 1], [0, 0]], [[1, 1], [0, 0], [1, 0]]]


def test_pairs_use_their_own_units(comparison, quick):
    some = comparison("11. 1.1 .11 110 000 000 00.", coders="abc", per_interview=2)
    rows = {row.label: row for row in table_by(some, "pair", quick)}
    assert {label: row.n for label, row in rows.items()} == {
        "a and b": 5,
        "a and c": 4,
        "b and c": 4,
    }


def test_facets_are_compared_where_the_code_is_shared(source, coding, reading, codes, quick):
    read = [reading("a", 20, 100), reading("b", 20, 100)]
    one = source(
        [
            coding("a", 20, 40, facets=("barrier",)),
            coding("b", 20, 40, facets=("barrier",)),
            coding("a", 40, 60, facets=("barrier",)),
            coding("b", 40, 60),
            coding("a", 60, 80, facets=("facilitator",)),  # b did not give the code
        ],
        read,
    )
    found = compare([one], coders=["a", "b"], codes=codes, unit="segment")
    [row] = table_by(found, "facet", quick)
    assert (row.label, row.n, row.values["percent"]) == ("barrier", 2, 0.5)


def test_pooled_counts_every_decision(comparison, quick):
    two = comparison("11 10 00 00", "00 00 01 11", per_interview=1)
    row = overall(two, quick)
    assert (row.n, row.more["n_decisions"], row.values["percent"]) == (4, 8, 0.75)


def test_sets_of_codes_equal_the_single_function(comparison, quick):
    two = comparison("11 10 00 00 11 01", "11 00 01 11 10 00", per_interview=2)
    sets = [
        [{code for code in range(2) if two.ratings[code, unit, coder]} for coder in range(2)]
        for unit in range(6)
    ]
    found = set_alphas(two, quick)
    for distance in ("masi", "jaccard"):
        expected = set_alpha(sets, distance=distance).value
        assert found[f"set_alpha_{distance}"] == pytest.approx(expected)
    assert len(found["set_alpha_masi_ci"]) == 2


def test_too_many_sets_are_said(quick):
    from semcode.evaluate import CodeName, Comparison, Place

    ratings = np.random.default_rng(0).integers(0, 2, (12, 1000, 2)).astype(np.int8)
    many = Comparison(
        "segment",
        ("a", "b"),
        tuple(CodeName(str(i), str(i), None) for i in range(12)),
        ratings,
        tuple(Place(f"T{u // 100}", "P", u, u + 1) for u in range(1000)),
    )
    assert "too many" in set_alphas(many, quick)["set_alpha_reason"]


def test_drift_has_the_sign_of_the_change(comparison, quick):
    better = comparison("10 01 10 11 00 01 " * 3 + "11 00 11 00 10 00 " * 3, per_interview=3)
    drift = drift_between(better, quick)
    assert drift.change > 0
    assert drift.interval[0] < drift.change < drift.interval[1]
    assert drift_between(comparison("11 00 10 00"), quick) is None


def test_an_interview_or_a_person_is_resampled(comparison):
    one = comparison("11 10 00 01 11 00")
    assert one.clusters(Options(cluster="participant"))[-1] == "P1"
    assert one.clusters(Options())[-1] == "T1"


def test_an_unknown_view_is_refused(comparison, quick):
    with pytest.raises(InputError, match="transcript"):
        table_by(comparison("11"), "colour", quick)
