import numpy as np
import pytest

from semcode.evaluate import CodeName, Comparison, Options, Place, model_table


def three(model_errs):
    """Two people who differ in a tenth, and a model that errs in a given share."""
    generator = np.random.default_rng(3)
    truth = generator.random((1, 600)) < 0.3
    flips = [generator.random((1, 600)) < share for share in (0.05, 0.05, model_errs)]
    ratings = np.stack([truth ^ flip for flip in flips], axis=-1).astype(np.int8)
    places = tuple(Place(f"T{u // 40}", f"P{u // 40}", u, u + 1) for u in range(600))
    return Comparison(
        "segment", ("a", "b", "machine"), (CodeName("g", "Housing", None),), ratings, places
    )


def test_a_model_that_errs_more_is_behind():
    found = model_table(three(0.3), model=2, options=Options(resamples=200))
    [gap] = found.gaps
    assert gap.verdict == "behind"
    assert gap.interval[1] < 0
    assert gap.people > gap.model
    assert [row.label for row in found.pairs] == ["machine and a", "machine and b"]
    assert [person for person, _ in found.by_code] == ["a", "b"]
    assert gap.people_positive > gap.model_positive > 0
    assert found.among.label == "a and b"
    assert found.overall.code == "all codes"
    assert found.overall.gap == pytest.approx(gap.gap)  # one code only


def test_a_model_like_a_person_is_left_open():
    [gap] = model_table(three(0.05), model=2, options=Options(resamples=200)).gaps
    assert gap.verdict == "open"


def test_one_person_is_not_enough_for_the_difference():
    from semcode.evaluate import drop

    one = drop(three(0.1), 1)
    found = model_table(one, model=1, options=Options(resamples=200))
    assert found.gaps == ()
    assert "second person" in found.reason
    assert len(found.pairs) == 1
