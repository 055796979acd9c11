"""Find the speakers and their turns in the plain text of a transcript."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from semcode.errors import ReadError
from semcode.readers.candidates import Candidate, Line, seconds_of, split_lines
from semcode.readers.files import Source, guid_of
from semcode.readers.labels import find_labels
from semcode.readers.speakers import NO_SPEAKERS, join_variants, only_asking, speakers_of
from semcode.records import Transcript, Turn

__all__ = ["read_dialogue"]

_ALONE = "Participant"
_MAX_LINES = 500_000  # ten hours of speech are a hundred thousand words
_FOOTER = re.compile(
    r"\W*(?:transcribed (?:by|with|using)\b.*"
    r"|end of (?:the )?(?:interview|recording|transcript|tape)"
    r"|(?:the )?(?:interview|recording|transcript) (?:ends|ended|stops|stopped))\W*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Block:
    """The lines between one label and the next; `start` is where the speech may begin."""

    label: str
    start: int
    lines: tuple[Line, ...]
    time_start: float | None
    time_end: float | None


def read_dialogue(
    text: str,
    *,
    name: str,
    source: Source,
    warnings: Sequence[str] = (),
    bold: Mapping[int, int] | None = None,
) -> Transcript:
    """Make a transcript of a text whose speakers are named in it.

    The text is kept as it is; a turn holds speech alone. A label that is repeated begins
    another turn of the same speaker, as a span cannot leave it out. A text without labels
    is one turn of one participant. `bold` maps the start of a line to how many characters
    are bold there. Raises ReadError where there are no words, or more lines than words
    are ever said.
    """
    if not any(character.isalnum() for character in text):
        remedy = "Leave the file out, or check that it was saved with its text."
        raise ReadError("the file holds no words.", where=source.name, remedy=remedy)
    count = text.count("\n") + text.count("\r") - text.count("\r\n")
    if count > _MAX_LINES:
        what = f"the text has {count:,} lines, more than {_MAX_LINES:,}: this is no conversation."
        remedy = "Remove the empty lines, or split it into several files."
        raise ReadError(what, where=source.name, remedy=remedy)
    notes = list(warnings)
    lines = split_lines(text)
    labels = find_labels(text, lines, bold=bold or {})
    names = join_variants(list(Counter(label.label for label in labels).items()))
    turns = _turns(text, lines, labels, names)
    if turns:
        notes += _notes(text, labels[0].start)
    else:
        turns, names = _one_turn(text), {}
        notes.append(NO_SPEAKERS)
    speakers = speakers_of(turns, text, names=names)
    return Transcript(
        guid=guid_of(source, name),
        name=name,
        text=text,
        turns=turns,
        speakers=speakers,
        source_name=source.name,
        source_sha256=source.sha256,
        format=source.format,
        warnings=(*notes, *only_asking(speakers)),
    )


def _one_turn(text: str) -> tuple[Turn, ...]:
    start = len(text) - len(text.lstrip())
    return (Turn(_ALONE, start, len(text.rstrip())),)


def _notes(text: str, first: int) -> list[str]:
    words = sum(1 for word in text[:first].split() if any(map(str.isalpha, word)))
    if not words:
        return []
    subject = "The first word stands" if words == 1 else f"The first {words} words stand"
    return [f"{subject} before any speaker's name, in no turn."]


def _turns(
    text: str, lines: Sequence[Line], labels: Sequence[Candidate], names: Mapping[str, str]
) -> tuple[Turn, ...]:
    turns = (_turn(text, block, names[block.label]) for block in _blocks(text, lines, labels))
    return tuple(turn for turn in turns if turn is not None)


def _blocks(text: str, lines: Sequence[Line], labels: Sequence[Candidate]) -> list[_Block]:
    blocks = []
    for index, label in enumerate(labels):
        until = labels[index + 1].line if index + 1 < len(labels) else len(lines)
        time = label.time_start
        if time is None:
            time = _time_above(text, lines, label.line)
        own = tuple(lines[label.line : until])
        blocks.append(_Block(label.label, label.speech, own, time, label.time_end))
    return blocks


def _time_above(text: str, lines: Sequence[Line], line: int) -> float | None:
    """Give the time of a line that holds a time alone and stands right above."""
    for above in reversed(lines[max(0, line - 2) : line]):
        content = text[above.start : above.end].strip()
        if content:
            return seconds_of(content)
    return None


def _turn(text: str, block: _Block, speaker: str) -> Turn | None:
    """Trim a block to its speech; None where nothing was said."""
    spoken: list[tuple[int, int]] = []
    times: list[tuple[int, float]] = []
    waiting = block.time_start
    for line in block.lines:
        start = max(line.start, block.start)
        content = text[start : line.end].strip()
        stamp = seconds_of(content)
        if stamp is not None:
            waiting = stamp
        elif content:
            start += len(text[start : line.end]) - len(text[start : line.end].lstrip())
            spoken.append((start, start + len(content)))
            if waiting is not None:
                times.append((start, waiting))
                waiting = None
    while spoken and _FOOTER.fullmatch(text, *spoken[-1]):
        spoken.pop()
    if not spoken:
        return None
    end = spoken[-1][1]
    anchors = tuple(anchor for anchor in times if anchor[0] < end)
    first = anchors[0][1] if anchors and anchors[0][0] == spoken[0][0] else block.time_start
    return Turn(speaker, spoken[0][0], end, first, block.time_end, anchors)
