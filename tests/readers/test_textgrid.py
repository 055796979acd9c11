from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from praatio.utilities.textgrid_io import getTextgridAsStr, parseTextgridStr

from semcode.errors import ReadError
from semcode.readers.files import source_of
from semcode.readers.textgrid import group_textgrids, read_textgrids
from semcode.records import Role, Transcript

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "transcripts"
Interval = tuple[float, float, str]

SHORT = """File type = "ooTextFile"
Object class = "TextGrid"

0
9
<exists>
3
"IntervalTier"
"Asker"
0
9
2
0
2
"What did you ""see""
in item [2] there?"
2
9
""
"TextTier"
"clicks"
0
9
1
1.5
"click"
"IntervalTier"
"Teller"
0
9
2
0
2.5
""
2.5
9
"Not <UNSURE>much</UNSURE>. <UNIN/>"
"""


def long_file(*tiers: tuple[str, Sequence[Interval]]) -> str:
    lines = ['File type = "ooTextFile"', 'Object class = "TextGrid"', "", "xmin = 0", "xmax = 99"]
    lines += ["tiers? <exists>", f"size = {len(tiers)}", "item []:"]
    for number, (name, intervals) in enumerate(tiers, start=1):
        lines += [f"    item [{number}]:", '        class = "IntervalTier"']
        lines += [f'        name = "{name}"', "        xmin = 0", "        xmax = 99"]
        lines += [f"        intervals: size = {len(intervals)}"]
        for at, (start, end, text) in enumerate(intervals, start=1):
            quoted = text.replace('"', '""')
            lines += [f"        intervals [{at}]:", f"            xmin = {start}"]
            lines += [f"            xmax = {end}", f'            text = "{quoted}"']
    return "\n".join(lines) + "\n"


def read(*files: str | bytes, names: Sequence[str] = ()) -> Transcript:
    data = [text.encode() if isinstance(text, str) else text for text in files]
    named = list(zip(names or [f"talk{n}.TextGrid" for n in range(len(data))], data, strict=True))
    source = source_of(named[0][0], b"".join(data), "textgrid")
    return read_textgrids(named, name="talk", source=source)


def said(transcript: Transcript) -> list[tuple[str, str]]:
    return [(turn.speaker, transcript.text[turn.start : turn.end]) for turn in transcript.turns]


def shared(name: str) -> bytes:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{path} is missing")
    return path.read_bytes()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_short_files_read_in_each_encoding(
    end: str, encoding: str, check_transcript: Callable[[Transcript], None]
) -> None:
    transcript = read(SHORT.replace("\n", end).encode(encoding))
    assert said(transcript) == [
        ("Asker", 'What did you "see" in item [2] there?'),
        ("Teller", "Not much. [unintelligible]"),
    ]
    assert transcript.turns[1].time_start == 2.5
    assert transcript.turns[1].time_end == 9.0
    check_transcript(transcript)


def test_the_last_interval_needs_no_line_end_and_times_may_be_powers() -> None:
    text = SHORT.rstrip("\n").replace("2.5", "25e-1")
    assert said(read(text))[-1] == ("Teller", "Not much. [unintelligible]")
    assert read(text).turns[1].time_start == 2.5


def test_files_of_one_conversation_are_merged_by_time() -> None:
    doctor = long_file(("Doctor", [(0, 1, "Hello?"), (1, 4, ""), (4, 5, "Where?")]))
    patient = long_file(("Patient", [(0, 1.5, ""), (1.5, 3, "Hello."), (4.5, 6, "Here.")]))
    transcript = read(doctor, patient)
    assert said(transcript) == [
        ("Doctor", "Hello?"),
        ("Patient", "Hello."),
        ("Doctor", "Where?"),
        ("Patient", "Here."),
    ]


def test_a_tier_name_that_says_nothing_gives_way_to_the_files_own() -> None:
    files = [long_file(("speech", [(at, at + 1, word)])) for at, word in [(1, "Yes."), (0, "So?")]]
    names = ["i1_participant.TextGrid", "i1_interviewer.TextGrid"]
    transcript = read(*files, names=names)
    assert said(transcript) == [("Interviewer", "So?"), ("Participant", "Yes.")]
    assert [speaker.role for speaker in transcript.speakers] == [
        Role.INTERVIEWER,
        Role.PARTICIPANT,
    ]


def test_one_unnamed_tier_is_one_participants_and_equal_names_are_told_apart() -> None:
    one = long_file(("transcription", [(0, 1, "Alone.")]))
    assert read(one).text == "Alone.\n\n"
    two = read(one, long_file(("transcription", [(1, 2, "Not so.")])))
    assert [speaker for speaker, _ in said(two)] == ["Speaker 1", "Speaker 2"]


def test_tiers_of_words_and_sounds_beside_speech_are_left_out() -> None:
    tiers = [("Ann", [(0, 2, "All of it.")]), ("Ann - words", [(0, 1, "All")])]
    transcript = read(long_file(*tiers, ("Ann - phones", [(0, 0.1, "AO1")])))
    assert transcript.text == "Ann: All of it.\n\n"
    assert any("'Ann - words', 'Ann - phones'" in warning for warning in transcript.warnings)
    assert said(read(long_file(tiers[1]))) == [("Ann - words", "All")]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (SHORT[:-30], "never closed"),
        (SHORT[: SHORT.rindex("9")], "ends where"),
        (SHORT.replace('"TextGrid"', '"PitchTier"'), "does not begin as a TextGrid"),
        (SHORT.replace('"TextTier"', '"OtherTier"'), "no kind of tier"),
        (SHORT.replace("9\n2\n0", "9\n-2\n0", 1), "counts -2"),
        ("just words", "ends where"),
        ("", "ends where"),
    ],
)
def test_damaged_files_are_refused(text: str, reason: str) -> None:
    with pytest.raises(ReadError, match=reason) as caught:
        read(text)
    assert caught.value.where == "talk0.TextGrid"
    assert caught.value.remedy
    assert "Not" not in str(caught.value)  # nothing of what was said


def test_files_are_grouped_by_a_word_for_the_speaker_alone() -> None:
    names = [
        "a/day1_consultation01_doctor",
        "a/day1_consultation01_patient",
        "a/day1_consultation02_doctor",
        "b/day1_consultation01_patient",
        "a/talk-Interviewer",
        "a/talk-participant",
        "a/p01",
        "a/p02",
        "a/interview_P01",
        "a/interview_P02",
        "a/pair_ch1",
        "a/pair_ch2",
        "a/doctor",
    ]
    groups = group_textgrids([Path(f"{name}.TextGrid") for name in names])
    assert [[path.with_suffix("").as_posix() for path in group] for group in groups] == [
        names[0:2],
        names[2:3],
        names[3:4],
        names[4:6],
        names[6:7],
        names[7:8],
        names[8:9],
        names[9:10],
        names[10:12],
        names[12:13],
    ]


LABELS = st.lists(st.sampled_from(["no", '"', "é😀", "so", "!", "3"]), max_size=5).map(" ".join)


@given(
    st.lists(LABELS, min_size=1, max_size=6), st.sampled_from(["long_textgrid", "short_textgrid"])
)
def test_files_that_praatio_writes_read_as_praatio_reads_them(labels: list[str], form: str) -> None:
    intervals = [(float(at), at + 1.0, label) for at, label in enumerate(labels)]
    tier = {"class": "IntervalTier", "name": "Ann", "xmin": 0.0, "xmax": 9.0, "entries": intervals}
    grid = {"xmin": 0.0, "xmax": 9.0, "tiers": [tier]}
    written = getTextgridAsStr(grid, form, includeBlankSpaces=True)
    theirs = [entry[2] for entry in parseTextgridStr(written)["tiers"][0]["entries"]]
    if not any(map(str.isalnum, "".join(theirs))):
        with pytest.raises(ReadError, match="no words"):
            read(written)
        return
    assert read(written).text.strip() == "Ann: " + " ".join(theirs)


@pytest.mark.shared
@pytest.mark.parametrize("number", ["01", "02", "03"])
def test_real_consultations(number: str, check_transcript: Callable[[Transcript], None]) -> None:
    names = [f"day1_consultation{number}_{who}.TextGrid" for who in ("doctor", "patient")]
    data = [shared(f"textgrid/{name}") for name in names]
    transcript = read(*data, names=names)
    check_transcript(transcript)
    intervals = [
        entry
        for text in data
        for tier in parseTextgridStr(text.decode())["tiers"]
        for entry in tier["entries"]
    ]
    anchors = [at for turn in transcript.turns for _, at in turn.times]
    assert anchors == sorted(float(entry[0]) for entry in intervals)
    assert [speaker.name for speaker in transcript.speakers] == ["Doctor", "Patient"]
    assert "<UN" not in transcript.text
    assert transcript.text.count("[unintelligible]") == sum(
        entry[2].count("<UNIN/>") for entry in intervals
    )


@pytest.mark.shared
def test_a_real_file_with_two_tiers() -> None:
    transcript = read(shared("demos/talk_05.TextGrid"))
    assert [speaker for speaker, _ in said(transcript)] == ["fieldworker", "speaker"] * 2
