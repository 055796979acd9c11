from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import pytest

from semcode.embed import spacy_pipeline
from semcode.records import Role, Speaker, Transcript, Turn

if TYPE_CHECKING:
    from spacy.language import Language

SPEAKERS = (
    Speaker("Interviewer", Role.INTERVIEWER),
    Speaker("P", Role.PARTICIPANT, participant="P"),
    Speaker("Other", Role.UNKNOWN),
)


@pytest.fixture(scope="session")
def nlp() -> Language:
    return spacy_pipeline("en")


@pytest.fixture
def dialogue() -> Callable[..., Transcript]:
    """Make a transcript of (speaker, speech) pairs, written as "Speaker: speech" lines."""

    def make(said: Sequence[tuple[str, str]], *, newline: str = "\n") -> Transcript:
        text, turns = "", []
        for speaker, speech in said:
            text += f"{speaker}: "
            turns.append(Turn(speaker, len(text), len(text) + len(speech)))
            text += speech + newline
        return Transcript("guid", "t", text, tuple(turns), SPEAKERS, "t.txt", "0" * 64, "txt")

    return make
