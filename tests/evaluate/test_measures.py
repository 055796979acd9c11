import numpy as np
import pytest

from semcode.agreement import cohen_kappa, gwet_ac, krippendorff_alpha
from semcode.errors import InputError
from semcode.evaluate import NAMES, Options
from semcode.evaluate.measures import measure


def test_a_table_counted_by_hand(comparison, quick):
    # 8 units: both 2, only a 1, only b 1, neither 4: kappa = (.75 - .53125) / (1 - .53125)
    two = comparison("11 11 10 01 00 00 00 00")
    [row] = measure([("Housing", "community")], two.ratings, two.clusters(quick), options=quick)
    assert row.values["percent"] == pytest.approx(0.75)
    assert row.values["cohen_kappa"] == pytest.approx((0.75 - 34 / 64) / (1 - 34 / 64))
    assert row.values["krippendorff_alpha"] == pytest.approx(1 - 15 * 4 / (2 * 6 * 10))
    assert row.more["positive_agreement"] == pytest.approx(4 / 6)
    assert row.more["negative_agreement"] == pytest.approx(8 / 10)
    assert (row.n, row.n_positive, row.prevalence) == (8, 4, 6 / 16)


def test_rows_equal_the_single_functions(quick):
    generator = np.random.default_rng(1)
    ratings = generator.integers(-1, 2, (5, 200, 2)).astype(np.int8)
    clusters = [unit // 20 for unit in range(200)]
    rows = measure([(str(i), None) for i in range(5)], ratings, clusters, options=quick)
    for row, table in zip(rows, ratings, strict=True):
        cells = np.where(table < 0, np.nan, table)
        for name, function in (
            ("cohen_kappa", cohen_kappa),
            ("gwet_ac1", gwet_ac),
            ("krippendorff_alpha", krippendorff_alpha),
        ):
            single = function(cells, categories=[0, 1])
            assert row.values[name] == pytest.approx(single.value, abs=1e-12)
        low, high = row.ci["krippendorff_alpha"]
        assert low < row.values["krippendorff_alpha"] < high


def test_a_code_that_nobody_used_has_no_coefficient_and_a_reason(comparison, quick):
    empty = comparison("00 00 00 00 00 00 00 00")
    [row] = measure([("Housing", None)], empty.ratings, empty.clusters(quick), options=quick)
    assert row.values["percent"] == 1
    assert all(row.values[name] is None for name in NAMES if name != "percent")
    assert "Nobody used 'Housing'" in row.undefined["gwet_ac1"]


def test_perfect_agreement_has_a_value_and_no_interval(comparison, quick):
    same = comparison("11 00 11 00 11 00 11 00 11 00 00 00")
    [row] = measure([("Housing", None)], same.ratings, same.clusters(quick), options=quick)
    assert row.values["krippendorff_alpha"] == 1
    assert "krippendorff_alpha" not in row.ci
    assert "Every resample gives the same value" in row.no_interval["krippendorff_alpha"]


@pytest.mark.parametrize(("n", "said"), [(1, "one interview"), (2, "three ways only")])
def test_too_few_interviews_have_no_interval(comparison, quick, n, said):
    few = comparison("11 10 01 00 00 00", per_interview=6 // n)
    [row] = measure([("Housing", None)], few.ratings, few.clusters(quick), options=quick)
    assert row.ci == {}
    assert said in row.no_interval["krippendorff_alpha"]


def test_three_coders_have_conger_and_a_reason_for_cohen(comparison, quick):
    three = comparison("110 111 000 001 100 000 000 111", coders="abc", per_interview=2)
    [row] = measure([("Housing", None)], three.ratings, three.clusters(quick), options=quick)
    assert row.values["conger_kappa"] is not None
    assert row.values["cohen_kappa"] is None
    assert "compares two coders" in row.undefined["cohen_kappa"]


def test_counts_stand_for_characters(comparison, quick):
    counts = np.array([3.0, 1, 2, 2])
    cut = comparison("11 10 00 01", counts=counts, per_interview=1)
    whole = comparison("11 11 11 10 00 00 01 01", per_interview=1)
    one, two = (
        measure([("x", None)], c.ratings, range(len(c.places)), options=quick, counts=c.counts)[0]
        for c in (cut, whole)
    )
    assert one.values == pytest.approx(two.values)
    assert (one.n, one.n_positive) == (two.n, two.n_positive) == (8, 6)


@pytest.mark.parametrize("bad", [{"ci": 95}, {"resamples": 3}, {"cluster": "day"}])
def test_options_out_of_range_are_refused(bad):
    with pytest.raises(InputError):
        Options(**bad)
