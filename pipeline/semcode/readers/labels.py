"""Find the labels that name who speaks, in the layouts that transcripts come in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from semcode.readers.speakers import join_variants, role_of_label
from semcode.records import Role

__all__ = ["Candidate", "Line", "find_labels", "seconds_of", "split_lines"]


class _Layout(StrEnum):
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
    _Layout.COLON: re.compile(
        rf"{_LEAD}{_NUMBER}{_MARK}(?:(?P<t1>{_STAMP}){_MARK}[\s,;–-]{{0,5}})?{_MARK}(?P<label>{_NAME})"
        rf"(?:[\s,]{{0,5}}(?P<t2>{_STAMP}))?{_MARK}\s{{0,5}}{_MARK}[:：]{_MARK}(?!\d|//)"
        rf"(?:\s{{0,5}}(?P<t3>[\[(]{_TIME}[\])]))?"
    ),
    _Layout.BRACKET: re.compile(
        rf"{_LEAD}{_MARK}(?P<label>[\[<{{(][^\]\n>}})]{{1,40}}[\]>}})]){_MARK}(?=\s|$)"
    ),
    _Layout.TIMED: re.compile(
        rf"{_LEAD}{_MARK}(?:(?P<t1>{_STAMP}){_MARK}[\s,;|–-]{{1,5}}{_MARK}(?P<label>{_NAME}){_MARK}\s*$"
        rf"|(?P<label2>{_NAME}){_MARK}[\s,;|–-]{{1,40}}(?P<t2>{_STAMP}){_MARK}\s*$"
        rf"|(?P<label3>{_NAME}){_MARK}\s{{1,5}}(?P<t3>[\[(]{_TIME}[\])]){_MARK}(?=\s))"
    ),
    _Layout.TAB: re.compile(
        rf"{_LEAD}{_NUMBER}(?:(?P<t1>{_STAMP})\t)?(?P<label>{_NAME})\s*\t(?:(?P<t2>{_STAMP})\t)?"
    ),
    _Layout.DASH: re.compile(
        rf"{_LEAD}{_MARK}(?P<label>[^\W\d_]{{1,20}}\s?\d{{0,3}}){_MARK}(?:\s{{1,3}}[-–—]|(?<=^[QA])\.){_MARK}\s"
    ),
    _Layout.BARE: re.compile(rf"{_LEAD}{_MARK}(?P<label>{_NAME}){_MARK}\s*$"),
}
# Marks without which a line is not laid out so; looking for them first saves most of the time.
_NEEDS = {
    _Layout.COLON: ":：",
    _Layout.BRACKET: "[<{(",
    _Layout.TIMED: ":",
    _Layout.TAB: "\t",
    _Layout.DASH: "-–—.",
}
_STAMP_ALONE = re.compile(rf"{_MARK}(?P<stamp>{_STAMP}){_MARK}")
_TIMES = re.compile(_TIME)

_KNOWN = re.compile(
    r"(?:(?:unknown |unidentified )?speaker|spk|voice|person|participant|p|id|r|s|i|int|m|f|psw|"
    r"client|patient|male|female|group)[\s_#-]{0,2}\d{1,4}[a-z]?|unknown(?: speaker)?",
    re.IGNORECASE,
)
_LETTER = re.compile(r"[A-Z]", re.IGNORECASE)
_PARTICLES = frozenset(
    {"de", "van", "von", "der", "den", "of", "la", "le", "da", "di", "and", "bin", "al"}
)
# Words that open a line of speech or name a field, and are nobody's name.
_NO_NAME = frozenset(
    {"so", "and", "but", "or", "well", "yes", "no", "yeah", "yep", "nope", "okay", "ok", "right"}
    | {"oh", "um", "uh", "hmm", "mm", "note", "notes", "nb", "ps", "example", "first", "second"}
    | {"third", "then", "finally", "again", "like", "because", "also", "anyway", "actually", "sure"}
    | {"exactly", "great", "thanks", "sorry", "hello", "hi", "bye", "good", "perfect", "monday"}
    | {"tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "warning", "tip", "see"}
)
_FIELD = re.compile(
    r"(?:date|time|place|location|venue|setting|duration|length|file|file ?name|recording|audio|"
    r"transcri(?:ber|bed by|pt|pt id|ption)|project|study|title|subject|interview|interview "
    r"(?:date|number|no|id|length|time)|id|participant (?:id|number|no|code)|case|age|gender|sex|"
    r"language|version|page|session|present|attendees|participants|speakers|keywords|url|link|"
    r"summary|source|status|created|modified|start|end|start time|end time)\.?",
    re.IGNORECASE,
)
_SOUND = re.compile(
    r"(?:laugh|chuckl|inaudible|unclear|pause|silence|sigh|cry|crosstalk|overlap|music|noise|cough|"
    r"sniff|applause|indistinct|unintelligible|redacted|name|phone|background|break|long|short|sic)"
    r"|\W*\d|\W*$",
    re.IGNORECASE,
)


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


def find_labels(
    text: str, lines: Sequence[Line], *, bold: Mapping[int, int] | None = None
) -> list[Candidate]:
    """Find the lines that begin with a speaker's label, ascending; empty where none does.

    The layout with the most believable labels is taken. A label is believed where it names
    a role or is numbered, or comes back; words before a colon in ordinary speech are not.
    """
    filled = sum(1 for line in lines if text[line.start : line.end].strip())
    best: list[Candidate] = []
    for layout in _Layout:
        found = _believable(text, lines, _candidates(text, lines, layout, bold or {}), layout)
        if len(found) > len(best) and _enough(found, layout, filled):
            best = found
    best = _with_bare(text, lines, best)
    return _after_header(text, lines, best)


def _candidates(
    text: str, lines: Sequence[Line], layout: _Layout, bold: Mapping[int, int]
) -> list[Candidate]:
    found = []
    for number, line in enumerate(lines):
        if layout is _Layout.BOLD:
            candidate = _bold_label(text, number, line, bold.get(line.start, 0))
        else:
            candidate = _label(text, number, line, layout)
        if candidate is not None:
            found.append(candidate)
    return found


def _label(text: str, number: int, line: Line, layout: _Layout) -> Candidate | None:
    head = text[line.start : min(line.end, line.start + 200)]
    if layout in _NEEDS and not any(mark in head for mark in _NEEDS[layout]):
        return None
    match = _PATTERNS[layout].match(head) if head else None
    if match is None:
        return None
    groups = match.groupdict()
    label = _tidy(groups["label"] or groups.get("label2") or groups.get("label3") or "")
    if not _is_label(label):
        return None
    stamp = groups.get("t1") or groups.get("t2") or groups.get("t3")
    speech = line.start + match.end()
    return Candidate(number, line.start, label, speech, *_range(stamp))


def _bold_label(text: str, number: int, line: Line, length: int) -> Candidate | None:
    if not length or line.start + length >= line.end:
        return None
    label = _tidy(text[line.start : line.start + length])
    if not _is_label(label):
        return None
    return Candidate(number, line.start, label, line.start + length)


def _tidy(label: str) -> str:
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


def _believable(
    text: str, lines: Sequence[Line], candidates: list[Candidate], layout: _Layout
) -> list[Candidate]:
    counts = Counter(candidate.label for candidate in candidates)
    names = join_variants(list(counts.items()))
    totals: Counter[str] = Counter()
    for label, count in counts.items():
        totals[names[label]] += count
    timed = {names[candidate.label] for candidate in candidates if candidate.time_start is not None}
    least = _least(names.values(), totals, layout)
    sure = {
        name
        for name, count in totals.items()
        if _is_sure(name, count, least=1 if name in timed and len(timed) > 1 else least)
        and not (layout is _Layout.BRACKET and _SOUND.match(name))
    }
    found = [candidate for candidate in candidates if names[candidate.label] in sure]
    if layout in (_Layout.COLON, _Layout.TIMED) and found:
        return _with_singles(text, lines, candidates, found)
    return found


def _least(names: Iterable[str], totals: Mapping[str, int], layout: _Layout) -> int:
    """Give how often a name must come to be believed in a layout."""
    if layout in (_Layout.COLON, _Layout.TIMED, _Layout.BOLD):
        return 2
    return 2 if any(_is_known(name) and totals[name] > 1 for name in names) else 3


def _is_known(name: str) -> bool:
    return role_of_label(name) is not Role.UNKNOWN or _KNOWN.fullmatch(name) is not None


def _is_sure(name: str, count: int, *, least: int) -> bool:
    """Tell whether a label that comes `count` times is a speaker's; names must come `least`."""
    if _is_known(name):
        return True
    if name.lower() in _NO_NAME or _FIELD.fullmatch(name):
        return False
    if _LETTER.fullmatch(name):
        return count >= 2
    if _is_name(name):
        return count >= least
    return len(name.split()) == 1 and count >= 3


def _is_name(label: str) -> bool:
    """Tell whether every word is written as names are."""
    words = [word.strip("()[].,'’\"") for word in label.split()]
    return all(
        not word or not word[0].islower() or word in _PARTICLES or "(" in label for word in words
    )


def _with_singles(
    text: str, lines: Sequence[Line], candidates: list[Candidate], found: list[Candidate]
) -> list[Candidate]:
    """Believe names that come once, where nearly every line is labelled anyway."""
    filled = [line for line in lines[found[0].line :] if text[line.start : line.end].strip()]
    if len(found) < 4 or len(found) < 0.8 * len(filled):
        return found
    known = {candidate.line for candidate in found}
    return [
        candidate
        for candidate in candidates
        if candidate.line in known
        or (
            candidate.line > found[0].line
            and _is_name(candidate.label)
            and candidate.label.lower() not in _NO_NAME
            and not _FIELD.fullmatch(candidate.label)
            and len(candidate.label.split()) <= 3
        )
    ]


def _enough(found: Sequence[Candidate], layout: _Layout, filled: int) -> bool:
    """Ask more of the layouts in which a short line of speech looks like a label."""
    if layout not in (_Layout.BARE, _Layout.DASH, _Layout.TAB, _Layout.BOLD):
        return True
    speakers = {candidate.label for candidate in found}
    return len(speakers) >= 2 and len(found) >= 0.25 * filled


def _with_bare(text: str, lines: Sequence[Line], found: list[Candidate]) -> list[Candidate]:
    """Add lines that hold a known speaker's role alone, its colon forgotten."""
    known = {
        candidate.label.casefold()
        for candidate in found
        if role_of_label(candidate.label) is not Role.UNKNOWN
    }
    taken = {candidate.line for candidate in found}
    bare = [
        Candidate(number, line.start, label, line.end)
        for number, line in enumerate(lines)
        if number not in taken and line.end - line.start < 60
        for label in [_tidy(text[line.start : line.end])]
        if label.casefold() in known
    ]
    return sorted(found + bare, key=lambda candidate: candidate.line)


def _after_header(text: str, lines: Sequence[Line], found: list[Candidate]) -> list[Candidate]:
    """Leave out labels in a block of fields at the top (date, place, who was there)."""
    counts = Counter(candidate.label.casefold() for candidate in found)
    last = _last_field(text, lines, {label for label, count in counts.items() if count >= 2})
    if last >= 0:
        last = _block_end(text, lines, last)
    later = [candidate for candidate in found if candidate.line > last]
    skipped = _names_on_top(text, lines, later, counts)
    return later[skipped:] if len(later) - skipped >= 2 else found


def _names_on_top(
    text: str, lines: Sequence[Line], found: Sequence[Candidate], counts: Mapping[str, int]
) -> int:
    """Count the labels that come once, with a few words, above the first that comes back."""
    for number, candidate in enumerate(found[:6]):
        if counts[candidate.label.casefold()] > 1:
            return number
        speech = text[candidate.speech : lines[candidate.line].end].split()
        if not 0 < len(speech) <= 5 or speech[-1][-1] in ".?!":
            return 0
    return 0


def _last_field(text: str, lines: Sequence[Line], speakers: set[str]) -> int:
    """Give the number of the last field line among the short lines at the top; -1 for none."""
    last, seen = -1, 0
    for number, line in enumerate(lines):
        content = text[line.start : line.end].strip()
        seen += bool(content)
        if seen > 20 or len(content) > 120:
            break
        key = re.split(r"[:：\t]", content, maxsplit=1)[0]
        name = key.strip(" *_#")
        if key != content and _FIELD.fullmatch(name) and name.casefold() not in speakers:
            last = number
    return last


def _block_end(text: str, lines: Sequence[Line], last: int) -> int:
    """Follow short lines below the last field to the empty line that ends its block."""
    for number in range(last + 1, min(last + 7, len(lines))):
        content = text[lines[number].start : lines[number].end].strip()
        if not content:
            return number
        if len(content) > 60:
            break
    return last
