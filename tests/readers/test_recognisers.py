from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from semcode.errors import ReadError
from semcode.readers.files import source_of
from semcode.readers.recognisers import read_json
from semcode.records import Transcript

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "transcripts"


def read(content: object) -> Transcript:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return read_json(data, name="talk", source=source_of("talk.json", data, "json"))


def said(transcript: Transcript) -> list[tuple[str, str]]:
    return [(turn.speaker, transcript.text[turn.start : turn.end]) for turn in transcript.turns]


def seconds(transcript: Transcript) -> list[float]:
    return [at for turn in transcript.turns for _, at in turn.times]


def word(text: str, start: float | None = None, speaker: object = None) -> dict[str, object]:
    fields = {"word": text, "start": start, "end": start and start + 0.5, "speaker": speaker}
    return {key: value for key, value in fields.items() if value is not None}


def test_whisper_has_segments_without_speakers(
    check_transcript: Callable[[Transcript], None],
) -> None:
    segments = [{"start": 0, "end": 2.5, "text": " One."}, {"start": 2.5, "text": " Two."}]
    transcript = read({"text": " One. Two.", "segments": segments, "language": "en"})
    assert transcript.text == "One. Two.\n\n"
    assert transcript.turns[0].times == ((0, 0.0), (5, 2.5))
    assert transcript.turns[0].time_end == 2.5
    check_transcript(transcript)
    assert read(segments).text == transcript.text
    assert read({"text": "All of it."}).text == "All of it.\n\n"


def test_whisperx_names_speakers_on_segments() -> None:
    segments = [
        {"start": 0.1, "end": 1, "text": "Why?", "speaker": "SPEAKER_00"},
        {"start": 1.1, "end": 2, "text": "Because.", "speaker": "SPEAKER_01"},
        {"start": 2.1, "end": 3, "text": "It rained.", "speaker": "SPEAKER_01"},
    ]
    assert said(read({"segments": segments})) == [
        ("SPEAKER_00", "Why?"),
        ("SPEAKER_01", "Because. It rained."),
    ]


def test_a_segment_is_cut_where_the_speakers_of_its_words_change() -> None:
    words = [
        word("So,"),
        word("why?", 1.0, "A"),
        word("In", 2.0, "B"),
        word("2019"),  # WhisperX gives numerals neither time nor speaker
        word("it", 3.0, "B"),
        word("was.", 3.5, "B"),
    ]
    segment = {"start": 0.5, "end": 4.0, "text": " So,  why?  In 2019\u00a0it was.", "words": words}
    transcript = read({"segments": [{**segment, "speaker": "A"}]})
    assert said(transcript) == [("A", "So,  why?"), ("B", "In 2019\u00a0it was.")]
    assert seconds(transcript) == [1.0, 2.0]
    other = {**segment, "text": "Something that has none of them."}
    assert said(read({"segments": [other]})) == [("A", "So, why?"), ("B", "In 2019 it was.")]


def test_whisper_cpp_counts_milliseconds() -> None:
    parts = [{"offsets": {"from": 500, "to": 1500}, "text": " One."}]
    transcript = read({"transcription": parts})
    assert (transcript.turns[0].time_start, transcript.turns[0].time_end) == (0.5, 1.5)


def test_deepgram_utterances() -> None:
    utterances = [
        {"start": 0.0, "end": 1.0, "speaker": 0, "channel": 0, "transcript": "Why?"},
        {"start": 1.0, "end": 2.0, "speaker": 1, "channel": 0, "transcript": "So."},
    ]
    content = {"results": {"utterances": utterances, "channels": []}}
    assert said(read(content)) == [("Speaker 0", "Why?"), ("Speaker 1", "So.")]


def test_deepgram_paragraphs_words_or_the_whole() -> None:
    sentences = [{"text": "One.", "start": 0, "end": 1}, {"text": "Two.", "start": 1, "end": 2}]
    paragraphs = {"paragraphs": [{"speaker": 1, "sentences": sentences}]}
    words = [word("hi", 0.0, 0), word("yes", 1.0, 1), word("no", 2.0, 1)]
    words[0]["punctuated_word"] = "Hi."

    def channel(**best: object) -> dict[str, object]:
        return {"results": {"channels": [{"alternatives": [{"transcript": "hi yes no", **best}]}]}}

    assert said(read(channel(paragraphs=paragraphs))) == [("Speaker 1", "One. Two.")]
    assert said(read(channel(words=words))) == [("Speaker 0", "Hi."), ("Speaker 1", "yes no")]
    assert read(channel()).text == "hi yes no\n\n"


def test_deepgram_channels_number_their_own_speakers() -> None:
    utterances = [
        {"start": 2.0, "end": 3.0, "speaker": 0, "channel": 0, "transcript": "Two."},
        {"start": 0.0, "end": 1.0, "speaker": 0, "channel": 1, "transcript": "One."},
    ]
    transcript = read({"results": {"utterances": utterances}})
    assert said(transcript) == [
        ("Channel 1 Speaker 0", "One."),
        ("Channel 0 Speaker 0", "Two."),
    ]


def test_json3_joins_the_pieces_of_a_caption() -> None:
    events = [
        {"tStartMs": 0, "dDurationMs": 900, "segs": [{"utf8": "the"}, {"utf8": " thing"}]},
        {"tStartMs": 900, "aAppend": 1, "segs": [{"utf8": "\n"}]},
        {"tStartMs": 1000, "wpWinPosId": 1},
        {"tStartMs": 1250, "segs": [{"utf8": "is"}]},
    ]
    transcript = read({"wireMagic": "pb3", "events": events})
    assert transcript.text == "the thing is\n\n"
    assert seconds(transcript) == [0.0, 1.25]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ({"rows": [], "user": "x"}, "'rows', 'user'"),
        ({}, "an empty object"),
        ([], "a list of 0"),
        ([{"rows": 1}], "a list of 1, the first of them an object with the keys 'rows'"),
        ([[1]], "a list of 1"),
        ("secret words", "a text"),
        (None, "null"),
        ({"segments": "x"}, "'segments'"),
        ({"segments": [3]}, r"segments\[0\] should be an object, but is a number"),
        ({"segments": [{"text": 3}]}, r"segments\[0\].text should be a text"),
        ({"segments": []}, "no words"),
        ({"results": {"other": 1}}, "'other'"),
        ({"events": [{"segs": {}}]}, r"events\[0\].segs should be a list"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"segments": ', r"not valid JSON \(line 1\)"),
        (b"1" * 5_000, "not valid JSON"),
    ],
)
def test_other_json_is_refused_and_described(content: object, what: str) -> None:
    with pytest.raises(ReadError, match=what) as caught:
        read(content)
    assert caught.value.where == "talk.json"
    assert caught.value.remedy
    assert "secret" not in str(caught.value)


def test_lone_surrogates_nul_and_odd_numbers() -> None:
    data = (
        b'{"segments": [{"text": "a\\ud800\\u0000b", "start": NaN, "end": 1e400},'
        b'{"text": "c", "start": ' + b"9" * 400 + b', "end": true, "speaker": 1.5}]}'
    )
    transcript = read(data)
    assert transcript.text == "Unknown: a\ufffd\ufffdb\n\nSpeaker 1.5: c\n\n"
    assert seconds(transcript) == []


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "cues", "speakers"),
    [
        ("demos/talk_03.whisper.json", 5, ["Participant"]),
        ("demos/talk_04.json3", 4, ["Participant"]),
        ("demos/talk_06.deepgram.json", 4, ["Speaker 0", "Speaker 1"]),
        ("whisperx/whisperx_output.json", 30, ["Participant"]),
    ],
)
def test_real_files(
    name: str, cues: int, speakers: list[str], check_transcript: Callable[[Transcript], None]
) -> None:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{path} is missing")
    transcript = read(path.read_bytes())
    check_transcript(transcript)
    assert len(seconds(transcript)) == cues
    assert [speaker.name for speaker in transcript.speakers] == speakers
