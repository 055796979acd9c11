from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semcode.segment.lexicon import lexicon
from semcode.segment.windows import cut_windows, pauses_of
from semcode.segment.words import words_of

ENGLISH = lexicon("en")


def cuts(text: str, pauses: dict[int, float] | None = None, size: int = 10) -> list[int]:
    return cut_windows(
        text,
        words_of(text),
        size=size,
        longest=2 * size,
        shortest=size // 3,
        lexicon=ENGLISH,
        pauses=pauses or {},
    )


def test_plain_words_are_cut_evenly() -> None:
    text = " ".join(["word"] * 30)
    assert cuts(text) == [50, 100]


def test_a_comma_draws_the_cut() -> None:
    text = " ".join(["word"] * 8) + ", " + " ".join(["word"] * 12)
    assert cuts(text) == [text.index(",") + 2]


def test_no_cut_after_an_article() -> None:
    text = " ".join(["word"] * 9 + ["the"] + ["word"] * 10)
    (cut,) = cuts(text)
    assert not text[:cut].rstrip().endswith("the")


def test_a_pause_goes_before_everything() -> None:
    text = " ".join(["word"] * 8) + ", " + " ".join(["word"] * 12)
    at = [word.start for word in words_of(text)][12]
    assert cuts(text, {at: 2.0}) == [at]


@given(st.lists(st.sampled_from(["a", "the", "house", "and", "x,"]), min_size=1, max_size=200))
def test_no_window_is_too_long(said: list[str]) -> None:
    text = " ".join(said)
    bounds = [0, *cuts(text), len(text)]
    assert bounds == sorted(set(bounds))
    sizes = [len(text[a:b].split()) for a, b in pairwise(bounds)]
    assert max(sizes) <= 20
    assert len(sizes) == 1 or min(sizes[1:]) >= 3


def test_a_pause_is_time_beyond_the_usual_pace() -> None:
    times = [(100, 0.0), (110, 1.0), (120, 2.0), (130, 6.0), (140, 7.0)]
    assert pauses_of(times, offset=100) == pytest.approx({10: 0.0, 20: 0.0, 30: 3.0, 40: 0.0})
    assert pauses_of([(5, 1.0)]) == {}
    assert pauses_of([(5, 1.0), (5, 2.0)]) == {}
