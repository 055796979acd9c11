from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable
from itertools import groupby
from pathlib import Path

import pytest
import srt
import webvtt
from hypothesis import given
from hypothesis import strategies as st

from semcode.errors import ReadError
from semcode.readers.cues import read_srt, read_vtt
from semcode.readers.files import source_of
from semcode.records import Transcript

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "transcripts"


def vtt(text: str | bytes) -> Transcript:
    data = text.encode() if isinstance(text, str) else text
    return read_vtt(data, name="talk", source=source_of("talk.vtt", data, "vtt"))


def sub(text: str | bytes) -> Transcript:
    data = text.encode() if isinstance(text, str) else text
    return read_srt(data, name="talk", source=source_of("talk.srt", data, "srt"))


def said(transcript: Transcript) -> list[tuple[str, str]]:
    return [(turn.speaker, transcript.text[turn.start : turn.end]) for turn in transcript.turns]


def seconds(transcript: Transcript) -> list[float]:
    return [at for turn in transcript.turns for _, at in turn.times]


def shared(name: str) -> bytes:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{path} is missing")
    return path.read_bytes()


def test_teams_voices_wrap_lines_behind_a_mark_and_crlf(
    check_transcript: Callable[[Transcript], None],
) -> None:
    transcript = vtt(
        b"\xef\xbb\xbfWEBVTT\r\n\r\n"
        b"aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee/12-0\r\n"
        b"00:00:01.000 --> 00:00:02.500\r\n<v Doe, Jo (Student)>How did\r\nit begin?</v>\r\n\r\n"
        b"aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee/12-1\r\n"
        b"00:00:02.500 --> 00:00:04.000\r\n<v Doe, Jo (Student)>At home?</v>\r\n\r\n"
        b"aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee/13-0\r\n"
        b"00:00:05.000 --> 00:00:06.000\r\n<v Roe, Max>Yes.</v>\r\n"
    )
    assert said(transcript) == [
        ("Doe, Jo (Student)", "How did it begin? At home?"),
        ("Roe, Max", "Yes."),
    ]
    assert transcript.turns[0].time_end == 4.0
    assert transcript.warnings == ()
    check_transcript(transcript)


def test_teams_writes_milliseconds_unpadded_and_negative_times() -> None:
    transcript = vtt(
        "WEBVTT\n\n0:0:0.0 --> 0:0:0.250\n<v A>Second.</v>\n\n"
        "0:0:-6.-820 --> 0:0:8.970\n<v B>First.</v>\n\n"
        "0:0:10.20 --> 0:0:14.490\n<v A>Third.</v>\n"
    )
    assert said(transcript) == [("B", "First."), ("A", "Second. Third.")]
    assert seconds(transcript) == [0.0, 0.0, 10.02]
    assert any("before the recording: 1" in warning for warning in transcript.warnings)
    assert any("overlap others: 1" in warning for warning in transcript.warnings)


def test_guid_ids_without_speakers_give_a_text_without_labels() -> None:
    transcript = vtt(
        "WEBVTT\n\n11111111-2222-3333-4444-555555555555/7-0\n00:03.125 --> 00:03.500\nWell.\n\n"
        "11111111-2222-3333-4444-555555555555/19-0\n00:04.500 --> 00:07.000\nThat is\nall.\n"
    )
    assert transcript.text == "Well. That is all.\n\n"
    assert seconds(transcript) == [3.125, 4.5]


def test_zoom_names_stand_before_a_colon() -> None:
    transcript = vtt(
        "WEBVTT\n\n1\n00:00:01.000 --> 00:00:02.000\nNell Quist: So the question: why?\n\n"
        "2\n00:00:02.000 --> 00:00:03.000\nNell Quist: At 10:30 or https://a.example then.\n\n"
        "3\n00:00:03.000 --> 00:00:04.000\nBo van Dam: Note this: it rained.\n\n"
        "4\n00:00:04.000 --> 00:00:05.000\nAnd it went on.\n"
    )
    assert said(transcript) == [
        ("Nell Quist", "So the question: why? At 10:30 or https://a.example then."),
        ("Bo van Dam", "Note this: it rained."),
        ("Unknown", "And it went on."),
    ]


def test_a_colon_in_speech_makes_no_speaker() -> None:
    cues = "".join(f"{n}\n00:00:{n:02},000 --> 00:00:{n:02},900\nWords {n}.\n\n" for n in range(20))
    more = "21\n00:00:50,000 --> 00:00:51,000\nSo: we went.\n\n"
    transcript = sub(
        cues + more + more.replace("50", "52").replace("51", "53").replace("went", "left")
    )
    assert [turn.speaker for turn in transcript.turns] == ["Participant"]
    assert transcript.text.endswith("So: we left.\n\n")


def test_notes_styles_regions_settings_tags_and_entities_are_no_speech() -> None:
    transcript = vtt(
        "WEBVTT - a title\nKind: captions\n\nSTYLE\n::cue { color: red }\n\n"
        "REGION\nid:fred\n\nNOTE one\nstill the note\n\n"
        "first\n00:01.000 --> 00:02.000 align:start position:0%\n"
        "<v.loud Ann><i>Ben &amp; <c.red>Jerry</c></i> &lt;3&nbsp;it<00:01.500> <laughs></v>\n\n"
        "NOTE\nnot this\n\n00:03.000 --> 00:04.000\n<v Bob>Right.\n"
    )
    assert said(transcript) == [("Ann", "Ben & Jerry <3 it <laughs>"), ("Bob", "Right.")]


def test_text_after_an_empty_line_and_cues_with_broken_times_are_kept() -> None:
    transcript = vtt(
        "WEBVTT\n\n00:01.000 --> 00:02.000\nOne.\n\nStill one.\n\n"
        "00:0x --> 00:04.000\nlost?\n\n--> 00:09.000\nTwo.\n"
    )
    assert "Still one." in transcript.text
    assert "lost?" in transcript.text
    assert "Two." in transcript.text
    assert any("cannot be read: 1" in warning for warning in transcript.warnings)


def test_two_voices_in_a_cue_and_what_follows_a_closed_one() -> None:
    transcript = vtt("WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ann>Yes.</v> Sure.\n<v Bob>No.\n")
    assert said(transcript) == [("Ann", "Yes. Sure."), ("Bob", "No.")]
    assert seconds(transcript) == [1.0, 1.0]


def test_parts_pasted_together_keep_the_order_of_the_file() -> None:
    transcript = sub(
        "1\n00:20:00,000 --> 00:20:01,000\nOne.\n\n2\n00:20:02,000 --> 00:20:03,000\nTwo.\n\n"
        "1\n00:00:00,500 --> 00:00:01,000\nThree.\n"
    )
    assert transcript.text == "One. Two. Three.\n\n"
    assert any("start anew" in warning for warning in transcript.warnings)


def test_rolling_captions_are_said_once() -> None:
    transcript = vtt(
        "WEBVTT\nKind: captions\n\n00:00.000 --> 00:02.000\n \nso<00:01.000><c> we</c> went\n\n"
        "00:02.000 --> 00:02.010\nso we went\n \n\n"
        "00:02.010 --> 00:04.000\nso we went\nhome<00:03.000><c> late</c>\n"
    )
    assert transcript.text == "so we went home late\n\n"


def test_srt_has_paragraphs_two_speakers_a_cue_and_clock_times() -> None:
    transcript = sub(
        "1\n14:03:00,000 --> 14:03:05,000\nHost: How was\nthe start?\n\nAnd the end?\n\n"
        "2\n14:03:05,000 --> 14:03:09,000 X1:0 Y1:0\nGuest: <font color='red'>Hard.</font>\n"
        "Host: {\\an8}I see.\n"
    )
    assert said(transcript) == [
        ("Host", "How was the start?\nAnd the end?"),
        ("Guest", "Hard."),
        ("Host", "I see."),
    ]
    assert transcript.turns[0].time_start == 14 * 3600 + 180
    assert any("14:03" in warning for warning in transcript.warnings)


def test_srt_without_empty_lines_or_numbers() -> None:
    transcript = sub("00:00:01,5 --> 00:00:02,000\nOne\n2\n00:00:03.000 --> 00:00:04.000\nTwo")
    assert transcript.text == "One Two\n\n"
    assert seconds(transcript) == [1.005, 3.0]


@pytest.mark.parametrize("text", ["WEBVTT\n\n", "Dear all,\nno cue.\n", "WEBVTT\n\nNOTE a --> b\n"])
def test_a_file_without_cues_is_refused(text: str) -> None:
    with pytest.raises(ReadError, match="no cue") as caught:
        vtt(text)
    assert caught.value.remedy


@pytest.mark.parametrize(
    "text",
    [
        "1" * 200_000,
        "\n" * 200_000,
        "<v " * 60_000,
        "<1:" * 60_000,
        "&#" + "9" * 10_000 + ";",
        "-" * 200_000,
        "a: " * 60_000,
        "{\\" * 60_000,
        "00:00:01.000 --> 00:00:02.000 " * 6_000,
    ],
)
def test_hostile_lines_are_read_in_no_time(text: str) -> None:
    began = time.perf_counter()
    for read in (vtt, sub):
        transcript = read(f"WEBVTT\n\n00:01.000 --> 00:02.000\nword\n{text}\n")
        assert "word" in transcript.text
    assert time.perf_counter() - began < 5


STAMPS = st.integers(0, 3_599_000)
WORDS = st.lists(st.sampled_from(["no", "well 😀", "é", "e\u0301", "so"]), min_size=1).map(" ".join)


def clock(milliseconds: int, point: str) -> str:
    minutes, rest = divmod(milliseconds, 60_000)
    return f"00:{minutes:02}:{rest // 1000:02}{point}{rest % 1000:03}"


@given(st.lists(st.tuples(STAMPS, WORDS), min_size=1, max_size=8))
def test_well_formed_files_read_as_the_libraries_read_them(cues: list[tuple[int, str]]) -> None:
    cues.sort()
    blocks = [f"{clock(at, '.')} --> {clock(at + 1, '.')}\n{text}\n" for at, text in cues]
    content = "WEBVTT\n\n" + "\n".join(blocks)
    theirs = webvtt.from_buffer(io.StringIO(content))
    mine = vtt(content)
    assert mine.text.strip() == " ".join(caption.text for caption in theirs)
    assert seconds(mine) == [caption.start_time.in_milliseconds() / 1000 for caption in theirs]
    numbered = "\n".join(
        f"{n}\n{clock(at, ',')} --> {clock(at + 1, ',')}\n{text}\n"
        for n, (at, text) in enumerate(cues, start=1)
    )
    parsed = list(srt.parse(numbered))
    assert sub(numbered).text.strip() == " ".join(one.content for one in parsed)
    assert seconds(sub(numbered)) == [one.start.total_seconds() for one in parsed]


def expected_turns(name: str) -> list[tuple[str, str]]:
    rows = csv.DictReader(
        io.StringIO(shared(name).decode("utf-8-sig")), delimiter="\t", quoting=csv.QUOTE_NONE
    )
    pairs = [(row["Speaker"] or "Unknown", row["Content"].replace("---", " ")) for row in rows]
    return [
        (who, " ".join(" ".join(text for _, text in group).split()))
        for who, group in groupby(pairs, lambda pair: pair[0])
    ]


@pytest.mark.shared
@pytest.mark.parametrize("kind", ["teams", "zoom"])
def test_real_files_read_as_expected(
    kind: str, check_transcript: Callable[[Transcript], None]
) -> None:
    transcript = vtt(shared(f"teams_zoom_vtt/{kind}_transcript.vtt"))
    check_transcript(transcript)
    flat = [(who, " ".join(text.split())) for who, text in said(transcript)]
    assert flat == expected_turns(f"teams_zoom_vtt/{kind}_transcript_correct.txt")


@pytest.mark.shared
def test_no_cue_of_a_real_teams_file_is_lost() -> None:
    data = shared("teams_zoom_vtt/Test teams transcription_2022-11-15-from Teams.vtt")
    transcript = vtt(data)
    assert len(seconds(transcript)) == data.count(b"-->") == 178
    assert len(webvtt.from_buffer(io.StringIO(data.decode()))) == 177  # why it is not used
    assert len({turn.speaker for turn in transcript.turns}) == 2


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "cues", "turns"),
    [
        ("teams_zoom_vtt/TeamsPremium.vtt", 17, 10),
        ("teams_zoom_vtt/New Teams Format.vtt", 4, 1),
        ("teams_zoom_vtt/Test OneDrive Transcription 2022-11.vtt", 270, 1),
        ("demos/talk_02.vtt", 5, 4),
        ("demos/talk_01.srt", 6, 4),
    ],
)
def test_other_real_files(name: str, cues: int, turns: int) -> None:
    data = shared(name)
    transcript = (sub if name.endswith("srt") else vtt)(data)
    assert (len(seconds(transcript)), len(transcript.turns)) == (cues, turns)
