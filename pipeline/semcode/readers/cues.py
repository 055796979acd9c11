r"""Read WebVTT and SRT: Teams, Zoom, OneDrive, caption editors.

Read by hand, one way for both formats, in time linear in the file. webvtt-py leaves out
without a word each cue whose time it cannot read (Teams writes `0:0:-6.-820`) and takes
`.20` for 200 ms; srt needs 33 s for a line of 2,000 digits and logs what it skips. Here a
line with `-->` begins a cue and whatever follows is speech until the next one begins.

A fraction is a number of milliseconds, padded or not: Teams writes `0:0:10.20` for 10.020 s.
In a real file of 178 cues the fractions of two digits are 10 to 90 in tens beside `.100` to
`.900`; read as tenths, two cues end before they start (`0:10:51.70 --> 0:10:51.690`), read
as milliseconds none does.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from semcode.errors import ReadError
from semcode.readers.assemble import Utterance, assemble
from semcode.readers.files import Source, decode
from semcode.readers.speakers import role_of_label
from semcode.records import Role, Transcript

__all__ = ["read_srt", "read_vtt"]

_TIME = r"(-?[0-9]{1,6}(?::-?[0-9]{1,3}){1,2}(?:[.,]-?[0-9]{1,9})?)"
_TIMING = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s.*)?$", re.DOTALL)
_BROKEN_TIMING = re.compile(r"[\s0-9:.,-]*-->[\s0-9:.,-]*$")
_SURE_ID = re.compile(r"\s*(?:[0-9]+|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\S*)\s*$")
_ASIDE = re.compile(r"(?:NOTE|STYLE|REGION)(?:\s|$)")
_HUGE_ENTITY = re.compile(r"&#(?:[0-9]{9,}|[xX][0-9a-fA-F]{9,});?")
_LINE_END = re.compile(r"\r\n|\r|\n")
_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?(?:\s([^<>]*))?>")
_INLINE_TIME = re.compile(r"<[0-9]+:[0-9:.]+>")
_TAG = re.compile(
    r"</?(?:v|c|i|b|u|s|ruby|rt|lang|font)(?:[.\s][^<>]*)?>|<[0-9]+:[0-9:.]+>|\{\\[^{}]*\}",
    re.IGNORECASE,
)
_PREFIX = re.compile(r"(?:>>+|[-–—•])?\s{0,5}([^\s:：<>][^:：<>]{0,59}?)\s{0,5}(?::(?:\s|$)|：)")
_PARTICLES = frozenset({"al", "bin", "da", "de", "del", "der", "di", "du", "el", "la", "le"})
_MORE_PARTICLES = frozenset({"mc", "of", "san", "st", "ten", "ter", "van", "von", "y", "zu"})
_SHOWN = 4  # lines that rolling captions show at once, at most
_JUMP = 300.0  # seconds: overlaps in real files reach back 17 s; parts pasted together, minutes


@dataclass(frozen=True, slots=True)
class _Cue:
    """The times of a cue in seconds and its lines; an empty line stands between paragraphs."""

    start: float | None
    end: float | None
    lines: tuple[str, ...]


def read_vtt(data: bytes, *, name: str, source: Source) -> Transcript:
    """Read WebVTT: speakers from `<v Name>`, else from `Name: speech`; raise ReadError."""
    return _read(data, name=name, source=source, vtt=True)


def read_srt(data: bytes, *, name: str, source: Source) -> Transcript:
    """Read SubRip: speakers from `Name: speech`; raise ReadError."""
    return _read(data, name=name, source=source, vtt=False)


def _read(data: bytes, *, name: str, source: Source, vtt: bool) -> Transcript:
    text, notes = decode(data, where=source.name)
    cues = list(_cues(_LINE_END.split(text), vtt=vtt))
    if not cues:
        remedy = "Export the captions again, or rename the file if it is plain text."
        what = "there is no cue in it: no line such as `00:00:01.000 --> 00:00:04.000`."
        raise ReadError(what, where=source.name, remedy=remedy)
    if _INLINE_TIME.search(text):
        cues = _unrolled(cues)
    ordered, more = _in_order(cues)
    utterances = list(_spoken(ordered))
    return assemble(utterances, name=name, source=source, warnings=notes + more)


def _cues(lines: Sequence[str], *, vtt: bool) -> Iterator[_Cue]:
    """Cut a file's lines into cues; only NOTE, STYLE, REGION and identifiers are left out."""
    timings = [(at, line) for at, line in enumerate(lines) if "-->" in line]
    heads = [(at, times) for at, line in timings if (times := _times(line)) is not None]
    for index, (at, (start, end)) in enumerate(heads):
        until = heads[index + 1][0] if index + 1 < len(heads) else len(lines)
        if index + 1 < len(heads) and _is_id(lines, until - 1, after=at, vtt=vtt):
            until -= 1
        body = lines[at + 1 : until]
        yield _Cue(start, end, tuple(_without_asides(body) if vtt else body))


def _times(line: str) -> tuple[float | None, float | None] | None:
    """Give a timing line's start and end, unknown where it is broken; None for other lines."""
    match = _TIMING.match(line)
    if match is not None:
        return _seconds(match[1]), _seconds(match[2])
    return (None, None) if _BROKEN_TIMING.match(line) else None


def _seconds(time: str) -> float:
    """Give seconds; one minus sign, wherever it stands, makes the whole time negative."""
    clock, _, fraction = time.replace("-", "").replace(",", ".").partition(".")
    total = 0
    for part in clock.split(":"):
        total = total * 60 + int(part)
    scale = float(f"1e{max(3, len(fraction))}")
    seconds = (total * scale + int(fraction or 0)) / scale
    return -seconds if "-" in time else seconds


def _is_id(lines: Sequence[str], at: int, *, after: int, vtt: bool) -> bool:
    """Tell whether the line above a timing line is the cue's identifier."""
    if at <= after or not lines[at].strip():
        return False
    return _SURE_ID.match(lines[at]) is not None or (vtt and not lines[at - 1].strip())


def _without_asides(body: Sequence[str]) -> Iterator[str]:
    """Leave out the blocks that are no speech; they follow an empty line."""
    aside = False
    for at, line in enumerate(body):
        if not line.strip():
            aside = False
        elif at and not body[at - 1].strip():
            aside = _ASIDE.match(line) is not None
        if not aside:
            yield line


def _unrolled(cues: Sequence[_Cue]) -> list[_Cue]:
    """Drop the lines that rolling captions repeat from the cue before."""
    kept: list[_Cue] = []
    shown: list[str] = []
    for cue in cues:
        lines = [line for line in cue.lines if _plain(line)]
        words = [_plain(line) for line in lines]
        most = min(len(words), len(shown), _SHOWN)
        repeated = max(n for n in range(most + 1) if words[:n] == shown[len(shown) - n :])
        kept.append(replace(cue, lines=tuple(lines[repeated:])))
        shown = words or shown
    return kept


def _in_order(cues: Sequence[_Cue]) -> tuple[list[_Cue], list[str]]:
    """Put cues in the order of their starts, unless the file holds several recordings."""
    starts: list[float] = []
    latest = ended = 0.0
    overlapping = negative = untimed = 0
    jumps = False
    for cue in cues:
        untimed += cue.start is None
        start = cue.start if cue.start is not None else (starts[-1] if starts else 0.0)
        negative += start < 0
        overlapping += start < ended - 0.0005
        jumps = jumps or start < latest - _JUMP
        starts.append(start)
        latest, ended = max(latest, start), max(ended, start, cue.end or start)
    order = sorted(range(len(cues)), key=lambda at: at if jumps else starts[at])
    notes = _notes(overlapping, negative, untimed, jumps=jumps, first=min(starts))
    return [cues[at] for at in order], notes


def _notes(
    overlapping: int, negative: int, untimed: int, *, jumps: bool, first: float
) -> list[str]:
    notes = []
    if jumps:
        notes.append("The times start anew within the file: its own order was kept.")
    elif overlapping:
        notes.append(f"Cues that overlap others: {overlapping}. They stand in order of start.")
    if negative:
        notes.append(f"Cues that start before the recording: {negative}. Their time is set to 0.")
    if untimed:
        notes.append(f"Cues whose time cannot be read: {untimed}. Their text was kept.")
    if first >= 3600:
        hours, minutes = int(first // 3600), int(first % 3600 // 60)
        notes.append(
            f"The first cue starts at {hours}:{minutes:02}: perhaps these are times of day."
        )
    return notes


def _spoken(cues: Sequence[_Cue]) -> Iterator[Utterance]:
    """Give what each cue says, an utterance for each speaker in it."""
    if any(_VOICE.search(line) for cue in cues for line in cue.lines):
        for cue in cues:
            yield from _voices(cue)
        return
    plain = [replace(cue, lines=tuple(_plain(line) for line in cue.lines)) for cue in cues]
    labels = _labels(plain)
    for cue in plain:
        yield from _prefixed(cue, labels)


def _voices(cue: _Cue) -> Iterator[Utterance]:
    """Split a cue at its voice tags; what follows a closed one is the same voice's."""
    pieces = _VOICE.split("\n".join(cue.lines))
    speakers = [None, *(_plain(name or "") or None for name in pieces[1::2])]
    for speaker, piece in zip(speakers, pieces[::2], strict=True):
        lines = [_plain(line) for line in piece.split("\n")]
        yield Utterance(speaker, _join(lines), cue.start, cue.end)


def _plain(line: str) -> str:
    """Take tags off a line and resolve its entities."""
    text = _HUGE_ENTITY.sub("\ufffd", _TAG.sub("", line))
    return " ".join(html.unescape(text).split())


def _join(lines: Sequence[str]) -> str:
    r"""Join wrapped lines by spaces and paragraphs by `\n`."""
    paragraphs: list[list[str]] = [[]]
    for line in lines:
        if line:
            paragraphs[-1].append(line)
        else:
            paragraphs.append([])
    return "\n".join(" ".join(lines) for lines in paragraphs if lines)


def _prefixed(cue: _Cue, labels: frozenset[str]) -> Iterator[Utterance]:
    """Split a cue at the lines that begin with a speaker's name."""
    speaker: str | None = None
    lines: list[str] = []
    for line in cue.lines:
        match = _PREFIX.match(line)
        if match is not None and match[1] in labels:
            yield Utterance(speaker, _join(lines), cue.start, cue.end)
            speaker, lines = match[1], [line[match.end() :]]
        else:
            lines.append(line)
    yield Utterance(speaker, _join(lines), cue.start, cue.end)


def _labels(cues: Sequence[_Cue]) -> frozenset[str]:
    """Find which words before a colon are speakers.

    Names look like names or say a role, and come back or head most cues; other words are
    believed only where both hold. A file in which hardly a cue has one has no speakers.
    """
    matches = [[_PREFIX.match(line) for line in cue.lines] for cue in cues]
    counts = Counter(match[1] for found in matches for match in found if match is not None)
    share = sum(any(found) for found in matches) / len(matches)
    if share < 0.1:
        return frozenset()
    return frozenset(
        label
        for label, count in counts.items()
        if (count > 1) + (share >= 0.5) + _is_name(label) >= 2
    )


def _is_name(label: str) -> bool:
    """Tell whether words look like a person's name or say a role."""
    if role_of_label(label) is not Role.UNKNOWN:
        return len(label.split()) <= 4
    words = label.split()
    small = [word for word in words if word[:1].islower()]
    if len(words) > 6 or len(small) == len(words) or any(mark in label for mark in "?!;…"):
        return False
    return all(word.rstrip(".") in _PARTICLES | _MORE_PARTICLES for word in small)
