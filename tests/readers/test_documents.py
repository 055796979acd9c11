from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from semcode.errors import ReadError
from semcode.readers.documents import DOCUMENT_SUFFIXES, read_document
from semcode.readers.files import source_of
from semcode.records import Role, Transcript

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
TALK = [("Interviewer", "What is it?"), ("P03", "A house: “mine”.")] * 2
Check = Callable[[Transcript], None]


def read(data: bytes, name: str) -> Transcript:
    path = Path(name)
    return read_document(data, name=path.stem, source=source_of(name, data, path.suffix[1:]))


def said(transcript: Transcript) -> list[tuple[str, str]]:
    return [(turn.speaker, transcript.text[turn.start : turn.end]) for turn in transcript.turns]


def test_plain_text_is_kept_verbatim(check_transcript: Check) -> None:
    text = "".join(f"{who}: {speech}\r\n\r\n" for who, speech in TALK)
    transcript = read(b"\xef\xbb\xbf" + text.encode(), "a b.txt")
    check_transcript(transcript)
    assert transcript.text == text
    assert said(transcript) == TALK
    assert (transcript.name, transcript.format) == ("a b", "txt")
    assert transcript == read(b"\xef\xbb\xbf" + text.encode(), "a b.txt")


def test_markdown_stays_in_the_text() -> None:
    text = "# Talk\n\n**Interviewer:** What?\n\n**Mary:** *So* there.\n\n"
    transcript = read((text + "**Mary:** Yes.\n").encode(), "a.md")
    assert transcript.text.startswith("# Talk")
    assert said(transcript)[1] == ("Mary", "*So* there.")


def test_an_old_encoding_is_warned_of() -> None:
    transcript = read("I: Café?\nP1: “So”\nI: Oh?\nP1: a".encode("cp1252"), "a.txt")
    assert "cp1252" in transcript.warnings[0]
    assert said(transcript)[0] == ("I", "Café?")


def test_a_word_document_with_bold_names(check_transcript: Check) -> None:
    import docx

    document = docx.Document()
    for who, speech in TALK:
        paragraph = document.add_paragraph()
        paragraph.add_run(who).bold = True
        paragraph.add_run(f" {speech}")
    buffer = io.BytesIO()
    document.save(buffer)
    transcript = read(buffer.getvalue(), "a.docx")
    check_transcript(transcript)
    assert said(transcript) == TALK


def test_a_word_document_with_speech_in_a_table(check_transcript: Check) -> None:
    import docx

    document = docx.Document()
    grid = document.add_table(0, 3)
    for number, (who, speech) in enumerate(TALK):
        cells = grid.add_row().cells
        cells[0].text, cells[1].text, cells[2].text = str(number), who, f"{speech}\nMore."
    buffer = io.BytesIO()
    document.save(buffer)
    transcript = read(buffer.getvalue(), "a.docx")
    check_transcript(transcript)
    assert said(transcript) == [(who, f"{speech}\nMore.") for who, speech in TALK]


def test_rtf(check_transcript: Check) -> None:
    body = (
        rb"\pard I: What\'3f Caf\'e9\par P1: It is \u8220?x\u8221? \u-10179?\u-8704?\line more\par "
    )
    data = rb"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0 Arial;}}" + body * 2 + b"}"
    transcript = read(data, "a.rtf")
    check_transcript(transcript)
    assert said(transcript)[:2] == [("I", "What? Café"), ("P1", "It is “x” 😀\nmore")]
    assert transcript.warnings == ()
    deleted = read(data.replace(b"more", rb"{\deleted more}"), "a.rtf")
    assert "tracked deletions" in deleted.warnings[0]


@pytest.mark.parametrize("suffix", sorted(DOCUMENT_SUFFIXES))
@pytest.mark.parametrize(
    "data",
    [
        b" \n",
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512),
        b"PK\x03\x04" + bytes(100),
    ],
)
def test_what_is_no_document(suffix: str, data: bytes) -> None:
    with pytest.raises(ReadError) as caught:
        read(data, f"a{suffix}")
    assert caught.value.where == f"a{suffix}"
    assert caught.value.remedy


def test_a_protected_word_document() -> None:
    with pytest.raises(ReadError, match="password"):
        read(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "a.docx")


def shared(*parts: str) -> Path:
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip("the shared data are not beside this checkout")
    return path


@pytest.mark.shared
def test_real_interviews(check_transcript: Check) -> None:
    """Counts of labelled paragraphs, taken with grep."""
    participants = interviewers = 0
    for path in sorted(shared("mlss", "transcripts").glob("*.txt")):
        transcript = read(path.read_bytes(), path.name)
        check_transcript(transcript)
        assert transcript.text == path.read_bytes().decode()
        roles = {speaker.name: speaker.role for speaker in transcript.speakers}
        assert sorted(roles.values()).count(Role.PARTICIPANT) == 1
        assert Role.UNKNOWN not in roles.values()
        for turn in transcript.turns:
            participants += roles[turn.speaker] is Role.PARTICIPANT
            interviewers += roles[turn.speaker] is Role.INTERVIEWER
    assert (participants, interviewers) == (3_900, 1_872)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "speakers", "turns"), [("transcript.txt", 3, 7), ("ID1.docx", 1, 1), ("ID2.odt", 1, 1)]
)
def test_real_documents(name: str, speakers: int, turns: int, check_transcript: Check) -> None:
    path = shared("transcripts", "demos", name)
    transcript = read(path.read_bytes(), name)
    check_transcript(transcript)
    assert (len(transcript.speakers), len(transcript.turns)) == (speakers, turns)
    assert {speaker.role for speaker in transcript.speakers} == {Role.PARTICIPANT}
