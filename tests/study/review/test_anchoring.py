import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semcode.study.review.anchoring import align, anchored, insertions, kept

OLD = "I: Hello.\nP: We lost the flat in March. My aunt took us in.\n"


def moved(new, words, old=OLD):
    start = old.index(words)
    found = anchored((start, start + len(words)), align(old, new))
    return new[found[0] : found[1]] if found else None


@pytest.mark.parametrize(
    ("new", "words", "wanted"),
    [
        (OLD, "the flat", "the flat"),
        ("Note.\n" + OLD, "the flat", "the flat"),
        (OLD.replace("flat", "falt"), "lost the flat", "lost the falt"),
        (OLD.replace("flat", "apartment"), "the flat", "the apartment"),
        (OLD.replace("We lost", "So we lost"), "lost the flat in", "lost the flat in"),
        (OLD.replace("the flat", "the whole flat"), "the flat in March", "the whole flat in March"),
        (OLD.replace("the flat ", ""), "lost the flat in March", "lost in March"),
        (OLD.replace("We lost the flat in March. ", ""), "the flat in March", None),
        (OLD.replace("March.", "March. Yes."), "in March.", "in March."),
        (OLD.replace("My aunt", "Well. My aunt"), "My aunt took", "My aunt took"),
        ("", "the flat", None),
    ],
)
def test_a_span_goes_with_its_words(new, words, wanted):
    assert moved(new, words) == wanted


texts = st.text(alphabet="ab .\n", max_size=60)


@settings(max_examples=200, deadline=None)
@given(old=texts, new=texts)
def test_the_stretches_cover_both_texts(old, new):
    pieces = align(old, new)
    assert "".join(old[p.start : p.end] for p in pieces) == old
    assert "".join(new[p.new_start : p.new_end] for p in pieces) == new
    for piece in pieces:
        if piece.same:
            assert old[piece.start : piece.end] == new[piece.new_start : piece.new_end]
    assert 0 <= kept(pieces) <= 1


@settings(max_examples=200, deadline=None)
@given(before=texts, span=st.text("ab ", min_size=1, max_size=20), after=texts, more=texts)
def test_an_untouched_span_keeps_its_words(before, span, after, more):
    old, new = f"{before}#{span}#{after}", f"{more}#{span}#{after}"
    if before.count("#") or more.count("#"):
        return
    start = len(before) + 1
    found = anchored((start, start + len(span)), align(old, new))
    assert found is not None
    assert new[found[0] : found[1]] == span


@settings(max_examples=100, deadline=None)
@given(old=texts, new=texts, a=st.integers(0, 60), b=st.integers(0, 60))
def test_a_place_lies_inside_the_new_text(old, new, a, b):
    start, end = sorted((min(a, len(old)), min(b, len(old))))
    found = anchored((start, end), align(old, new))
    if found is not None:
        assert 0 <= found[0] < found[1] <= len(new)


def test_what_was_added_is_known():
    new = OLD.replace("March.", "March, after the fire and all that smoke in the hall.")
    [(start, end)] = list(insertions(align(OLD, new)))
    assert "after the fire" in new[start:end]


def test_a_long_interview_is_aligned_quickly():
    words = [f"word{n % 977} and" for n in range(12_500)]
    old = " ".join(words)
    corrected = [w if n % 100 else w.replace("word", "wrd") for n, w in enumerate(words)]
    new = "Checked. " + " ".join(corrected)
    began = time.perf_counter()
    pieces = align(old, new)
    assert time.perf_counter() - began < 5
    assert kept(pieces) > 0.99
    start = old.index("word500 and word501")
    found = anchored((start, start + 19), pieces)
    assert new[found[0] : found[1]] in ("word500 and word501", "wrd500 and word501")
