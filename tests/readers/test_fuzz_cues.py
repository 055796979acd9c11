"""Whatever is done to a file, a ReadError or valid transcripts come out, in bounded time."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable, Sequence

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from semcode.errors import ReadError
from semcode.readers.cues import read_srt, read_vtt
from semcode.readers.files import Source
from semcode.readers.recognisers import read_json
from semcode.readers.tables import read_table
from semcode.readers.textgrid import read_textgrids
from semcode.records import Transcript

SOURCE = Source("talk", "0" * 64, "any")
SECONDS = 5.0

VTT = b"""WEBVTT

NOTE a note

9f0955b4-4f85-4516-ad07-03a7ddb01364/1-0
00:00:01.000 --> 00:00:02.000 align:start
<v Doe, Jo>How did <i>it</i> begin &amp; end?</v>

0:0:-6.-820 --> 0:0:3.40
<v Roe>So<00:00:02.000><c> it</c>
went \xf0\x9f\x98\x80.

00:00:04.000 --> 00:00:05.000
Ann: Yes.
"""
SRT = b"""1
00:00:01,000 --> 00:00:02,000
Host: How was it?

2
14:00:02,500 --> 14:00:03,000
Guest: Hard.

Host: I see.
"""
GRID = b"""File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 9
tiers? <exists>
size = 2
item []:
    item [1]:
        class = "IntervalTier"
        name = "Asker"
        xmin = 0
        xmax = 9
        intervals: size = 1
        intervals [1]:
            xmin = 0
            xmax = 2.5
            text = "What ""did"" <UNSURE>you</UNSURE> see?"
    item [2]:
        class = "TextTier"
        name = "clicks"
        xmin = 0
        xmax = 9
        points: size = 1
        points [1]:
            number = 1
            mark = "click"
"""
WHISPER = json.dumps(
    {
        "segments": [
            {"start": 0, "end": 1, "text": " Why?", "speaker": "A"},
            {
                "start": 1,
                "end": 2,
                "text": " So it is.",
                "words": [
                    {"word": "So", "start": 1.0, "speaker": "A"},
                    {"word": "it", "start": 1.2},
                    {"word": "is.", "speaker": "B", "end": 2},
                ],
            },
        ]
    }
).encode()
DEEPGRAM = json.dumps(
    {
        "results": {
            "utterances": [{"transcript": "Why?", "start": 0, "speaker": 0, "channel": 1}],
            "channels": [
                {
                    "alternatives": [
                        {
                            "transcript": "why",
                            "paragraphs": {"paragraphs": [{"sentences": [{"text": "Why?"}]}]},
                            "words": [{"word": "why", "speaker": 0}],
                        }
                    ]
                }
            ],
        }
    }
).encode()
JSON3 = (
    b'{"events": [{"tStartMs": 5, "dDurationMs": 9, '
    b'"segs": [{"utf8": "a\\ud800"}, {"utf8": "b"}]}]}'
)
CSV = b"""file,utterance_id,speaker,text,start,end
a,1,Ada,"Why, then?",00:00:01,2.5
a,1,Ada,"Why, then?",00:00:01,2.5
b,2,Ben,"It
rained \xc3\xa9.",0:03,4
"""


def _workbook() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["speaker", "text", "start"])
    book.active.append(["Ada", "Why?", 1.5])
    book.active.append(["Ben", "=1+1", "0:03"])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


XLSX = _workbook()

Reader = Callable[[bytes], Sequence[Transcript]]
READERS: dict[str, tuple[bytes, Reader]] = {
    "vtt": (VTT, lambda data: [read_vtt(data, name="t", source=SOURCE)]),
    "srt": (SRT, lambda data: [read_srt(data, name="t", source=SOURCE)]),
    "textgrid": (
        GRID,
        lambda data: [read_textgrids([("a", data), ("b", GRID)], name="t", source=SOURCE)],
    ),
    "whisper": (WHISPER, lambda data: [read_json(data, name="t", source=SOURCE)]),
    "deepgram": (DEEPGRAM, lambda data: [read_json(data, name="t", source=SOURCE)]),
    "json3": (JSON3, lambda data: [read_json(data, name="t", source=SOURCE)]),
    "csv": (CSV, lambda data: read_table(data, name="t", source=SOURCE, columns={})),
    "xlsx": (XLSX, lambda data: read_table(data, name="t", source=SOURCE, columns={})),
}

BITS = st.sampled_from(
    [
        *(b"\x00", b"\xff", b"\xed\xa0\x80", b"\xe2\x80\xa8", b"\r", b"\n\n", b"\r\n", b'"', b'""'),
        *(b"<", b">", b"-->", b"<v ", b"&#99999999999;", b":", b"-", b"9" * 400, b"1e999", b"NaN"),
        *(b"null", b"[]", b"{}", b"[[", b"true", b'"x"', b"\\ud800", b"\\u0000", b",", b";", b"\t"),
        *(b"\xef\xbb\xbf", b"\xff\xfe", b"00:00:00.000 --> 00:00:00.000\n", b"intervals [", b"=1"),
    ]
)
EDITS = st.lists(
    st.tuples(
        st.sampled_from("idrsc"), st.floats(0, 1), st.floats(0, 1), BITS | st.binary(max_size=6)
    ),
    min_size=1,
    max_size=6,
)


def mutated(data: bytes, edits: Sequence[tuple[str, float, float, bytes]]) -> bytes:
    """Insert, delete, repeat, swap or cut."""
    for kind, one, two, bits in edits:
        at = int(one * len(data))
        until = min(len(data), at + 1 + int(two * 40))
        if kind == "i":
            data = data[:at] + bits + data[at:]
        elif kind == "d":
            data = data[:at] + data[until:]
        elif kind == "r":
            data = data[:until] + data[at:until] * 3 + data[until:]
        elif kind == "s":
            data = data[:at] + bits + data[until:]
        elif two > 0.9:
            data = data[:at]
    return data


def must_hold(read: Reader, data: bytes, check: Callable[[Transcript], None]) -> None:
    began = time.perf_counter()
    error: ReadError | None = None
    transcripts: Sequence[Transcript] = ()
    try:
        transcripts = read(data)
    except ReadError as caught:
        error = caught
    assert transcripts or (error is not None and error.where and error.remedy)
    for transcript in transcripts:
        check(transcript)
    assert error is not None or list(read(data)) == list(transcripts)
    assert time.perf_counter() - began < SECONDS


@pytest.mark.parametrize("kind", READERS)
def test_the_files_themselves_are_read(
    kind: str, check_transcript: Callable[[Transcript], None]
) -> None:
    data, read = READERS[kind]
    for transcript in read(data):
        check_transcript(transcript)


@pytest.mark.parametrize("kind", READERS)
@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(edits=EDITS)
def test_mutated_files(
    kind: str,
    edits: Sequence[tuple[str, float, float, bytes]],
    check_transcript: Callable[[Transcript], None],
) -> None:
    data, read = READERS[kind]
    must_hold(read, mutated(data, edits), check_transcript)


MEMBERS = sorted(zipfile.ZipFile(io.BytesIO(XLSX)).namelist())


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(edits=EDITS, member=st.sampled_from(MEMBERS), dropped=st.booleans())
def test_workbooks_whose_parts_are_mutated(
    edits: Sequence[tuple[str, float, float, bytes]],
    member: str,
    dropped: bool,
    check_transcript: Callable[[Transcript], None],
) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(XLSX)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            if name != member:
                target.writestr(name, source.read(name))
            elif not dropped:
                target.writestr(name, mutated(source.read(name), edits))
    must_hold(READERS["xlsx"][1], buffer.getvalue(), check_transcript)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["segments", "results", "events", "text", "words", "word", "speaker"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=VALUES)
def test_any_json(value: object, check_transcript: Callable[[Transcript], None]) -> None:
    must_hold(READERS["whisper"][1], json.dumps(value).encode(), check_transcript)
