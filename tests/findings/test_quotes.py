"""The choice of passages and their shape."""

from __future__ import annotations

from semcode.findings import CodedSegment, UncodedSegment
from semcode.findings.quotes import clip, far, longest, quote, strongest
from semcode.records import Participant


def item(who: str, score: float, status: str = "suggested", **more: object) -> CodedSegment:
    start = round(score * 1000)
    text = str(more.get("text", "We took two buses."))
    evidence = more.get("evidence", {})
    assert isinstance(evidence, dict)
    return CodedSegment("T", who, start, start + 5, text, "", "Bus", None, score, evidence, status)


def test_people_take_turns_and_what_was_accepted_comes_first() -> None:
    items = [
        item("A", 0.9),
        item("A", 0.8),
        item("B", 0.5),
        item("C", 0.2, "accepted"),
        item("D", 0.99, "rejected"),
    ]
    assert [(q.participant, q.score) for q in strongest(items)["Bus"]] == [
        ("C", 0.2),
        ("A", 0.9),
        ("B", 0.5),
    ]
    assert [q.score for q in strongest(items, per_code=4)["Bus"]][-1] == 0.8


def test_order_of_input_does_not_matter() -> None:
    items = [item("A", 0.5), item("B", 0.5, text="x"), item("C", 0.4)]
    assert strongest(items) == strongest(items[::-1])


def test_words_are_marked_whole_and_in_any_case() -> None:
    shown = quote(item("A", 0.5, text="Bus, bus, busy.", evidence={"words": ["bus", "a("]}), {})
    assert shown.parts == (("Bus", True), (", ", False), ("bus", True), (", busy.", False))


def test_evidence_of_odd_shapes_is_left_out() -> None:
    odd = {"words": 3, "nearest": ["no mapping"], "similarity": "high", "definition": None}
    why = quote(item("A", 0.5, evidence=odd), {}).why
    assert (why.sentence, why.similarity, why.words, why.nearest) == ("", None, (), ())


def test_attributes_leave_out_what_was_not_given() -> None:
    people = {"A": Participant("A", {"age": "31", "race": " "})}
    assert quote(item("A", 0.5), people).attributes == "age: 31"


def test_clip_cuts_between_words() -> None:
    assert clip("one  two\nthree", 50) == "one two three"
    assert clip("one two three", 8) == "one two […]"
    assert clip("x" * 20, 5) == "xxxxx […]"


def test_longest_and_least_alike() -> None:
    def left(text: str, score: float) -> UncodedSegment:
        return UncodedSegment("T", "A", 0, len(text), text, "Bus", score)

    short, middle, long = left("hm", 0.01), left("word " * 12, 0.2), left("word " * 30, 0.3)
    assert longest([short, long, middle], count=2) == (long, middle)
    assert far([short, long, middle]) == (middle, long)
