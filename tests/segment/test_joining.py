from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from semcode.segment.joining import Unit, _bound_cost, _length_cost, join
from semcode.segment.settings import SegmentSettings

DEFAULTS = SegmentSettings()


def unit(words: int, depth: float = 0.0, real: int | None = None) -> Unit:
    return Unit(0, 0, words, words if real is None else real, depth)


def test_a_drop_decides_where_lengths_do_not() -> None:
    units = [unit(20), unit(20), unit(20, 0.8), unit(20)]
    assert join(units, DEFAULTS) == [(0, 2), (2, 4)]
    units = [unit(20), unit(20, 0.8), unit(20), unit(20)]
    assert join(units, DEFAULTS) == [(0, 1), (1, 4)]


def test_a_fragment_may_exceed_the_longest() -> None:
    assert join([unit(80), unit(3)], DEFAULTS) == [(0, 2)]
    assert join([unit(3), unit(80)], DEFAULTS) == [(0, 2)]
    assert len(join([unit(80), unit(30, real=3), unit(80)], DEFAULTS)) == 2


def test_nothing_gives_nothing() -> None:
    assert join([], DEFAULTS) == []


@given(
    st.lists(st.builds(unit, st.integers(1, 80), st.floats(0, 2), st.integers(1, 80)), max_size=8)
)
def test_no_division_is_cheaper(units: list[Unit]) -> None:
    units = [Unit(0, 0, u.words, min(u.real, u.words), u.depth) for u in units]
    found = join(units, DEFAULTS)
    assert [start for start, _ in found[1:]] == [end for _, end in found[:-1]]
    allowed = [d for d in _divisions(len(units)) if _explored(units, d)]
    if units:
        assert _cost(units, found) <= min(_cost(units, d) for d in allowed) + 1e-9


def _divisions(count: int) -> list[list[tuple[int, int]]]:
    inner = range(1, count)
    cuts = (c for size in range(count) for c in combinations(inner, size))
    return [list(zip((0, *c), (*c, count), strict=True)) for c in cuts]


def _explored(units: list[Unit], division: list[tuple[int, int]]) -> bool:
    """Only a division without needless overflow is compared: dropping its first unit fits."""
    return all(
        sum(u.words for u in units[a + 1 : b]) <= DEFAULTS.max_words
        or sum(u.real for u in units[a + 1 : b]) < DEFAULTS.min_words
        for a, b in division
    )


def _cost(units: list[Unit], division: list[tuple[int, int]]) -> float:
    lengths = sum(
        _length_cost(sum(u.words for u in units[a:b]), sum(u.real for u in units[a:b]), DEFAULTS)
        for a, b in division
    )
    return lengths + sum(_bound_cost(units[a], DEFAULTS) for a, _ in division if a)
