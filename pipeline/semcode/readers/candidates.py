"""Take what stands where a speaker's label would, in the layouts that transcripts come in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Candidate", "Layout", "Line", "find_candidates", "seconds_of", "split_lines", "tidy"]


class Layout(StrEnum):
    """Where a label stands, and what parts it from the speech."""

    COLON = "colon"  # Anna: speech | [00:01:02] Anna: speech | Anna (00:12): speech
    BRACKET = "bracket"  # [id1] speech
    TIMED = "timed"  # Anna  0:12, speech in the next lines
    TAB = "tab"  # Anna <tab> speech
    DASH = "dash"  # Anna - speech | Q. speech
    BOLD = "bold"  # Anna in bold, speech not
    BARE = "bare"  # Anna alone on a line, speech in the next lines


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the text without its line end, in code points."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A label at the start of line number `line`; the speech may begin at `speech`."""

    line: int
    start: int
    label: str
    speech: int
    time_start: float | None = None
    time_end: float | None = None


_TIME = r"(?:\d{1,2}:)?\d{1,3}:\d{2}(?:[.,]\d{1,3})?"
_STAMP = rf"[\[({{<]?{_TIME}(?:\s*(?:-->|-|–|—)\s*{_TIME})?[\])}}>]?"
_NUMBER = r"(?:\d{1,5}(?:[.)]\s+|\t\s*|\s{2,}))?"  # of a line or a row
_LEAD = r"\s{0,40}(?:(?:#{1,6}|>|[-*•])\s+)?"
_MARK = r"[*_]{0,3}"
_NAME = r"[^\s:：*_|](?:[^:：\t|]{0,48}?[^\s:：*_|])?"

_PATTERNS = {
    Layout.COLON: re.compile(
        rf"{_LEAD}{_NUMBER}{_MARK}(?:(?P<t1>{_STAMP}){_MARK}[\s,;–-]{{0,5}})?{_MARK}(?P<label>{_NAME})"
        rf"(?:[\s,]{{0,5}}(?P<t2>{_STAMP}))?{_MARK}\s{{0,5}}{_MARK}[:：]{_MARK}(?!\d|//)"
        rf"(?:\s{{0,5}}(?P<t3>[\[(]{_TIME}[\])]))?"
    ),
    Layout.BRACKET: re.compile(
        rf"{_LEAD}{_MARK}(?P<label>[\[<{{(][^\]\n>}})]{{1,40}}[\]>}})]){_MARK}(?=\s|$)"
    ),
    Layout.TIMED: re.compile(
        rf"{_LEAD}{_MARK}(?:(?P<t1>{_STAMP}){_MARK}[\s,;|–-]{{1,5}}{_MARK}(?P<label>{_NAME}){_MARK}\s*$"
        rf"|(?P<label2>{_NAME}){_MARK}[\s,;|–-]{{1,40}}(?P<t2>{_STAMP}){_MARK}\s*$"
        rf"|(?P<label3>{_NAME}){_MARK}\s{{1,5}}(?P<t3>[\[(]{_TIME}[\])]){_MARK}(?=\s))"
    ),
    Layout.TAB: re.compile(
        rf"{_LEAD}{_NUMBER}(?:(?P<t1>{_STAMP})\t)?(?P<label>{_NAME})\s*\t(?:(?P<t2>{_STAMP})\t)?"
    ),
    Layout.DASH: re.compile(
        rf"{_LEAD}{_MARK}(?P<label>[^\W\d_]{{1,20}}\s?\d{{0,3}}){_MARK}(?:\s{{1,3}}[-–—]|(?<=^[QA])\.){_MARK}\s"
    ),
    Layout.BARE: re.compile(rf"{_LEAD}{_MARK}(?P<label>{_NAME}){_MARK}\s*$"),
}
# Marks without which a line is not laid out so; looking for them first saves most of the time.
_NEEDS = {
    Layout.COLON: ":：",
    Layout.BRACKET: "[<{(",
    Layout.TIMED: ":",
    Layout.TAB: "\t",
    Layout.DASH: "-–—.",
}
_STAMP_ALONE = re.compile(rf"{_MARK}(?P<stamp>{_STAMP}){_MARK}")
_TIMES = re.compile(_TIME)


def split_lines(text: str) -> list[Line]:
    r"""Split at `\n`, `\r\n` and `\r` alone: other separators are part of a line."""
    lines = []
    start = 0
    for match in re.finditer(r"\r\n|\n|\r", text):
        lines.append(Line(start, match.start()))
        start = match.end()
    lines.append(Line(start, len(text)))
    return lines


def seconds_of(text: str) -> float | None:
    """Give the seconds of a text that is one time stamp alone, else None."""
    match = _STAMP_ALONE.fullmatch(text) if len(text) < 60 else None
    return _range(match["stamp"])[0] if match else None


def _range(stamp: str | None) -> tuple[float | None, float | None]:
    times = [_seconds(found) for found in _TIMES.findall(stamp or "")]
    return (times[0] if times else None), (times[1] if len(times) > 1 else None)


def _seconds(time: str) -> float:
    total = 0.0
    for part in time.replace(",", ".").split(":"):
        total = total * 60 + float(part)
    return total


def find_candidates(
    text: str,
    lines: Sequence[Line],
    numbers: Iterable[int],
    layout: Layout,
    bold: Mapping[int, int],
) -> list[Candidate]:
    """Give what stands like a label in one layout, on the lines of these numbers, ascending."""
    found = []
    for number in numbers:
        line = lines[number]
        if layout is Layout.BOLD:
            candidate = _bold_label(text, number, line, bold.get(line.start, 0))
        else:
            candidate = _label(text, number, line, layout)
        if candidate is not None:
            found.append(candidate)
    return found


def _label(text: str, number: int, line: Line, layout: Layout) -> Candidate | None:
    head = text[line.start : min(line.end, line.start + 200)]
    if layout in _NEEDS and not any(mark in head for mark in _NEEDS[layout]):
        return None
    match = _PATTERNS[layout].match(head) if head else None
    if match is None:
        return None
    groups = match.groupdict()
    label = tidy(groups["label"] or groups.get("label2") or groups.get("label3") or "")
    if not _is_label(label):
        return None
    stamp = groups.get("t1") or groups.get("t2") or groups.get("t3")
    speech = line.start + match.end()
    return Candidate(number, line.start, label, speech, *_range(stamp))


def _bold_label(text: str, number: int, line: Line, length: int) -> Candidate | None:
    if not length or line.start + length >= line.end:
        return None
    label = tidy(text[line.start : line.start + length])
    if not _is_label(label):
        return None
    return Candidate(number, line.start, label, line.start + length)


def tidy(label: str) -> str:
    """Take the marks and brackets around a label off."""
    label = label.strip().strip("*_").strip()
    if label[:1] in "[(<{" and label[-1:] in "])>}":
        label = label[1:-1]
    return " ".join(label.split())


def _is_label(label: str) -> bool:
    """Tell whether a text could name a speaker: short, no sentence, no time."""
    words = label.split()
    return (
        0 < len(words) <= 5
        and len(label) <= 40
        and any(character.isalpha() for character in label)
        and not re.search(r"[!?;…\"“”=/\\]|\.\s*$(?<!\b\w\.)|,.*,", label)
        and not _TIMES.search(label)
    )
