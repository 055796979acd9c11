"""Matching spans, and spans as units."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semcode.agreement import character_table, match_spans, overlap, unit_table
from semcode.errors import InputError

span = st.tuples(st.integers(0, 40), st.integers(1, 12)).map(lambda pair: (pair[0], sum(pair)))


def test_overlap_measures():
    one, two = (0, 10), (5, 25)
    assert overlap(one, two) == pytest.approx(5 / 25)
    assert overlap(one, two, overlap_of="longer") == pytest.approx(5 / 20)
    assert overlap(one, two, overlap_of="shorter") == pytest.approx(5 / 10)
    assert overlap((0, 5), (5, 9)) == 0


def test_tolerance_decides():
    first, second = [(0, 100), (200, 300)], [(5, 100), (260, 360)]
    found = match_spans(first, second, threshold=0.9)
    assert found.pairs == ((0, 0, pytest.approx(0.95)),)
    assert (found.only_first, found.only_second) == ((1,), (1,))
    assert found.specific == pytest.approx(2 / 4)
    assert len(match_spans(first, second, threshold=0.2).pairs) == 2


def test_each_span_has_one_partner_and_the_best():
    found = match_spans([(0, 10)], [(0, 6), (0, 9)], threshold=0.5)
    assert found.pairs == ((0, 1, pytest.approx(0.9)),)
    crossed = match_spans([(0, 10), (2, 12)], [(1, 11)], threshold=0.5)
    assert len(crossed.pairs) == 1


def test_nothing_to_match():
    assert match_spans([], []).specific is None
    assert match_spans([(0, 1)], []).specific == 0
    with pytest.raises(InputError, match="empty"):
        match_spans([(3, 3)], [])
    for options in ({"threshold": 0}, {"overlap_of": "dice"}):
        with pytest.raises(InputError, match="no overlap"):
            match_spans([], [], **options)


@settings(max_examples=120, deadline=None, derandomize=True)
@given(st.lists(span, max_size=5), st.lists(span, max_size=5), st.sampled_from([0.2, 0.5]))
def test_best_pairing_by_trying_all(first, second, threshold):
    found = match_spans(first, second, threshold=threshold)
    best = (0, 0.0)
    short, long = sorted([first, second], key=len)
    for chosen in itertools.permutations(long, len(short)):
        shares = [overlap(one, two) for one, two in zip(short, chosen, strict=True)]
        good = [share for share in shares if share >= threshold]
        best = max(best, (len(good), sum(good)))
    assert len(found.pairs) == best[0]
    assert sum(share for _, _, share in found.pairs) == pytest.approx(best[1])


def test_units_that_were_not_read_are_missing():
    units = [(0, 10), (10, 20), (20, 30)]
    spans = {"ann": [(0, 8), (12, 14)], "ben": [(2, 6), (21, 30)]}
    read = {"ann": [(0, 12), (12, 20)], "ben": [(0, 30)]}
    assert unit_table(units, spans, read=read).tolist() == [[1, 0], [0, 0], [-1, 1]]
    assert unit_table(units, spans, read=read, least=0).tolist() == [[1, 1], [1, 0], [-1, 1]]
    assert unit_table(units, spans)[2].tolist() == [0, 1]
    nobody = unit_table(units, spans, read={"ben": [(0, 30)]})
    assert (nobody[:, 0] == -1).all()


@settings(max_examples=120, deadline=None, derandomize=True)
@given(st.lists(span, min_size=1, max_size=6), st.lists(span, max_size=6))
def test_cover_by_counting_characters(units, marked):
    covered = {p for start, end in marked for p in range(start, end)}
    wanted = [
        sum(p in covered for p in range(start, end)) >= 0.5 * (end - start) for start, end in units
    ]
    assert unit_table(units, {"ann": marked})[:, 0].astype(bool).tolist() == wanted


def test_characters_are_counted_not_listed():
    spans = {"ann": [(0, 50)], "ben": [(25, 75)]}
    table, lengths = character_table(
        spans, extent=(0, 100), read={"ann": [(0, 90)], "ben": [(0, 100)]}
    )
    assert lengths.sum() == 100
    assert lengths[(table[:, 0] == 1) & (table[:, 1] == 1)].sum() == 25
    assert lengths[table[:, 0] == -1].sum() == 10
    assert isinstance(table, np.ndarray)
    for wrong in ((5, 5), (90, 101)):
        with pytest.raises(InputError, match="empty or outside"):
            character_table({"ann": [wrong]}, extent=(0, 100))
    with pytest.raises(InputError, match="a unit is empty"):
        unit_table([(4, 4)], {"ann": []})
