"""The invented study of peer support workers is marked, complete and anchored in its speech."""

from __future__ import annotations

import csv
import re
import tomllib
from collections import Counter
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest

from semcode.readers import read
from semcode.records import Role, Transcript

ROOT = Path(__file__).parents[1]
STUDY = ROOT / "data" / "starter" / "peer-support"
CODEBOOK = ROOT / "configs" / "codebooks" / "peer-support.toml"
FILES = {path.stem: path for path in sorted((STUDY / "transcripts").iterdir())}
CODERS = ("coder_maya", "coder_tom")
LEVELS = {"intrapersonal", "interpersonal", "organizational", "community", "public policy"}
SHARED_WORDS = 12

each_interview = pytest.mark.parametrize("stem", list(FILES))


@cache
def table(name: str) -> tuple[dict[str, str], ...]:
    with (STUDY / name).open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def codebook() -> dict[str, Any]:
    return tomllib.loads(CODEBOOK.read_text(encoding="utf-8"))


@cache
def interview(stem: str) -> Transcript:
    (found,) = read([FILES[stem]])
    assert isinstance(found, Transcript)
    return found


def said(stem: str, role: Role | None = None) -> list[str]:
    """Give the speech of each turn with single spaces, of one role or of everyone."""
    found = interview(stem)
    names = {speaker.name for speaker in found.speakers if role in (None, speaker.role)}
    return [
        " ".join(found.text[turn.start : turn.end].split())
        for turn in found.turns
        if turn.speaker in names
    ]


def words(text: str) -> list[str]:
    return re.findall(r"\w+(?:['’]\w+)*", text.lower().replace("’", "'"))


@cache
def runs(stem: str) -> set[tuple[str, ...]]:
    spoken = words(" ".join(said(stem)))
    return {tuple(spoken[at : at + SHARED_WORDS]) for at in range(len(spoken) - SHARED_WORDS + 1)}


def test_readme_says_first_that_all_is_invented() -> None:
    first = (STUDY / "README.md").read_text(encoding="utf-8").splitlines()[0]
    assert "invented" in first
    assert "no real person" in first


def test_codebook_is_whole() -> None:
    codes = {code["name"]: code for code in codebook()["code"]}
    facets = {facet["name"]: facet["values"] for facet in codebook()["facet"]}
    assert len(codes) == len(codebook()["code"])
    assert facets["time"] == ["current", "desired"]
    assert len({code["color"] for code in codes.values()}) == len(codes)
    for name, code in codes.items():
        assert ("level" in code) != ("parent" in code), name
        assert code.get("parent", name) in codes
        assert code.get("level", "community") in LEVELS
        assert set(code["facets"]) <= set(facets)
        assert len(code["examples"]) >= 3


def test_examples_are_not_taken_from_the_interviews() -> None:
    spoken = {stem: " ".join(words(" ".join(said(stem)))) for stem in FILES}
    for code in codebook()["code"]:
        for example in code["examples"]:
            stolen = [stem for stem, text in spoken.items() if " ".join(words(example)) in text]
            assert not stolen, example


@each_interview
def test_interview_is_of_the_length_promised(stem: str) -> None:
    assert 1_200 <= len(" ".join(said(stem)).split()) <= 2_500


@each_interview
def test_two_people_speak_in_turn_and_the_participant_speaks_more(stem: str) -> None:
    roles = Counter(speaker.role for speaker in interview(stem).speakers)
    assert roles == {Role.PARTICIPANT: 1, Role.INTERVIEWER: 1}
    speakers = [turn.speaker for turn in interview(stem).turns]
    assert all(one != other for one, other in pairwise(speakers))
    asked, told = (
        len(" ".join(said(stem, role)).split()) for role in (Role.INTERVIEWER, Role.PARTICIPANT)
    )
    assert told > 3 * asked


@pytest.mark.parametrize(("one", "other"), list(combinations(FILES, 2)))
def test_no_two_interviews_share_a_run_of_words(one: str, other: str) -> None:
    assert not runs(one) & runs(other)


@each_interview
def test_each_quote_stands_once_in_the_participants_turns(stem: str) -> None:
    turns = said(stem, Role.PARTICIPANT)
    quotes = {row["quote"] for row in table("codings.csv") if row["transcript"] == stem}
    misplaced = {
        quote: count for quote in quotes if (count := sum(turn.count(quote) for turn in turns)) != 1
    }
    assert not misplaced


@each_interview
@pytest.mark.parametrize("coder", CODERS)
def test_both_coders_coded_the_whole_interview(stem: str, coder: str) -> None:
    turns = said(stem, Role.PARTICIPANT)
    quotes = [
        row["quote"]
        for row in table("codings.csv")
        if row["transcript"] == stem and row["coder"] == coder
    ]
    assert 25 <= len(quotes) <= 45
    coded = {at for at, turn in enumerate(turns) for quote in quotes if quote in turn}
    quarter = len(turns) // 4
    assert min(coded) < quarter
    assert max(coded) >= len(turns) - quarter


def test_codings_use_the_codebook_and_repeat_nothing() -> None:
    codes = {code["name"]: code["facets"] for code in codebook()["code"]}
    facets = {facet["name"]: set(facet["values"]) for facet in codebook()["facet"]}
    for row in table("codings.csv"):
        assert row["transcript"] in FILES
        assert row["coder"] in CODERS
        allowed = set().union(*(facets[facet] for facet in codes[row["code"]]))
        given = row["facets"].split(";")
        assert set(given) <= allowed
        assert len(facets["time"] & set(given)) == 1
    keys = Counter(
        (row["transcript"], row["coder"], row["code"], row["quote"]) for row in table("codings.csv")
    )
    assert max(keys.values()) == 1
    assert {row["code"] for row in table("codings.csv")} == set(codes)


def test_participants_match_the_transcripts_with_one_value_missing() -> None:
    people = table("participants.csv")
    assert {row["transcript"] for row in people} == set(FILES)
    assert len({row["participant"] for row in people}) == len(FILES)
    assert sum(not value for row in people for value in row.values()) == 1
