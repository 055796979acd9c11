from __future__ import annotations

import io
from collections.abc import Sequence

import pytest

from semcode.errors import ReadError
from semcode.readers.pdf import join_lines, read_pdf, without_running_lines


def pdf(pages: Sequence[Sequence[str]]) -> bytes:
    """Write a small PDF by hand: a page for each list of lines."""
    objects = ["<</Type/Catalog/Pages 2 0 R>>", "", "<</Type/Font/Subtype/Type1/BaseFont/Courier>>"]
    kids = []
    for lines in pages:
        shown = " ".join(f"({line}) Tj T*" for line in lines)
        stream = f"BT /F1 10 Tf 12 TL 50 750 Td {shown} ET"
        objects.append(f"<</Length {len(stream)}>>stream\n{stream}\nendstream")
        kids.append(f"{len(objects) + 1} 0 R")
        objects.append(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]"
            f"/Resources<</Font<</F1 3 0 R>>>>/Contents {len(objects)} 0 R>>"
        )
    objects[1] = f"<</Type/Pages/Kids[{' '.join(kids)}]/Count {len(kids)}>>"
    out = b"%PDF-1.4\n"
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj{body}endobj\n".encode("latin-1")
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{offset:010} 00000 n \n".encode() for offset in offsets)
    return (
        out + f"trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF".encode()
    )


LONG = "I was at home all day and then I went out to see my"


def test_lines_join_to_paragraphs_that_labels_begin() -> None:
    page = [
        "Interviewer: What did you do?",
        f"P03: {LONG}",
        "sister and her house.",
        "It was good.",
    ]
    page += ["Interviewer: And then? And what did you say to your old", "friend there?", "P03: No."]
    assert read_pdf(pdf([page]), where="a").split("\n") == [
        "Interviewer: What did you do?",
        f"P03: {LONG} sister and her house.",
        "It was good.",
        "Interviewer: And then? And what did you say to your old friend there?",
        "P03: No.",
    ]


def test_running_lines_and_page_numbers_go() -> None:
    people = ["aunt", "brother", "friends", "mother"]
    pages = [
        ["Recovery study", f"P{n}: My {who} left. {LONG}", f"{who}.", f"Page {n} of 4"]
        for n, who in enumerate(people, start=1)
    ]
    text = read_pdf(pdf(pages), where="a")
    assert "Recovery study" not in text
    assert "Page" not in text
    assert text.count("\n") == 3


def test_a_paragraph_goes_on_over_a_page() -> None:
    pages = [
        [f"I: {LONG}", "1"],
        ["sister.", "P1: Yes, and I like it very much there too, as it is", "2"],
    ]
    assert join_lines(without_running_lines(pages)).split("\n")[0] == f"I: {LONG} sister."


def test_speech_that_is_a_number_stays_inside_a_page() -> None:
    pages = [["I: How many?", "P1: They were", "40", "of us.", "I: Oh."]]
    assert "40" in join_lines(without_running_lines(pages))


def test_hyphens() -> None:
    assert join_lines([["aaaaaaaaaaaaaaaa well-", "being and more text"]]).startswith(
        "aaaaaaaaaaaaaaaa well-being"
    )
    assert "I was- But" in join_lines([["aaaaaaaaaaaaaaaa I was-", "But then I left it"]])


def test_a_scan_needs_text_recognition() -> None:
    with pytest.raises(ReadError, match="pictures") as caught:
        read_pdf(pdf([[]]), where="a")
    assert "OCR" in str(caught.value)


@pytest.mark.parametrize(("name", "limit"), [("_MAX_CONTENT", 50), ("_MAX_SECONDS", -1.0)])
def test_the_work_of_minutes_is_refused(
    name: str, limit: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = pdf([["Hello there, how are you?"], ["Well, I am fine."]])
    assert read_pdf(data, where="a")
    monkeypatch.setattr(f"semcode.readers.pdf.{name}", limit)
    with pytest.raises(ReadError, match="too large"):
        read_pdf(data, where="a")


def test_a_password() -> None:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf([["Hello"]]))))
    writer.encrypt("secret", algorithm="RC4-128")
    buffer = io.BytesIO()
    writer.write(buffer)
    with pytest.raises(ReadError, match="password"):
        read_pdf(buffer.getvalue(), where="a")


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"no pdf at all", pdf([["Hello"]])[:120]])
def test_damage(data: bytes) -> None:
    with pytest.raises(ReadError) as caught:
        read_pdf(data, where="a.pdf")
    assert caught.value.where == "a.pdf"
