from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from semcode.errors import ConfigError
from semcode.records import Role, Segment, Transcript
from semcode.segment import SegmentSettings, segment

if TYPE_CHECKING:
    from spacy.language import Language

Dialogue = Callable[..., Transcript]

CHILDCARE = (
    "The daycare near us closes at five. My daughter cries when I drop her at daycare. "
    "The daycare teachers call me when my daughter is sick. Paying the daycare every month takes "
    "half of my wages. My daughter sleeps badly after a long day at daycare."
)
HOUSING = (
    "The landlord raised our rent again in March. Our apartment has mold and the landlord ignores "
    "it. I applied for another apartment but the rent was higher. The landlord wants two months of "
    "rent before signing. Every apartment on the list asks about my record."
)
RUN_ON = (
    "so i was staying at my sister's place and she said i could stay until the baby came and then "
    "her husband lost his job so there was not enough room for all of us and i started looking for "
    "a shelter that takes babies and they told me there was a waiting list of three months and i "
    "called them every single morning and the lady on the phone was kind but she could not do "
    "anything and my counselor at the clinic wrote a letter for me and after that things moved a "
    "little faster and we got a room in june with two beds and a small kitchen"
)


def cut(transcript: Transcript, nlp: Language, **how: object) -> list[str]:
    chosen = replace(SegmentSettings(), **how)  # type: ignore[arg-type]
    return [transcript.text[s.start : s.end] for s in segment(transcript, nlp=nlp, settings=chosen)]


def test_a_shift_of_topic_parts_a_monologue(nlp: Language, dialogue: Dialogue) -> None:
    for first, second in ((CHILDCARE, HOUSING), (HOUSING, CHILDCARE)):
        found = cut(dialogue([("P", f"{first} {second}")]), nlp)
        assert found == [first, second]


def test_one_topic_of_the_same_length_stays_whole(nlp: Language, dialogue: Dialogue) -> None:
    assert cut(dialogue([("P", CHILDCARE)]), nlp) == [CHILDCARE]


def test_length_alone_decides_without_weight_for_the_topic(
    nlp: Language, dialogue: Dialogue
) -> None:
    short = "The landlord raised our rent. " + CHILDCARE
    assert all(
        len(text.split()) <= 45
        for text in cut(dialogue([("P", short)]), nlp, shift_weight=0.0, target_words=20)
    )


def test_segments_lie_in_participants_turns_only(nlp: Language, dialogue: Dialogue) -> None:
    said = [
        ("Interviewer", "How did you find housing?"),
        ("P", "My aunt knew a woman who rents rooms to mothers in recovery."),
        ("Interviewer", "And then?"),
        ("Other", "I drove them there with all of the boxes on that day."),
    ]
    transcript = dialogue(said)
    found = segment(transcript, nlp=nlp, settings=SegmentSettings())
    assert [s.turn for s in found] == [1, 3]
    assert [transcript.text[s.start : s.end] for s in found] == [said[1][1], said[3][1]]


def test_roles_go_before_the_transcripts_own(nlp: Language, dialogue: Dialogue) -> None:
    transcript = dialogue([("P", "Where do you live?"), ("Interviewer", "With my aunt.")])
    roles = {"P": Role.INTERVIEWER, "Interviewer": Role.PARTICIPANT}
    (found,) = segment(transcript, nlp=nlp, settings=SegmentSettings(), roles=roles)
    assert found.turn == 1
    assert (found.context_start, found.context_end) == (3, 21)


def test_a_one_word_answer_is_a_segment_with_its_question(
    nlp: Language, dialogue: Dialogue
) -> None:
    transcript = dialogue([("Interviewer", "Did that help you?"), ("P", "Yeah.")])
    (found,) = segment(transcript, nlp=nlp, settings=SegmentSettings())
    assert transcript.text[found.start : found.end] == "Yeah."
    assert transcript.text[found.context_start : found.context_end] == "Did that help you?"


def test_a_fragment_joins_its_neighbour(nlp: Language, dialogue: Dialogue) -> None:
    for speech in (f"Yeah. {CHILDCARE}", f"{CHILDCARE} Yeah."):
        found = cut(dialogue([("P", speech)]), nlp)
        assert found == [speech]


@pytest.mark.parametrize(
    "speech", ["[laughs]", "Um.", "(crying)", "<UNIN/>", "Uh, you know, um...", "[00:12:04]"]
)
def test_fillers_and_notes_alone_are_no_segment(
    speech: str, nlp: Language, dialogue: Dialogue
) -> None:
    assert cut(dialogue([("P", speech)]), nlp) == []


@pytest.mark.parametrize("speech", ["[Name]", "No.", "Mm-hmm.", "7", "(my sister)"])
def test_what_may_be_an_answer_is_a_segment(speech: str, nlp: Language, dialogue: Dialogue) -> None:
    assert cut(dialogue([("P", speech)]), nlp) == [speech]


@pytest.mark.parametrize("note", ["[laughs]", "(crying)", "<UNIN/>", "Um.", "Uh, you know."])
def test_fillers_and_notes_move_no_bound(note: str, nlp: Language, dialogue: Dialogue) -> None:
    plain = cut(dialogue([("P", f"{CHILDCARE} {HOUSING}")]), nlp)
    noted = cut(dialogue([("P", f"{CHILDCARE} {note} {HOUSING}")]), nlp)
    assert len(noted) == len(plain) == 2
    assert " ".join(noted).replace(f"{note} ", "") == " ".join(plain)
    assert noted[1].removeprefix(f"{note} ") == HOUSING


def test_text_without_punctuation_is_cut_into_windows(nlp: Language, dialogue: Dialogue) -> None:
    found = cut(dialogue([("P", RUN_ON)]), nlp)
    assert " ".join(found) == RUN_ON
    assert [25 <= len(text.split()) <= 60 for text in found] == [True] * 3
    assert not any(text.split()[-1] in {"the", "a", "and", "i", "my"} for text in found)


def test_windows_begin_at_pauses(nlp: Language, dialogue: Dialogue) -> None:
    transcript = dialogue([("P", RUN_ON)])
    (turn,) = transcript.turns
    quiet = turn.start + RUN_ON.index("and they told me")
    words = [turn.start + i + 1 for i, c in enumerate(RUN_ON) if c == " "]
    times = tuple((at, 0.3 * n + 2.0 * (at >= quiet)) for n, at in enumerate(words, 1))
    timed = replace(transcript, turns=(replace(turn, times=times, time_start=0.0),))
    found = segment(timed, nlp=nlp, settings=SegmentSettings())
    starts = [s.start for s in found]
    assert quiet in starts
    assert found[0].time_start == 0.0
    assert [s.time_start for s in found[1:]] == [dict(times)[s.start] for s in found[1:]]


def test_a_long_sentence_is_cut_to_the_longest_length(nlp: Language, dialogue: Dialogue) -> None:
    speech = ", ".join(f"my cousin number {n} drove us to the clinic" for n in range(30)) + "."
    found = cut(dialogue([("P", speech)]), nlp)
    assert " ".join(found) == speech
    assert max(len(text.split()) for text in found) <= 80
    assert all(text.startswith("my cousin") for text in found)


def test_a_paragraph_is_a_good_place_for_a_bound(nlp: Language, dialogue: Dialogue) -> None:
    first, second = CHILDCARE.split(". ", 3)[:3], CHILDCARE.split(". ", 3)[3]
    speech = ". ".join(first) + ".\r\n\r\n" + second
    found = cut(dialogue([("P", speech)]), nlp, target_words=25)
    assert found[0] == ". ".join(first) + "."


def test_a_turn_longer_than_the_models_limit(
    nlp: Language, dialogue: Dialogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert nlp.max_length == 1_000_000
    monkeypatch.setattr(nlp, "max_length", 50_000)  # as long takes a quarter of a minute
    speech = " ".join([CHILDCARE, HOUSING] * 260)
    assert len(speech) > 2 * nlp.max_length
    found = cut(dialogue([("P", speech)]), nlp)
    assert " ".join(found) == speech
    assert len(found) >= 520


def test_times_come_from_the_last_anchor(nlp: Language, dialogue: Dialogue) -> None:
    transcript = dialogue([("P", f"{CHILDCARE} {HOUSING}")])
    (turn,) = transcript.turns
    middle = turn.start + 40
    timed = replace(turn, time_start=5.0, times=((turn.start, 5.0), (middle, 9.5)))
    found = segment(replace(transcript, turns=(timed,)), nlp=nlp, settings=SegmentSettings())
    assert [s.time_start for s in found] == [5.0, 9.5]


def test_without_anchors_the_turns_time_counts(nlp: Language, dialogue: Dialogue) -> None:
    transcript = dialogue([("P", "My aunt helped me move.")])
    timed = replace(transcript.turns[0], time_start=3.5)
    (found,) = segment(replace(transcript, turns=(timed,)), nlp=nlp, settings=SegmentSettings())
    assert found.time_start == 3.5


def test_an_unknown_language_names_what_is_there(nlp: Language, dialogue: Dialogue) -> None:
    with pytest.raises(ConfigError, match=r"'xx'.*Use one of: en"):
        cut(dialogue([("P", "Hola.")]), nlp, language="xx")


@pytest.mark.parametrize(
    "how",
    [
        {"min_words": 0},
        {"max_words": 10},
        {"target_words": 90},
        {"window_words": 2},
        {"context_words": 0},
        {"shift_weight": -1.0},
    ],
)
def test_contradicting_settings_are_refused(
    how: dict[str, object], nlp: Language, dialogue: Dialogue
) -> None:
    with pytest.raises(ConfigError, match="segment"):
        cut(dialogue([("P", "Yes.")]), nlp, **how)


def test_a_pipeline_that_finds_no_sentences_is_refused(dialogue: Dialogue) -> None:
    import spacy

    with pytest.raises(ConfigError, match="finds no sentences"):
        cut(dialogue([("P", "Yes. No.")]), spacy.blank("en"))


def test_the_same_text_is_cut_the_same_way(nlp: Language, dialogue: Dialogue) -> None:
    transcript = dialogue([("P", f"{CHILDCARE} {HOUSING}"), ("P", RUN_ON)] * 3)
    runs = [segment(transcript, nlp=nlp, settings=SegmentSettings()) for _ in range(3)]
    assert runs[0] == runs[1] == runs[2]


SPOKEN = """I we lost my house baby clinic said um uh like you know yeah no don't café naïve 😀
e\u0301tude 👨\u200d👩\u200d👧 🇩🇪 👍🏽 [laughs] (crying) <UNIN/> [Name] (my mom) 3.5 $20 so and
because the anyway \u0301x \u200b ( ] [ <b 日本語。はい"""
WORDS = st.sampled_from(SPOKEN.split())
ENDS = st.sampled_from(
    ["", "", "", ",", ".", "?", "!", "...", ".\n\n", "\r\n", "\r\n\r\n", "\n", " -"]
)
SPEECH = st.lists(st.tuples(WORDS, ENDS), max_size=150).map(
    lambda pairs: " ".join(word + end for word, end in pairs)
)
TURNS = st.lists(st.tuples(st.sampled_from(["P", "Interviewer", "Other"]), SPEECH), max_size=6)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(said=TURNS, newline=st.sampled_from(["\n", "\r\n"]), small=st.booleans())
def test_segments_cover_turns_exactly(
    said: list[tuple[str, str]],
    newline: str,
    small: bool,
    nlp: Language,
    dialogue: Dialogue,
) -> None:
    transcript = dialogue(said, newline=newline)
    own = SegmentSettings()
    if small:
        own = SegmentSettings(min_words=3, target_words=6, max_words=9, window_words=5)
    found = segment(transcript, nlp=nlp, settings=own)
    assert found == sorted(found, key=lambda s: s.start)
    by_turn: dict[int, list[Segment]] = {}
    for one in found:
        by_turn.setdefault(one.turn, []).append(one)
    for index, own_segments in by_turn.items():
        turn = transcript.turns[index]
        assert turn.speaker != "Interviewer"
        _check_cover(transcript.text, turn.start, turn.end, own_segments)
        _check_contexts(transcript, index, own_segments)


def _check_cover(text: str, start: int, end: int, found: list[Segment]) -> None:
    at = start
    for one in found:
        assert start <= one.start < one.end <= end
        assert text[at : one.start].strip() == ""
        said = text[one.start : one.end]
        assert said == said.strip()
        assert any(c.isalnum() for c in said)
        assert unicodedata.category(said[0])[0] != "M" or one.start == found[0].start
        at = one.end
    assert text[at:end].strip() == ""


def _check_contexts(transcript: Transcript, index: int, found: list[Segment]) -> None:
    spans = {(one.context_start, one.context_end) for one in found}
    assert len(spans) == 1
    start, end = spans.pop()
    before = [t for t in transcript.turns[:index] if t.speaker == "Interviewer"]
    if start is None:
        assert end is None
        return
    assert end is not None
    assert any(turn.start <= start < end <= turn.end for turn in before)
    assert transcript.text[start:end] == transcript.text[start:end].strip()
