from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from semcode.errors import ReadError
from semcode.readers.files import source_of
from semcode.readers.tables import Conversation, read_table, table_conversations
from semcode.records import Role, Transcript

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
TALK = "speaker,text,start\nAda,Why?,00:00:01\nBen,It rained.,0:03.5\n"


def read(data: str | bytes, **columns: str) -> list[Transcript]:
    content = data.encode() if isinstance(data, str) else data
    source = source_of("talk.csv", content, "csv")
    return read_table(content, name="talk", source=source, columns=columns)


def one(data: str | bytes, **columns: str) -> Transcript:
    (transcript,) = read(data, **columns)
    return transcript


def conversations(data: bytes) -> list[Conversation]:
    return table_conversations(data, source=source_of("talk.csv", data, "csv"), columns={})[0]


def said(transcript: Transcript) -> list[tuple[str, str]]:
    return [(turn.speaker, transcript.text[turn.start : turn.end]) for turn in transcript.turns]


def seconds(transcript: Transcript) -> list[float]:
    return [at for turn in transcript.turns for _, at in turn.times]


def workbook(*sheets: tuple[str, Sequence[Sequence[object]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def shared(name: str) -> bytes:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{path} is missing")
    return path.read_bytes()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_delimiters_and_encodings(
    delimiter: str, encoding: str, check_transcript: Callable[[Transcript], None]
) -> None:
    text = TALK.replace(",", delimiter).replace("rained", "pleut à la café là-bas, déjà")
    if delimiter == ",":
        text = text.replace(
            "It pleut à la café là-bas, déjà.", '"It pleut à la café là-bas, déjà."'
        )
    transcript = one(text.encode(encoding))
    assert said(transcript) == [("Ada", "Why?"), ("Ben", "It pleut à la café là-bas, déjà.")]
    assert seconds(transcript) == [1.0, 3.5]
    check_transcript(transcript)


def test_excels_own_first_line_names_the_delimiter() -> None:
    assert said(one("sep=;\r\n" + TALK.replace(",", ";").replace("\n", "\r\n")))[0] == (
        "Ada",
        "Why?",
    )


@pytest.mark.parametrize(
    "header",
    [
        "Interlocutor,Utterance_Text,Timestamp",
        "Role,content,START TIME",
        "name,Transcript,time",
        "Speaker ,Speech,Timespan",
    ],
)
def test_columns_are_found_by_many_names(header: str) -> None:
    transcript = one(TALK.replace("speaker,text,start", header))
    assert said(transcript) == [("Ada", "Why?"), ("Ben", "It rained.")]
    assert seconds(transcript) == [1.0, 3.5]


def test_columns_can_be_chosen_and_left_out() -> None:
    text = "who said it,what,text,when\nAda,Why?,x,1\n"
    chosen = one(text, speaker="Who said it", text="what", start="when")
    assert said(chosen) == [("Ada", "Why?")]
    assert seconds(chosen) == [1.0]
    assert one("start,text\n1,Alone.\n", text="text", start="").text == "Alone.\n\n"


def test_one_file_may_hold_several_transcripts() -> None:
    text = "file,speaker,text\na.mp3,Ada,One.\n,Ben,Two.\nb.mp3,Ada,Three.\na.mp3,Ada,Four.\n"
    first, second = read(text)
    assert (first.name, second.name) == ("talk_a.mp3", "talk_b.mp3")
    assert said(first) == [("Ada", "One."), ("Ben", "Two."), ("Ada", "Four.")]
    assert first.guid != second.guid
    assert one("file,speaker,text\na.mp3,Ada,One.\n").name == "talk"


def test_a_person_a_row_without_speakers_is_a_transcript_each() -> None:
    text = 'Case,Age,freetext\nP1,40,"Yes,\nof course."\nP2,41,\nP3,42,No.\n'
    first, second = read(text)
    assert (first.name, second.name) == ("talk_P1", "talk_P3")
    assert said(first) == [("P1", "Yes,\nof course.")]
    speaker = first.speakers[0]
    assert (speaker.participant, speaker.role) == ("P1", Role.PARTICIPANT)
    assert "line 4" in first.warnings[0]


def test_rows_of_several_annotators_are_one_utterance() -> None:
    text = (
        "transcript_id,utterance_id,interlocutor,utterance_text,label\n"
        "1,1,client,Yes.,a\n1,1,client,Yes.,b\n1,1,client,Yes.,n/a\n"
        "1,2,client,Yes.,a\n2,2,client,n/a,b\n"
    )
    first, second = read(text)
    assert said(first) == [("client", "Yes. Yes.")]
    assert any("repeat the utterance above: 2" in warning for warning in first.warnings)
    assert said(second) == [("client", "n/a")]
    assert second.warnings == ()


def test_without_an_id_equal_rows_are_one_where_their_start_is_equal() -> None:
    timed = one("speaker,text,start\nA,Yes.,1\nA,Yes.,1\nA,Yes.,2\n")
    assert said(timed) == [("A", "Yes. Yes.")]
    assert said(one("speaker,text\nA,Yes.\nA,Yes.\n")) == [("A", "Yes. Yes.")]


def test_a_turn_id_over_several_rows_loses_none() -> None:
    assert said(one("turn_id,speaker,text\n1,A,One.\n1,A,Two.\n")) == [("A", "One. Two.")]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("01:02:03", 3723.0),
        ("01:02:03.25", 3723.25),
        ('"01:02:03,250"', 3723.25),
        ("2:03", 123.0),
        ("75.5", 75.5),
        ('"75,5"', 75.5),
        ("12s", 12.0),
        ("[00:00:12]", 12.0),
        ("0:10.5 - 0:12.0", 10.5),
        ("00:00:12 --> 00:00:14", 12.0),
    ],
)
def test_times(written: str, expected: float) -> None:
    assert seconds(one(f"speaker,text,start\nA,Yes.,{written}\n")) == [expected]


def test_ends_and_ranges() -> None:
    assert one("speaker,text,start,end\nA,Yes.,1,2.5\n").turns[0].time_end == 2.5
    assert one("speaker,text,Timespan\nA,Yes.,0:01 - 0:04\n").turns[0].time_end == 4.0


def test_a_time_that_cannot_be_read_is_left_out_and_named() -> None:
    transcript = one("speaker,text,start\nA,Yes.,noon\nA,No.,\n")
    assert seconds(transcript) == []
    assert transcript.warnings == ("Times that cannot be read were left out: line 2.",)


def test_excel_cells_of_each_kind(check_transcript: Callable[[Transcript], None]) -> None:
    rows = [
        ["Interview 7", None, None, None],
        ["speaker", "text", "start", "end"],
        ["Ada", "Why?", time(0, 0, 1, 500_000), 2],
        [None, None, None, None],
        ["Ben", 3.0, timedelta(seconds=90), None],
        ["Ben", True, 95.5, None],
        ["Ben", "#N/A", datetime(2024, 5, 31, 12), None],
    ]
    notes = [["About", "this"]]
    transcript = one(workbook(("talk", rows), ("notes", notes)))
    assert said(transcript) == [("Ada", "Why?"), ("Ben", "3 TRUE #N/A")]
    assert seconds(transcript) == [1.5, 90.0, 95.5]
    assert any("'notes'" in warning for warning in transcript.warnings)
    assert any("line 7" in warning for warning in transcript.warnings)
    check_transcript(transcript)


def test_a_formula_is_its_saved_value_or_its_text() -> None:
    data = workbook(("s", [["speaker", "text"], ["A", '=HYPERLINK("http://a.example")']]))
    assert said(one(data)) == [("A", '=HYPERLINK("http://a.example")')]
    saved = rezipped(data, "worksheets/", b'r="B2"', b'r="B2" t="str"')
    for empty in (b"<v></v>", b"<v />", b"<v/>"):
        saved = rezipped(saved, "worksheets/", empty, b"<v>Saved.</v>")
    assert said(one(saved)) == [("A", "Saved.")]
    assert said(one("speaker,text\nA,=1+1\n")) == [("A", "=1+1")]


def rezipped(data: bytes, within: str, old: bytes, new: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w") as target:
        for member in source.namelist():
            content = source.read(member)
            target.writestr(member, content.replace(old, new) if within in member else content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("within", "old", "new"),
    [
        ("worksheets/", b'<row r="2"', b'<row r="99999999999"'),
        ("worksheets/", b"<sheetData>", b"<sheetData><nope>"),
        ("worksheets/", b"<worksheet", b'<!DOCTYPE a [<!ENTITY b "c">]><worksheet'),
        ("workbook.xml", b"<sheets>", b"<sheets/><x>"),
    ],
)
def test_damaged_and_hostile_workbooks_are_refused(within: str, old: bytes, new: bytes) -> None:
    data = workbook(("s", [["speaker", "text"], ["A", "Yes."]]))
    assert rezipped(data, within, old, new) != rezipped(data, within, old, old)
    with pytest.raises(ReadError) as caught:
        read(rezipped(data, within, old, new))
    assert caught.value.remedy


def test_rows_with_odd_numbers_of_cells_are_named_with_their_lines() -> None:
    text = 'speaker,text,start\nA,"a\nb",1\nA,Well,yes,2\nA,No.\nA\n'
    transcript = one(text)
    assert said(transcript) == [("A", "a\nb Well No.")]
    assert any("lines 4, 5" in warning for warning in transcript.warnings)
    assert any("without text" in warning and "line 6" in warning for warning in transcript.warnings)


def test_quotation_marks_that_are_not_doubled_or_not_closed() -> None:
    transcript = one('speaker,text\nA,"He said "no" to me"\n')
    assert any("not doubled (line 2)" in warning for warning in transcript.warnings)
    with pytest.raises(ReadError, match="never closed") as caught:
        one('speaker,text\nA,Yes.\nA,"No.\nA,More.\n')
    assert caught.value.where == "talk.csv, line 3"


def test_a_cell_may_be_longer_than_the_csv_module_allows_and_its_limit_stays() -> None:
    before = csv.field_size_limit()
    assert len(one("speaker,text\nA," + "word " * 60_000 + "\n").text) > 299_000
    assert csv.field_size_limit() == before


@pytest.mark.parametrize(
    ("text", "columns", "offer"),
    [
        ("wer,was,nr\nAda,Warum denn?,1\nBen,Darum.,2\nAda,So.,3\n", {}, "speaker=wer,text=was"),
        (
            "Who spoke,Said,No\nAda,Why then?,1\nBen,So it is.,2\nAda,So.,3\n",
            {},
            '"speaker=Who spoke,text=Said"',
        ),
        ("speaker,text\nA,b\n", {"text": "texts"}, "speaker=speaker,text=text"),
    ],
)
def test_columns_that_are_not_found_are_listed_and_a_choice_is_offered(
    text: str, columns: Mapping[str, str], offer: str
) -> None:
    with pytest.raises(ReadError) as caught:
        read(text, **columns)
    assert f"--columns {offer}" in str(caught.value)
    assert repr(text.split(",")[0]) in str(caught.value)


def test_kinds_of_columns_that_do_not_exist_and_tables_without_words() -> None:
    with pytest.raises(ReadError, match="no kind of column named 'colour'"):
        read(TALK, colour="text")
    with pytest.raises(ReadError, match="no words"):
        read("speaker,text\nA,...\nB,\n")
    with pytest.raises(ReadError, match="were not found"):
        read("\n\n")


CELLS = st.lists(
    st.sampled_from(["a", "é", "😀", "e\u0301", " ", "\r\n", "\n", '"', ",", "\u2028", "=", ";"]),
    max_size=8,
).map("".join)


@given(st.lists(st.tuples(st.sampled_from(["A", "B"]), CELLS), min_size=1, max_size=6))
def test_each_cell_is_said_as_written(rows: list[tuple[str, str]]) -> None:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([("speaker", "text"), *rows])
    data = buffer.getvalue().encode()
    expected = ["\n".join(filter(None, map(str.strip, lines(text)))) for _, text in rows]
    if not any(map(str.isalnum, "".join(expected))):
        with pytest.raises(ReadError, match="no words"):
            read(data)
        return
    spoken = " ".join(text for text in expected if text)
    assert " ".join(text for _, text in said(one(data))) == spoken
    assert one(data) == one(data)


def lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


@pytest.mark.shared
def test_annomi_has_each_utterance_once(check_transcript: Callable[[Transcript], None]) -> None:
    data = shared("annomi/AnnoMI-full.csv")
    found = conversations(data)
    assert len(found) == 133
    assert sum(len(one.utterances) for one in found) == 9_699
    assert sum(len(one.repeated) for one in found) == 13_551 - 9_699
    assert len([one for one in found if one.repeated]) == 7
    transcripts = read(data)
    assert [one.name for one in transcripts[:2]] == ["talk_0", "talk_1"]
    for transcript in transcripts:
        check_transcript(transcript)
    explicit = read(
        data,
        speaker="interlocutor",
        text="utterance_text",
        start="timestamp",
        transcript="transcript_id",
        utterance="utterance_id",
    )
    assert explicit == transcripts


@pytest.mark.shared
def test_a_real_survey_is_a_transcript_a_person() -> None:
    transcripts = read(shared("transcripts/demos/survey456.csv"))
    assert [one.name for one in transcripts] == ["talk_ID4", "talk_ID5", "talk_ID6"]


@pytest.mark.shared
def test_a_real_workbook_of_posts() -> None:
    data = shared("treat_ise/All_GroundTruth_Annotation_Final_2023.xlsx")
    assert len(conversations(data)) > 5_000
