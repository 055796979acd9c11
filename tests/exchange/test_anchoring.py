import pytest
from hypothesis import given
from hypothesis import strategies as st

from semcode.exchange.anchoring import Anchor, How, rebase

TEXT = (
    "Interviewer: Where did you live?\r\n\r\nParticipant: I slept in the  car — for two weeks, "
    "“nobody asked”. 🙂 Then my sister took us in.\r\n\r\nParticipant: Nobody asked."
)


def found(quote, **near):
    place = Anchor(TEXT).place(quote, **near)
    return (TEXT[place.start : place.end], place.how) if place else None


def test_words_as_they_are():
    assert found("I slept") == ("I slept", How.EXACT)


def test_white_space_and_typography_do_not_matter():
    assert found("slept in the car - for two weeks") == (
        "slept in the  car — for two weeks",
        How.SPACES,
    )
    assert found('"nobody\nasked".') == ("“nobody asked”.", How.SPACES)
    assert found("live? Participant: I") == ("live?\r\n\r\nParticipant: I", How.SPACES)


def test_nearly_the_same_words():
    assert found("Then my sistr took us in") == ("Then my sister took us in", How.ALIKE)


@pytest.mark.parametrize("quote", ["", "  \n", "a helicopter landed on the roof", "sistr"])
def test_other_words_are_not_found(quote):
    assert found(quote) is None


def test_several_places_are_counted_and_one_can_be_meant():
    anchor = Anchor("one two one two one two")
    assert anchor.place("two").places == 3
    assert anchor.place("two").start == 4
    assert anchor.place("two", near=19).start == 20
    assert anchor.place("t wo", near=13).start == 12


PIECES = ("a", "b", " ", "\n", "\r\n", "🙂", "\t", "é")


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=30), st.data())
def test_texts_that_differ_in_white_space_map_each_letter(pieces, data):
    old = "".join(pieces)
    spaces = st.sampled_from(["", " ", "\n", "\r\n"])
    new = "".join(p if not p.isspace() else data.draw(spaces) for p in pieces)
    way = rebase(old, new)
    start = data.draw(st.integers(0, len(old)))
    end = data.draw(st.integers(start, len(old)))
    first, last = way.span(start, end)
    assert 0 <= first <= last <= len(new)
    assert "".join(new[first:last].split()) == "".join(old[start:end].split())


def test_line_ends_alone_keep_every_place():
    old, new = "a \r\n\r\n b\r\n", "a \n\n b\n"
    way = rebase(old, new)
    assert [way.span(n, n)[0] for n in range(len(old) + 1)] == [0, 1, 2, 2, 3, 3, 4, 5, 6, 6, 7]
    assert rebase(new, old).span(2, 4) == (2, 6)


def test_other_words_have_no_way():
    assert rebase("a b", "a c") is None


@pytest.mark.parametrize(
    ("quote", "words"),
    [
        ("In the car then with my sister", "In the car 🙂, then with my sister"),
        ("In the car 🙂, and then with my sister", "In the car 🙂, then with my sister"),
        ("in thee car 🙂, then with my", "In the car 🙂, then with my"),
    ],
)
def test_letters_more_or_less_do_not_move_the_ends(quote, words):
    text = "Interviewer: Where did you live?\n\nMaria: In the car 🙂, then with my sister.\n"
    found = Anchor(text).place(quote)
    assert found.how is How.ALIKE
    assert text[found.start : found.end] == words
