from __future__ import annotations

import math
from collections.abc import Callable
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semcode.errors import ReadError
from semcode.readers.assemble import ALONE, UNKNOWN, Utterance, assemble
from semcode.readers.files import Source
from semcode.records import Transcript

SOURCE = Source("talk.vtt", "0" * 64, "vtt")


def lay_out(*utterances: Utterance) -> Transcript:
    return assemble(utterances, name="talk", source=SOURCE)


def said(transcript: Transcript) -> list[tuple[str, str]]:
    return [(turn.speaker, transcript.text[turn.start : turn.end]) for turn in transcript.turns]


def test_utterances_in_a_row_become_one_turn_with_an_anchor_each() -> None:
    transcript = lay_out(
        Utterance("Ada", "One.", 0.5, 1.0),
        Utterance("Ada", "Two.", 1.5, 2.0),
        Utterance("Ben", "Three.", 3.0, 4.0),
    )
    assert transcript.text == "Ada: One. Two.\n\nBen: Three.\n\n"
    first, second = transcript.turns
    assert (first.start, first.end) == (5, 14)
    assert first.times == ((5, 0.5), (10, 1.5))
    assert (first.time_start, first.time_end) == (0.5, 2.0)
    assert transcript.text[second.start : second.end] == "Three."
    assert second.times == ((21, 3.0),)


def test_without_any_speaker_the_text_has_no_labels_and_is_one_participants() -> None:
    transcript = lay_out(Utterance(None, "One."), Utterance(None, "Two."))
    assert transcript.text == "One. Two.\n\n"
    assert said(transcript) == [(ALONE, "One. Two.")]
    assert transcript.turns[0].times == ()
    assert transcript.turns[0].time_start is None
    assert any("No speakers" in warning for warning in transcript.warnings)


def test_who_is_unnamed_among_named_ones_is_unknown_and_counted() -> None:
    transcript = lay_out(Utterance("Ada", "a"), Utterance(None, "b"), Utterance("Ada", "c"))
    assert said(transcript) == [("Ada", "a"), (UNKNOWN, "b"), ("Ada", "c")]
    assert any("1 of 3" in warning for warning in transcript.warnings)


def test_spellings_of_a_label_are_joined_and_remembered() -> None:
    transcript = lay_out(
        Utterance("Speaker 1", "a"), Utterance("SPEAKER 01", "b"), Utterance("Speaker 2", "c")
    )
    assert said(transcript) == [("Speaker 1", "a b"), ("Speaker 2", "c")]
    assert transcript.speakers[0].labels == ("Speaker 1", "SPEAKER 01")


def test_positions_are_code_points() -> None:
    transcript = lay_out(Utterance("Zoë", "😀 e\u0301"), Utterance("Ben", "x", 2.0))
    turn = transcript.turns[1]
    assert transcript.text[turn.start : turn.end] == "x"
    assert turn.start == len("Zoë: 😀 e\u0301\n\nBen: ")


def test_times_that_are_none_or_early_are_put_right() -> None:
    transcript = lay_out(
        Utterance("Ada", "a", -6.82, 1.0),
        Utterance("Ada", "b", math.nan, math.inf),
        Utterance("Ada", "c", 5.0, 4.0),
    )
    turn = transcript.turns[0]
    assert [seconds for _, seconds in turn.times] == [0.0, 5.0]
    assert (turn.time_start, turn.time_end) == (0.0, 5.0)


def test_line_ends_and_what_is_no_text_are_cleaned() -> None:
    transcript = lay_out(Utterance("A\r\nB", " one\r\n\r\n two \x00\ud800\r"))
    assert transcript.text == "A B: one\ntwo \ufffd\ufffd\n\n"
    assert any(warning.startswith("2 characters") for warning in transcript.warnings)


@pytest.mark.parametrize("texts", [[], ["", " \r\n "], ["...", "♪"]])
def test_a_file_without_words_is_refused(texts: list[str]) -> None:
    with pytest.raises(ReadError, match="no words") as caught:
        lay_out(*(Utterance("Ada", text) for text in texts))
    assert caught.value.where == "talk.vtt"
    assert caught.value.remedy


def test_guid_depends_on_file_and_name_alone() -> None:
    one = lay_out(Utterance("Ada", "a"))
    assert one.guid == lay_out(Utterance("Ben", "b")).guid
    other = assemble([Utterance("Ada", "a")], name="other", source=SOURCE)
    assert one.guid != other.guid


def test_a_column_of_the_wrong_kind_is_no_conversation() -> None:
    transcript = lay_out(*(Utterance(f"{n} " + "ab" * 5_000, "x") for n in range(500)))
    assert len(transcript.turns) == 500
    with pytest.raises(ReadError, match="501 different speakers"):
        lay_out(*(Utterance(f"p{n}", "x") for n in range(501)))


LABELS = st.sampled_from(["Ada", "Ben", "Zoë 😀", "Speaker 1", "", " \n", "A\u2028B"])
PIECES = st.sampled_from(
    [
        "word",
        "e\u0301",
        "😀",
        "\r\n",
        "\r",
        "\n",
        " ",
        "\u2028",
        "\u00a0",
        "\x00",
        "\x85",
        ".",
        "👩‍👩‍👧",
    ]
)
TEXTS = st.lists(PIECES, max_size=8).map("".join)
TIMES = st.none() | st.floats(allow_nan=True, allow_infinity=True)
UTTERANCES = st.lists(st.builds(Utterance, st.none() | LABELS, TEXTS, TIMES, TIMES), max_size=12)


def tidied(text: str) -> str:
    """What is to stand in the text, written a second way."""
    lines = text.replace("\x00", "\ufffd").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(filter(None, map(str.strip, lines)))


@given(UTTERANCES)
def test_turns_hold_the_joined_texts(utterances: list[Utterance]) -> None:
    try:
        transcript = lay_out(*utterances)
    except ReadError:
        assert not any(map(str.isalnum, "".join(one.text for one in utterances)))
        return
    holds(transcript)
    assert transcript == lay_out(*utterances)
    kept = [one for one in utterances if tidied(one.text)]
    named = any((one.speaker or "").strip() for one in kept)
    labels = {name: speaker.name for speaker in transcript.speakers for name in speaker.labels}
    whos = [" ".join((one.speaker or "").split()) or (UNKNOWN if named else ALONE) for one in kept]
    pairs = [(labels[who], tidied(one.text)) for who, one in zip(whos, kept, strict=True)]
    expected = [
        (who, " ".join(text for _, text in group)) for who, group in groupby(pairs, lambda p: p[0])
    ]
    assert said(transcript) == expected


def holds(transcript: Transcript) -> None:
    end = 0
    transcript.text.encode("utf-8")
    for turn in transcript.turns:
        speech = transcript.text[turn.start : turn.end]
        assert end <= turn.start < turn.end <= len(transcript.text)
        assert speech
        assert speech == speech.strip()
        places = [at for at, _ in turn.times]
        assert places == sorted(set(places))
        assert all(turn.start <= at < turn.end for at in places)
        assert all(0 <= seconds < math.inf for _, seconds in turn.times)
        end = turn.end


def test_the_shared_check_holds_too(check_transcript: Callable[[Transcript], None]) -> None:
    check_transcript(lay_out(Utterance("Ada", "a", 1.0), Utterance(None, "b", 0.0)))


def test_where_only_interviewers_speak_it_is_said() -> None:
    alone = lay_out(Utterance("Interviewer", "Tell me.", 0.0), Utterance("Interviewer 2", "Yes?"))
    assert "Only interviewers" in alone.warnings[-1]
    both = lay_out(Utterance("Interviewer", "Tell me.", 0.0), Utterance("Maria", "I will."))
    assert both.warnings == ()
