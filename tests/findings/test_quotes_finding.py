import numpy as np
import pytest

from semcode.errors import InputError
from semcode.findings.choosing import exemplars, typicality
from semcode.findings.quotes_finding import quotes
from semcode.records import Participant

SAID = [
    ("P1", "Guilt", 0, []),
    ("P1", "Guilt", 20, []),
    ("P1", "Guilt", 40, []),
    ("P2", "Guilt", 0, []),
    ("P2", "Family", 50, []),
]
PEOPLE = [Participant("P1", {"site": "A"}), Participant("P2", {"site": "B"})]


def units(rows):
    rows = np.asarray(rows, np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_the_most_typical_comes_first_and_people_take_turns(small_study):
    data = small_study(SAID, people=PEOPLE)
    own = [p for p in data.passages if p.code == "Guilt"]
    by_start = {(p.participant, p.start): f"{p.participant} {p.start}" for p in own}
    from dataclasses import replace

    own = [replace(p, text=by_start[p.participant, p.start]) for p in own]
    vectors = dict(
        zip([p.text for p in own], units([[1, 0.47], [1, 0], [-1, 0.1], [1, -0.47]]), strict=True)
    )
    scores = typicality(own, vectors)
    assert max(scores) == scores[1]
    assert scores[2] == min(scores)
    first = exemplars(own, count=3, vectors=vectors)
    assert [(p.participant, p.start) for p in first] == [("P1", 20), ("P2", 0), ("P1", 0)]


def test_typicality_by_hand(small_study):
    data = small_study([("P1", "Guilt", 0, []), ("P2", "Guilt", 5, [])])
    vectors = {p.text: v for p, v in zip(data.passages, units([[1, 0], [1, 1]]), strict=True)}
    assert typicality(data.passages, vectors) == pytest.approx([0.5**0.5] * 2)


def test_no_quote_twice(small_study):
    data = small_study([("P1", "Guilt", 0, []), ("P2", "Guilt", 0, [])])
    assert len(exemplars(data.passages, count=3)) == 1


def test_quotes_by_attribute_and_code(small_study):
    data = small_study(SAID, people=PEOPLE)
    found = quotes(data, where=[("Site", "b")]).data["quotes"]
    assert {q["participant"] for q in found} == {"P2"}
    found = quotes(data, codes=["guilt"], count=5).data["quotes"]
    assert {q["code"] for q in found} == {"Guilt"}
    grid = quotes(data).grids[0]
    assert grid.header[-1] == "site"
    assert {"A", "B"} == {row[-1] for row in grid.rows}


def test_what_fits_nothing_is_said(small_study):
    data = small_study(SAID, people=PEOPLE)
    with pytest.raises(InputError, match="There is no code 'Gult'"):
        quotes(data, codes=["Gult"])
    with pytest.raises(InputError, match="There is: A, B"):
        quotes(data, where=[("site", "C")])
    with pytest.raises(InputError, match="No coded passage fits"):
        quotes(data, codes=["Never"])
