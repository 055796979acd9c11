from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path

import pytest

from semcode.errors import InputError
from semcode.readers.participants import ParticipantRow, match, read_participants
from semcode.records import Participant, Role, Speaker, Transcript, Turn


def table(tmp_path: Path, content: str | bytes, name: str = "participants.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_tables_of_text(tmp_path: Path, delimiter: str, end: str, encoding: str) -> None:
    lines = [["id", "age", "Born in"], ["P01", "034", "Málaga"], ["P02", "41.0", "São Luís"]]
    content = end.join(delimiter.join(line) for line in lines).encode(encoding)
    rows = read_participants(table(tmp_path, content))
    assert rows == [
        ParticipantRow(Participant("P01", {"age": "034", "Born in": "Málaga"})),
        ParticipantRow(Participant("P02", {"age": "41.0", "Born in": "São Luís"})),
    ]


def test_a_workbook(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["Notes", "Participant ID", "Age", "Entered", "In care"])
    book.active.append(["x", "P1", 34, datetime(2024, 5, 31), True])
    book.active.append([])
    book.active.append([None, "P2", 2.5])
    buffer = io.BytesIO()
    book.save(buffer)
    one, two = read_participants(table(tmp_path, buffer.getvalue(), "people.xlsx"))
    assert one.participant.label == "P1"
    assert dict(one.participant.attributes) == {
        "Notes": "x",
        "Age": "34",
        "Entered": "2024-05-31",
        "In care": "TRUE",
    }
    assert dict(two.participant.attributes) == {
        "Notes": "",
        "Age": "2.5",
        "Entered": "",
        "In care": "",
    }


@pytest.mark.parametrize(
    ("header", "label"),
    [
        ("age,participant,id", "b"),
        ("age,Participant_ID,name", "b"),
        ("age,name,pid", "c"),
        ("code,age,sex", "a"),
    ],
)
def test_the_column_of_the_id(tmp_path: Path, header: str, label: str) -> None:
    assert read_participants(table(tmp_path, f"{header}\na,b,c\n"))[0].participant.label == label


def test_the_column_of_transcripts(tmp_path: Path) -> None:
    content = "id,file,age\nP1,int/one.docx; two v1.2 ;two v1.2,3\nP2,,4\n"
    one, two = read_participants(table(tmp_path, content))
    assert one.transcripts == ("one", "two v1.2")
    assert two.transcripts == ()
    assert dict(one.participant.attributes) == {"age": "3"}


@pytest.mark.parametrize(
    ("content", "line", "what"),
    [
        ("id,age\nP1,3\nP1,4\n", 3, "twice"),
        ("id,age\nP1,3\n ,4\n", 3, "empty"),
        ("id,age\nP1,3\n\nP2\n", 4, "1 cell,"),
        ("id,age\nP1,3,4\n", 2, "3 cells"),
        ("id,age,Age\nP1,3,4\n", 1, "twice"),
        ("id,,age\nP1,3,4\n", 1, "no name"),
        ('id,note\nP1,"two\nlines"\nP1,x\n', 4, "twice"),
    ],
)
def test_faults_are_named_with_their_line(
    tmp_path: Path, content: str, line: int, what: str
) -> None:
    with pytest.raises(InputError, match=what) as caught:
        read_participants(table(tmp_path, content))
    assert str(caught.value.where).endswith(f"participants.csv, line {line}")
    assert caught.value.remedy


@pytest.mark.parametrize("content", [b"id,age\n", b"\n\n", b"PK\x03\x04", b"\x89PNG\r\n\x1a\n"])
def test_tables_without_participants(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(InputError):
        read_participants(table(tmp_path, content))


def talk(name: str, **speakers: Role) -> Transcript:
    turns = tuple(Turn(who, at, at + 1) for at, who in enumerate(speakers))
    people = tuple(Speaker(who, role) for who, role in speakers.items())
    return Transcript(f"guid of {name}", name, "x" * 9, turns, people, "a", "b", "txt")


def row(label: str, *transcripts: str) -> ParticipantRow:
    return ParticipantRow(Participant(label), transcripts)


INT, P, U = Role.INTERVIEWER, Role.PARTICIPANT, Role.UNKNOWN


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("P03", "P03"),
        ("P03", "2024_P03_final"),
        ("p03", "Interview P03 (clean)"),
        ("P03", "interview-p3"),
        ("3", "interview_03"),
        ("Ann-Lee", "talk Ann Lee"),
    ],
)
def test_an_id_in_the_name(label: str, name: str) -> None:
    found = match([row(label), row("Z9")], [talk(name, Tom=INT, Maria=P)])
    assert found.speakers == {(f"guid of {name}", "Maria"): label}
    assert found.rows == ("Z9",)
    assert found.transcripts == ()


@pytest.mark.parametrize(
    ("label", "name"), [("P1", "P12"), ("P1", "P10_P11"), ("3", "2023"), ("A", "Ab")]
)
def test_a_part_of_a_token_is_no_id(label: str, name: str) -> None:
    found = match([row(label)], [talk(name, Tom=INT, Maria=P)])
    assert not found.speakers
    assert found.transcripts == (name,)
    assert "fits no participant" in found.problems[0]


def test_the_column_wins_over_the_name() -> None:
    found = match([row("P1"), row("P2", "P1 talk")], [talk("p1 Talk", Tom=INT, Maria=P)])
    assert set(found.speakers.values()) == {"P2"}
    assert found.rows == ("P1",)


def test_the_longest_id_wins() -> None:
    found = match([row("P1"), row("P1-b")], [talk("site P1 b", Tom=INT, Maria=P)])
    assert set(found.speakers.values()) == {"P1-b"}


def test_a_person_in_several_transcripts() -> None:
    found = match([row("P1", "a", "b")], [talk("a", I=INT, R=P), talk("b", I=INT, Mary=P)])
    assert found.speakers == {("guid of a", "R"): "P1", ("guid of b", "Mary"): "P1"}


def test_a_focus_group_by_the_names_of_its_speakers() -> None:
    group = talk("group 7", Moderator=INT, P1=P, P2=P, P3=P)
    found = match([row("P01"), row("P02"), row("P9")], [group])
    assert {name: label for (_, name), label in found.speakers.items()} == {
        "P1": "P01",
        "P2": "P02",
    }
    assert found.rows == ("P9",)


def test_who_is_who_is_not_guessed() -> None:
    found = match([row("P1", "a"), row("P2", "a")], [talk("a", Tom=INT, Maria=P, Ann=P)])
    assert not found.speakers
    assert found.rows == ("P1", "P2")
    assert found.transcripts == ("a",)
    assert "not clear (P1, P2; Maria, Ann)" in found.problems[0]


def test_unknown_roles_and_missing_transcripts() -> None:
    found = match([row("P1", "a", "gone")], [talk("a", Maria=U), talk("b", Tom=INT)])
    assert found.speakers == {("guid of a", "Maria"): "P1"}
    assert found.transcripts == ("b",)
    assert "`gone`, which was not read" in found.problems[0]
    assert "no speaker who is a participant" in found.problems[1]
