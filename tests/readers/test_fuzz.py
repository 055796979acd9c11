"""Damaged documents give a ReadError or a valid transcript, never anything else."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semcode.errors import ReadError
from semcode.readers.documents import read_document
from semcode.readers.files import source_of
from semcode.records import Transcript

TALK = "Interviewer: What is it?\nP03: A house, é 😀.\nInterviewer: And?\nP03: Mine.\n"


@cache
def sample(kind: str) -> bytes:
    return SAMPLES[kind]()


def _docx() -> bytes:
    import docx

    document = docx.Document()
    for line in TALK.splitlines():
        document.add_paragraph().add_run(line).bold = True
    document.add_table(1, 2).rows[0].cells[1].text = "P03: cell"
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _odt() -> bytes:
    from odf.opendocument import OpenDocumentText
    from odf.text import P

    document = OpenDocumentText()
    for line in TALK.splitlines():
        document.text.addElement(P(text=line))
    buffer = io.BytesIO()
    document.write(buffer)
    return buffer.getvalue()


def _rtf() -> bytes:
    body = TALK.encode("ascii", "replace").replace(b"\n", rb"\par ")
    head = rb"{\rtf1\ansi\ansicpg1252\uc1{\fonttbl{\f0\fcharset0 Arial;}}{\*\generator x;}"
    return head + body + rb"\u233?\'e9{\footnote x}{\pict\bin4 abcd}}"


def _pdf() -> bytes:
    from pypdf import PdfWriter
    from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

    writer = PdfWriter()
    page = writer.add_blank_page(600, 800)
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Courier"),
        }
    )
    fonts = DictionaryObject({NameObject("/F1"): writer._add_object(font)})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    shown = " ".join(f"({line}) Tj T*" for line in TALK.splitlines())
    stream = DecodedStreamObject()
    stream.set_data(f"BT /F1 10 Tf 12 TL 50 750 Td {shown} ET".encode("latin-1", "replace"))
    page[NameObject("/Contents")] = writer._add_object(stream.flate_encode())
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


SAMPLES: dict[str, Callable[[], bytes]] = {
    "txt": TALK.encode,
    "md": lambda: TALK.replace("P03:", "**P03:**").encode("utf-16"),
    "docx": _docx,
    "odt": _odt,
    "rtf": _rtf,
    "pdf": _pdf,
}
MAIN = {"docx": "word/document.xml", "odt": "content.xml"}


def mutate(data: bytes, seed: int, *, hits: int) -> bytes:
    """Overwrite, delete, repeat or cut pieces of the bytes."""
    chance = random.Random(seed)
    out = bytearray(data)
    for _ in range(chance.randint(1, hits)):
        at = chance.randrange(len(out) or 1)
        size = chance.choice((1, 1, 2, 8, 40))
        match chance.randrange(6):
            case 0:
                out[at : at + size] = chance.randbytes(size)
            case 1:
                del out[at : at + size]
            case 2:
                out[at:at] = out[at : at + size] * chance.randint(1, 30)
            case 3:
                out[at : at + 1] = chance.choice(
                    (b"\0", b"\xff", b"<", b"{", b"}", b"\\", b"(", b"9")
                )
            case 4:
                where = chance.randrange(len(out) or 1)
                out[at:at] = out[where : where + size]
            case _:
                if chance.random() < 0.2:
                    del out[at:]
    return bytes(out)


def within(kind: str, data: bytes, seed: int) -> bytes:
    """Damage the main XML inside an office document, and zip it soundly again."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, mutate(content, seed, hits=3) if name == MAIN[kind] else content)
    return buffer.getvalue()


def outcome(kind: str, data: bytes, check: Callable[[Transcript], None]) -> str:
    name = f"a.{kind}"
    try:
        transcript = read_document(data, name="a", source=source_of(name, data, kind))
    except ReadError as error:
        return f"refused {error.where}"
    check(transcript)
    return "read"


@pytest.mark.parametrize("kind", SAMPLES)
def test_the_samples_are_sound(kind: str, check_transcript: Callable[[Transcript], None]) -> None:
    assert outcome(kind, sample(kind), check_transcript) == "read"


@pytest.mark.parametrize("kind", SAMPLES)
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_damaged_bytes(
    kind: str, check_transcript: Callable[[Transcript], None], seed: int
) -> None:
    found = outcome(kind, mutate(sample(kind), seed, hits=8), check_transcript)
    assert found in ("read", f"refused a.{kind}")


@pytest.mark.parametrize("kind", sorted(MAIN))
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_damaged_xml(kind: str, check_transcript: Callable[[Transcript], None], seed: int) -> None:
    outcome(kind, within(kind, sample(kind), seed), check_transcript)


@pytest.mark.parametrize("kind", SAMPLES)
@settings(max_examples=30, deadline=None)
@given(data=st.binary(max_size=300))
def test_random_bytes(
    kind: str, check_transcript: Callable[[Transcript], None], data: bytes
) -> None:
    outcome(kind, data, check_transcript)
