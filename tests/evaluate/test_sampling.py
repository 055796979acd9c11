import pytest

from semcode.agreement import expected_half_width
from semcode.errors import InputError
from semcode.evaluate import Candidate, draw, precision


def units(n, stratum=""):
    return [Candidate(f"T{i // 10}", ((i, i + 1),), stratum) for i in range(n)]


def test_the_same_seed_draws_the_same():
    one, two = (draw(units(50), 10, seed=4).drawn for _ in range(2))
    assert one == two
    assert one != draw(units(50), 10, seed=5).drawn
    assert len(set(one)) == 10


def test_strata_give_in_proportion_and_one_at_least():
    mixed = units(70, "large") + units(28, "middle") + units(2, "small")
    assert draw(mixed, 10, seed=0).strata == {"large": (7, 70), "middle": (2, 28), "small": (1, 2)}


def test_even_takes_half_from_where_a_rare_code_is_likely():
    mixed = units(90, "other") + units(10, "likely")
    assert draw(mixed, 12, seed=0, even=True).strata == {"other": (6, 90), "likely": (6, 10)}
    assert draw(mixed, 30, seed=0, even=True).strata == {"other": (20, 90), "likely": (10, 10)}


@pytest.mark.parametrize(("n", "said"), [(0, "cannot be drawn"), (51, "50 that can still")])
def test_what_cannot_be_drawn_is_said(n, said):
    with pytest.raises(InputError, match=said):
        draw(units(50), n, seed=0)
    with pytest.raises(InputError, match="nothing left"):
        draw([], 5, seed=0)


def test_precision_has_the_design_effect():
    [found] = precision(100, prevalences={"Housing": 0.1}, total=None, clusters=10, icc=0.05)
    effect = 1 + 9 * 0.05
    assert found.half_width == pytest.approx(
        expected_half_width(100, prevalence=0.1, design_effect=effect)
    )
    assert found.positives == 10
    assert len(precision(100, prevalences={}, total=500, clusters=10)) == 5
    with pytest.raises(InputError, match="intraclass"):
        precision(100, prevalences={}, total=500, clusters=10, icc=2)
