"""The invented starter study is complete, marked as invented, and anchored to its transcripts."""

from __future__ import annotations

import csv
import re
import tomllib
from collections import defaultdict
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest

from semcode.readers import read
from semcode.records import Role, Transcript

ROOT = Path(__file__).parents[1]
STUDY = ROOT / "data" / "starter" / "postpartum"
CODEBOOK = ROOT / "configs" / "codebooks" / "postpartum.toml"
TRANSCRIPTS = sorted((STUDY / "transcripts").iterdir())
STEMS = [path.stem for path in TRANSCRIPTS]
CODERS = {"coder_ana", "coder_ben"}
RUN = 12


def rows(name: str) -> list[dict[str, str]]:
    with (STUDY / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def transcript(stem: str) -> Transcript:
    (found,) = read([path for path in TRANSCRIPTS if path.stem == stem])
    assert isinstance(found, Transcript), found
    return found


def even(text: str) -> str:
    return " ".join(text.split())


def speech(stem: str, *roles: Role) -> list[str]:
    found = transcript(stem)
    speakers = {speaker.name for speaker in found.speakers if speaker.role in roles}
    return [
        even(found.text[turn.start : turn.end]) for turn in found.turns if turn.speaker in speakers
    ]


@cache
def runs(stem: str) -> frozenset[tuple[str, ...]]:
    words = re.findall(r"[\w']+", " ".join(speech(stem, *Role)).lower())
    return frozenset(zip(*(words[start:] for start in range(RUN)), strict=False))


@cache
def codes() -> dict[str, set[str]]:
    book = tomllib.loads(CODEBOOK.read_text(encoding="utf-8"))
    values = {facet["name"]: set(facet["values"]) for facet in book["facet"]}
    return {
        code["name"]: set().union(*(values[facet] for facet in code["facets"]))
        for code in book["code"]
    }


def test_readme_says_first_that_everything_is_invented() -> None:
    first = (STUDY / "README.md").read_text(encoding="utf-8").splitlines()[0]
    assert "invented" in first
    assert "no real person" in first


def test_seven_interviews_in_five_kinds_of_file() -> None:
    assert len(STEMS) == len(set(STEMS)) == 7
    assert {path.suffix for path in TRANSCRIPTS} == {".docx", ".vtt", ".txt", ".odt"}
    assert [row["transcript"] for row in rows("participants.csv")] == STEMS


def test_participants_have_one_missing_value() -> None:
    values = [value for row in rows("participants.csv") for value in row.values()]
    assert values.count("") == 1


@pytest.mark.parametrize("stem", STEMS)
def test_length_and_speakers(stem: str) -> None:
    words = sum(len(turn.split()) for turn in speech(stem, *Role))
    said = sum(len(turn.split()) for turn in speech(stem, Role.PARTICIPANT))
    assert 1_200 <= words <= 2_500
    assert said > words / 2
    roles = sorted(speaker.role for speaker in transcript(stem).speakers)
    assert roles == [Role.INTERVIEWER, Role.PARTICIPANT]


@pytest.mark.parametrize("stem", STEMS)
def test_quotes_stand_once_in_one_turn_of_the_participant(stem: str) -> None:
    turns = speech(stem, Role.PARTICIPANT)
    quotes = {row["quote"] for row in rows("codings.csv") if row["transcript"] == stem}
    assert quotes
    assert dict.fromkeys(quotes, 1) == {
        quote: sum(turn.count(quote) for turn in turns) for quote in quotes
    }


def test_codes_and_facets_are_those_of_the_codebook() -> None:
    for row in rows("codings.csv"):
        assert row["code"] in codes(), row
        assert set(filter(None, row["facets"].split(";"))) <= codes()[row["code"]], row


def test_every_code_is_used() -> None:
    assert {row["code"] for row in rows("codings.csv")} == set(codes())


def test_both_coders_coded_every_interview() -> None:
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for row in rows("codings.csv"):
        counts[row["transcript"], row["coder"]] += 1
    assert set(counts) == {(stem, coder) for stem in STEMS for coder in CODERS}
    assert min(counts.values()) >= 25
    assert max(counts.values()) <= 45


def test_no_coding_is_given_twice() -> None:
    keys = [(r["transcript"], r["coder"], r["code"], r["quote"]) for r in rows("codings.csv")]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(("one", "other"), [*combinations(STEMS, 2)])
def test_no_two_interviews_share_a_run_of_words(one: str, other: str) -> None:
    assert runs(one)
    assert not runs(one) & runs(other)
