import numpy as np

from semcode.records import Segment
from semcode.suggest import CodedQuote, NearestQuotes, _distinct, embedding_text


def quote(start, end, code="a", transcript="t"):
    return CodedQuote(transcript, "P1", start, end, "words", code, "ana")


def test_a_short_answer_is_embedded_with_its_question():
    text = "How many   times? \r\n Twice, I think. A long answer stands alone here."
    short = Segment(21, 35, 0, 0, 17)
    assert text[short.start : short.end] == "Twice, I think"
    assert embedding_text(text, short, context_below=5) == "How many times? Twice, I think"
    assert embedding_text(text, short, context_below=3) == "Twice, I think"
    assert embedding_text(text, Segment(21, 35, 0), context_below=5) == "Twice, I think"


def test_a_bare_yes_does_not_take_over_what_the_question_says():
    text = "Did you feel guilt? Yeah. Not that, no."
    assert embedding_text(text, Segment(20, 25, 0, 0, 19), context_below=30) == "Yeah."
    said = embedding_text(text, Segment(26, 39, 0, 0, 19), context_below=30)
    assert said == "Did you feel guilt? Not that, no."


def test_two_coders_of_the_same_words_are_one_piece_of_evidence():
    found = _distinct(
        [(quote(0, 9), 0.9), (quote(5, 12), 0.8), (quote(5, 12, transcript="u"), 0.7)]
    )
    assert [(q.transcript, s) for q, s in found] == [("t", 0.9), ("u", 0.7)]


def test_nearest_quotes_come_first():
    rows = np.eye(3, dtype=np.float32)
    nearest = NearestQuotes([quote(0, 1, c) for c in "abc"], rows)
    [found] = nearest.search(np.array([[0.1, 0.9, 0.4]], np.float32))
    assert [q.code for q, _ in found] == ["b", "c", "a"]
