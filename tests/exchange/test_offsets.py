import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from semcode.exchange.offsets import (
    RULES,
    SPEC,
    Lines,
    Marks,
    Rule,
    Unit,
    choose,
    fits,
    from_foreign,
    rule_named,
    to_foreign,
    with_lines,
)

PIECES = (
    "a",
    "Z",
    " ",
    "\n",
    "\r\n",
    "\r",
    "é",
    "e\u0301",
    "\ufeff",
    "🙂",
    "👩‍👧",
    "ß",
    "中",
    "'",
    ".",
)
TEXTS = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
TALK = (
    "Interviewer: Wie geht's? 🙂\r\n\r\nParticipant: I slept in the car – für zwei Wochen 👩‍👧, "
    "and nobody asked.\r\n\r\nInterviewer: And the café?\r\n\r\nParticipant: It was déjà closed. "
) * 6


def counted(text, position, rule):
    """Count the naive way: write what stands before the position as the rule has it."""
    before, last = text[:position], text[position - 1 : position + 1]
    if rule.lines is not Lines.AS_STORED:
        end = "\n" if rule.lines is Lines.LF else "\r\n"
        half = last == "\r\n"  # between the two: the line end has not been counted yet
        before = before[:-1] if half else before
        before = before.replace("\r\n", "\n").replace("\r", "\n").replace("\n", end)
        if half and rule.lines is Lines.CRLF:
            before += "\r"
    mark = "\ufeff" if rule.bom else ""
    encoded = {
        Unit.CODE_POINT: lambda t: len(t),
        Unit.UTF_16: lambda t: len(t.encode("utf-16-le")) // 2,
        Unit.UTF_8: lambda t: len(t.encode()),
    }[rule.unit]
    return encoded(mark + before)


@given(TEXTS, st.sampled_from(RULES))
@example("a\r\nb", Rule(lines=Lines.LF))
@example("a\nb\rc", Rule(Unit.UTF_16, Lines.CRLF, bom=True))
def test_positions_are_counted_as_writing_it_out_would(text, rule):
    places = range(len(text) + 1)
    assert to_foreign(text, rule, places) == [counted(text, place, rule) for place in places]


@given(TEXTS, st.sampled_from(RULES))
def test_every_boundary_comes_back(text, rule):
    places = [
        place
        for place in range(len(text) + 1)
        # between the two halves of a line end there is no place when it counts as one
        if not (rule.lines is Lines.LF and text[place - 1 : place + 1] == "\r\n" and place)
    ]
    foreign = to_foreign(text, rule, places)
    back = from_foreign(text, rule, Marks.of([(place, place) for place in foreign]))
    assert back.starts.tolist() == back.ends.tolist() == places
    assert back.outside == back.inside == 0


@given(TEXTS, st.sampled_from(RULES), st.tuples(st.integers(), st.integers()))
def test_any_number_gives_a_span_of_the_text(text, rule, span):
    back = from_foreign(text, rule, Marks.of([span]))
    assert 0 <= back.starts[0] <= back.ends[0] <= len(text)


def test_an_end_inside_a_character_moves_out_of_it():
    back = from_foreign("a🙂b", Rule(Unit.UTF_16), Marks.of([(2, 2), (1, 2), (2, 3)]))
    assert back.starts.tolist() == [1, 1, 1]
    assert back.ends.tolist() == [2, 2, 2]
    assert back.inside == 4


def test_what_leaves_the_text_is_cut_and_counted():
    back = from_foreign("abc", SPEC, Marks.of([(1, 99), (-4, 2), (2, 1)]))
    assert list(zip(back.starts.tolist(), back.ends.tolist(), strict=True)) == [
        (1, 3),
        (0, 2),
        (1, 2),
    ]
    assert back.outside == 2


def words_of(text):
    spans, start = [], None
    for place, letter in enumerate([*text, " "]):
        if letter.isalnum() and start is None:
            start = place
        elif not letter.isalnum() and start is not None:
            spans.append((start, place))
            start = None
    return spans


@pytest.mark.parametrize(
    ("rule", "bom"), [(rule, bom) for rule in RULES for bom in (True, False) if bom or not rule.bom]
)
def test_the_rule_that_was_used_is_found(rule, bom):
    spans = [(a, b) for (a, _), (_, b) in zip(words_of(TALK), words_of(TALK)[3:], strict=False)]
    foreign = [tuple(to_foreign(TALK, rule, span)) for span in spans]
    fit = choose([fits(TALK, Marks.of(foreign), bom=bom)])[0]
    found = from_foreign(TALK, fit.rule, Marks.of(foreign))
    assert list(zip(found.starts.tolist(), found.ends.tolist(), strict=True)) == spans
    assert not fit.poor
    assert fit.between == fit.ends == 2 * len(spans)


def test_quotes_decide_where_few_positions_cannot():
    text = "é" * 20 + " one two one two one two one two"
    start = text.index("two")
    foreign = to_foreign(text, Rule(Unit.UTF_8), [start, start + 11])
    marks = Marks.of([tuple(foreign)], ["two one two…"])
    assert choose([fits(text, marks, bom=False)])[0].rule.unit is Unit.UTF_8


def test_one_document_follows_the_project_unless_it_clearly_differs():
    usual = Rule(lines=Lines.LF)
    many = [tuple(to_foreign(TALK, usual, span)) for span in words_of(TALK)]
    short = "a b c\r\n" * 5
    one = [tuple(to_foreign(short, usual, (14, 15)))]
    chosen = choose([fits(TALK, Marks.of(many), bom=False), fits(short, Marks.of(one), bom=False)])
    assert [fit.rule for fit in chosen] == [usual, usual]


def test_positions_of_another_text_are_called_poor():
    text = "abcdefghij " * 80
    marks = Marks.of([(n * 7, n * 7 + 20) for n in range(30)])
    assert choose([fits(text, marks, bom=False)])[0].poor


def test_nothing_to_go_by_gives_nothing():
    assert choose([{}, {}]) == [None, None]


@given(TEXTS)
@settings(max_examples=50)
def test_line_ends_are_written_in_one_way(text):
    assert "\r" not in with_lines(text, Lines.LF)
    crlf = with_lines(text, Lines.CRLF)
    assert crlf.replace("\r\n", "").count("\n") == crlf.replace("\r\n", "").count("\r") == 0
    assert with_lines(text, Lines.AS_STORED) == text


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_a_rule_can_be_named(rule):
    assert rule_named(str(rule)) == rule
