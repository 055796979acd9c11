import pytest

from semcode.errors import InputError
from semcode.evaluate import compare
from semcode.evaluate.rating import readable, touched

UNITS = [(0, 10), (10, 30), (40, 50)]


@pytest.mark.parametrize(
    ("span", "hit"),
    [
        ((0, 10), [0]),
        ((0, 12), [0]),  # two letters over the edge
        ((12, 16), [1]),  # a short quotation inside one unit
        ((6, 14), [0, 1]),  # half of it in each
        ((25, 45), [1, 2]),  # over the interviewer's words between
        ((31, 39), []),
        ((0, 50), [0, 1, 2]),
    ],
)
def test_a_coding_falls_on_the_units_that_it_is_about(span, hit):
    assert touched(UNITS, span, 0.5) == hit


def test_no_coding_is_lost_at_one_half():
    for start in range(50):
        for end in range(start + 1, 51):
            inside = any(a < end and start < b for a, b in UNITS)
            assert bool(touched(UNITS, (start, end), 0.5)) == inside


def test_zero_means_any_overlap():
    assert touched(UNITS, (9, 41), 0.0) == [0, 1, 2]


def test_unread_is_no_judgement(source, coding, reading, codes):
    one = source(
        [coding("a", 20, 40), coding("b", 20, 40), coding("a", 40, 60, "g2")],
        [reading("a", 20, 100), reading("b", 20, 60)],
    )
    found = compare([one], coders=["a", "b"], codes=codes, unit="segment")
    assert found.ratings[0].tolist() == [[1, 1], [0, 0], [0, -1], [0, -1]]
    assert found.ratings[1].tolist() == [[0, 0], [1, 0], [0, -1], [0, -1]]
    assert (found.total_units, found.notes) == (4, ())
    assert found.places[0].participant == "Ann"


def test_a_coding_in_unread_text_is_left_out_and_said(source, coding, reading, codes):
    one = source([coding("b", 80, 100)], [reading("a", 20, 100), reading("b", 20, 60)])
    found = compare([one], coders=["a", "b"], codes=codes, unit="segment")
    assert not (found.ratings == 1).any()
    assert "Left out: 1 coding of b on a segment that b is not recorded" in found.notes[0]


def test_reading_with_suggestions_on_show_does_not_count(source, reading, codes):
    one = source([], [reading("a", 20, 100), reading("b", 20, 100, blind=False)])
    blind = compare([one], coders=["a", "b"], codes=codes, unit="segment")
    assert (blind.ratings[:, :, 1] == -1).all()
    assert "not blind" in blind.notes[0]
    seen = compare([one], coders=["a", "b"], codes=codes, unit="segment", blind_only=False)
    assert (seen.ratings == 0).all()


def test_segments_read_one_by_one_make_a_turn_that_is_read(source):
    text = "?" * 20 + "a" * 38 + "\n " + "b" * 40
    one = source(text=text)
    assert readable(one, [(20, 58), (60, 100)]) == [(0, 100)]
    assert readable(one, [(20, 58)]) == [(0, 60)]


def test_characters_are_cut_where_anything_changes(source, coding, reading, codes):
    one = source(
        [coding("a", 25, 35), coding("b", 30, 40)], [reading("a", 20, 100), reading("b", 20, 70)]
    )
    found = compare([one], coders=["a", "b"], codes=codes, unit="character")
    spans = [(p.start, p.end) for p in found.places]
    assert spans == [(20, 25), (25, 30), (30, 35), (35, 40), (40, 70), (70, 100)]
    assert found.ratings[0].tolist() == [[0, 0], [1, 0], [1, 1], [0, 1], [0, 0], [0, -1]]
    assert found.counts.tolist() == [5, 5, 5, 5, 30, 30]
    assert found.n_units == 80


def test_codes_that_are_gone_are_counted(source, coding, reading, codes):
    one = source([coding("a", 20, 40, "old")], [reading("a", 20, 100)])
    assert "newest codebook" in compare([one], coders=["a"], codes=codes, unit="segment").notes[0]


def test_an_impossible_overlap_is_refused(codes):
    with pytest.raises(InputError, match="between 0 and 1"):
        compare([], coders=["a"], codes=codes, unit="segment", least=1.5)
