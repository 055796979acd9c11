import pytest

from semcode.evaluate.advice import (
    confusion_matrix,
    confusions,
    disputes,
    more_units,
    what_to_mend,
)
from semcode.evaluate.measures import measure


@pytest.fixture
def confused(comparison):
    # Housing by a for Childcare by b in three units, Guilt only by a in one.
    return comparison(
        "10 10 10 11 00 00 00 00", "01 01 01 00 11 00 00 00", "00 00 00 00 00 10 11 00"
    )


def test_pairs_and_matrix_count_the_same(confused):
    [pair] = confusions(confused)
    assert (pair.one, pair.two, pair.count, pair.share) == ("Housing", "Childcare", 3, 1.0)
    assert confusion_matrix(confused).tolist() == [[1, 3, 0], [3, 1, 0], [0, 0, 1]]


def test_disputes_name_what_each_gave(confused):
    first = disputes(confused)[0]
    assert (first.n, first.given) == (2, (("a", ("Housing",)), ("b", ("Childcare",))))
    assert len(disputes(confused)) == 4


def test_advice_says_what_kind_of_disagreement(confused, quick):
    rows = measure(
        [(c.name, c.level) for c in confused.codes],
        confused.ratings,
        confused.clusters(quick),
        options=quick,
    )
    found = {item.code: item for item in what_to_mend(confused, rows)}
    assert "'Childcare'" in found["Housing"].advice
    assert "nothing else" in found["Guilt"].advice
    assert found["Housing"].disagreements == 3
    assert sum(item.share for item in found.values()) == pytest.approx(1)


def test_more_units_than_the_study_has_are_said(comparison, quick):
    few = comparison("11 10 01 00 00 00 11 00 00 10 00 00", per_interview=2)
    rows = measure([("Housing", None)], few.ratings, few.clusters(quick), options=quick)
    [plan] = more_units(few, rows, half_width=0.01, options=quick)
    low, high = rows[0].ci["krippendorff_alpha"]
    assert plan.half_width == pytest.approx((high - low) / 2)
    assert plan.needed == pytest.approx(12 * (plan.half_width / 0.01) ** 2, abs=1)
    assert (plan.enough, plan.share, plan.more) == (False, 1.0, plan.needed - 12)
