from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semcode.errors import ConfigError
from semcode.segment.lexicon import lexicon
from semcode.segment.words import blanked, count_real, words_of

ENGLISH = lexicon("en")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[laughs] Fine", "         Fine"),
        ("(crying) Fine", "         Fine"),
        ("<UNIN/>Fine</b>", "       Fine    "),
        ("[Name] helped", " Name  helped"),
        ("(my aunt) helped", "(my aunt) helped"),
        ("[00:01:02] so", "           so"),
        ("a\r\nb\tc", "a  b c"),
        ("a\r\n\r\nb", "a \n\r\nb"),
        ("3 < 4 and 5 > 4", "3 < 4 and 5 > 4"),
    ],
)
def test_notes_are_blanked_and_words_are_kept(text: str, expected: str) -> None:
    found = blanked(text, ENGLISH)
    assert len(found) == len(text)
    if "\n" in expected:
        assert found.split() == expected.split()
        assert "\n" in found
    else:
        assert found == expected


@given(st.text())
def test_blanking_keeps_every_offset(text: str) -> None:
    found = blanked(text, ENGLISH)
    assert len(found) == len(text)
    assert all(a == b or b == " " for a, b in zip(text, found, strict=True))


def test_words_have_spans_and_keep_hyphens() -> None:
    text = "Don’t co-parent, 24/7!"
    assert [w.text for w in words_of(text)] == ["don't", "co-parent", "24", "7"]
    assert [text[w.start : w.end] for w in words_of(text)] == ["Don’t", "co-parent", "24", "7"]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("um uh", 0),
        ("you know", 0),
        ("you know him", 1),
        ("you left", 2),
        ("i was like you know scared", 3),
    ],
)
def test_fillers_do_not_count(text: str, count: int) -> None:
    assert count_real(text.split(), ENGLISH) == count


def test_an_unknown_language_is_named() -> None:
    with pytest.raises(ConfigError, match=r"'de'.*Use one of: en\."):
        lexicon("de")
