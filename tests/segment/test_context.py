from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from semcode.records import Transcript
from semcode.segment import SegmentSettings, segment

if TYPE_CHECKING:
    from spacy.language import Language

Dialogue = Callable[..., Transcript]

PREFACE = (
    "Thank you so much for coming in today and for making the time with the baby. "
    "We talked last week about the clinic and about the group that meets on Tuesdays. "
    "I also looked at the notes from your peer support worker, who sends her regards. "
    "There is water on the table, and we can stop whenever you like. "
)


def contexts(transcript: Transcript, nlp: Language, **how: int) -> list[str | None]:
    found = segment(transcript, nlp=nlp, settings=SegmentSettings(**how))
    return [
        None if s.context_start is None else transcript.text[s.context_start : s.context_end]
        for s in found
    ]


def test_no_interviewer_before_means_none(nlp: Language, dialogue: Dialogue) -> None:
    said = [("P", "I will start with my mother."), ("Interviewer", "Please do.")]
    assert contexts(dialogue(said), nlp) == [None]


def test_a_backchannel_is_not_the_question(nlp: Language, dialogue: Dialogue) -> None:
    said = [
        ("Interviewer", "Who helps you with the baby?"),
        ("P", "My mother does."),
        ("Interviewer", "Mm-hmm."),
        ("P", "And my aunt on Sundays."),
        ("Interviewer", "Why?"),
        ("P", "She does not work then."),
    ]
    asked = ["Who helps you with the baby?", "Who helps you with the baby?", "Why?"]
    assert contexts(dialogue(said), nlp) == asked


def test_a_backchannel_is_better_than_nothing(nlp: Language, dialogue: Dialogue) -> None:
    said = [("Interviewer", "Okay."), ("P", "My mother does.")]
    assert contexts(dialogue(said), nlp) == ["Okay."]


def test_a_long_turn_gives_its_last_sentences(nlp: Language, dialogue: Dialogue) -> None:
    said = [("Interviewer", PREFACE + "What was hardest?"), ("P", "The bus.")]
    (found,) = contexts(dialogue(said), nlp, context_words=20)
    assert found == (
        "There is water on the table, and we can stop whenever you like. What was hardest?"
    )


def test_an_endless_sentence_gives_its_last_words(nlp: Language, dialogue: Dialogue) -> None:
    said = [("Interviewer", "and then what " * 60), ("P", "The bus.")]
    (found,) = contexts(dialogue(said), nlp, context_words=12)
    assert found == ("and then what " * 4).strip()
