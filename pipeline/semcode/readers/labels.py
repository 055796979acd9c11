"""Find the labels that name who speaks, in the layouts that transcripts come in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from semcode.readers.believing import FIELD, believable
from semcode.readers.candidates import Candidate, Layout, Line, find_candidates, tidy
from semcode.readers.speakers import role_of_label
from semcode.records import Role

__all__ = ["find_labels"]


def find_labels(
    text: str, lines: Sequence[Line], *, bold: Mapping[int, int] | None = None
) -> list[Candidate]:
    """Find the lines that begin with a speaker's label, ascending; empty where none does.

    The layout with the most believable labels is taken. A label is believed where it names
    a role or is numbered, or comes back; words before a colon in ordinary speech are not.
    """
    filled = [n for n, line in enumerate(lines) if text[line.start : line.end].strip()]
    best: list[Candidate] = []
    for layout in Layout:
        found = find_candidates(text, lines, filled, layout, bold or {})
        found = believable(text, lines, found, layout)
        if len(found) > len(best) and _enough(found, layout, len(filled)):
            best = found
    best = _with_bare(text, lines, best)
    return _after_header(text, lines, best)


def _enough(found: Sequence[Candidate], layout: Layout, filled: int) -> bool:
    """Ask more of the layouts in which a short line of speech looks like a label."""
    if layout not in (Layout.BARE, Layout.DASH, Layout.TAB, Layout.BOLD):
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
        for label in [tidy(text[line.start : line.end])]
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
        if key != content and FIELD.fullmatch(name) and name.casefold() not in speakers:
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
