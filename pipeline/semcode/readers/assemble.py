"""Lay utterances out as one text whose turns and times point into it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from semcode.errors import ReadError
from semcode.readers.files import Source, clean, guid_of
from semcode.readers.speakers import NO_SPEAKERS, join_variants, only_asking, speakers_of
from semcode.records import Transcript, Turn
from semcode.wording import counted

__all__ = ["ALONE", "UNKNOWN", "Utterance", "assemble"]

ALONE = "Participant"  # whoever speaks where no speaker is named at all
UNKNOWN = "Unknown"  # whoever speaks unnamed among people who are named
# No conversation has so many speakers, and comparing each with each would take hours.
_MAX_SPEAKERS = 500
_MAX_JOINED = 100  # names that are compared for slips of the pen
_MAX_NAME = 60  # characters of a name that is compared
_MAX_SECONDS = 1e9


@dataclass(frozen=True, slots=True)
class Utterance:
    """A cue, interval or row: who said what, and when in seconds from the start."""

    speaker: str | None
    text: str
    time_start: float | None = None
    time_end: float | None = None


def assemble(
    utterances: Sequence[Utterance], *, name: str, source: Source, warnings: Sequence[str] = ()
) -> Transcript:
    """Make a transcript of utterances that stand in the order in which they were said.

    What one speaker says in a row becomes one turn, its utterances joined by a space; the
    text is paragraphs `Label: speech`, without labels where no speaker is named. Each
    utterance with a start gives an anchor; times before the recording become 0. An
    utterance without a speaker among named ones is `Unknown`'s. Raises ReadError where
    there are no words, or more speakers than any conversation has.
    """
    cues, notes = _tidy(utterances)
    if not any(character.isalnum() for cue in cues for character in cue.text):
        remedy = "Leave the file out, or check that it was exported with its text."
        raise ReadError("the file holds no words.", where=source.name, remedy=remedy)
    labelled = any(cue.speaker for cue in cues)
    cues, more = _named(cues)
    labels = Counter(str(cue.speaker) for cue in cues)
    if len(labels) > _MAX_SPEAKERS:
        what = f"{len(labels):,} different speakers are named: this is no conversation."
        remedy = "Check where the speakers stand; of a table, name the right --columns."
        raise ReadError(what, where=source.name, remedy=remedy)
    names = _join(labels)
    text, turns = _lay_out(cues, names, labelled=labelled)
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
        warnings=(*warnings, *notes, *more, *only_asking(speakers)),
    )


def _tidy(utterances: Sequence[Utterance]) -> tuple[list[Utterance], list[str]]:
    """Clean texts, labels and times; leave out what is empty."""
    cues, lost = [], 0
    for utterance in utterances:
        text, _ = clean(utterance.text)
        lost += text.count("\ufffd") - utterance.text.count("\ufffd")
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        speech = "\n".join(line.strip() for line in lines if line.strip())
        if speech:
            label = " ".join(clean(utterance.speaker or "")[0].split()) or None
            start, end = _seconds(utterance.time_start), _seconds(utterance.time_end)
            cues.append(Utterance(label, speech, start, end))
    return cues, (
        [f"{counted(lost, 'character')} that are no text were replaced by \ufffd."] if lost else []
    )


def _seconds(value: float | None) -> float | None:
    """Give a usable time, 0 where it lies before the recording, None where it is no time."""
    if value is None or not math.isfinite(value) or abs(value) > _MAX_SECONDS:
        return None
    return max(0.0, float(value))


def _named(cues: Sequence[Utterance]) -> tuple[list[Utterance], list[str]]:
    """Name those who speak unnamed, and say how many did."""
    unnamed = sum(cue.speaker is None for cue in cues)
    if not unnamed:
        return list(cues), []
    if unnamed == len(cues):
        return [replace(cue, speaker=ALONE) for cue in cues], [NO_SPEAKERS]
    note = f"No speaker is named in {unnamed} of {counted(len(cues), 'utterance')}: {UNKNOWN}'s."
    return [replace(cue, speaker=cue.speaker or UNKNOWN) for cue in cues], [note]


def _join(labels: Mapping[str, int]) -> dict[str, str]:
    """Join the spellings of names; labels that are too long or too many stay as they are."""
    short = [(label, count) for label, count in labels.items() if len(label) <= _MAX_NAME]
    joined = join_variants(short) if len(short) <= _MAX_JOINED else {}
    return {label: joined.get(label, label) for label in labels}


def _lay_out(
    cues: Iterable[Utterance], names: Mapping[str, str], *, labelled: bool
) -> tuple[str, tuple[Turn, ...]]:
    """Write the text and its turns; a turn is headed by its speaker's joined name."""
    parts: list[str] = []
    turns: list[Turn] = []
    position = 0
    for speaker, group in groupby(cues, key=lambda cue: names[str(cue.speaker)]):
        own = list(group)
        head = f"{speaker}: " if labelled else ""
        turns.append(_turn(speaker, own, position + len(head)))
        parts += [head, " ".join(cue.text for cue in own), "\n\n"]
        position = turns[-1].end + 2
    return "".join(parts), tuple(turns)


def _turn(speaker: str, cues: Sequence[Utterance], start: int) -> Turn:
    """Place the cues of one turn from `start` on, a space between them."""
    anchors: list[tuple[int, float]] = []
    position = start
    for cue in cues:
        if cue.time_start is not None:
            anchors.append((position, cue.time_start))
        position += len(cue.text) + 1
    first = min((seconds for _, seconds in anchors), default=None)
    ends = [cue.time_end for cue in cues if cue.time_end is not None]
    last = max([*ends, *(seconds for _, seconds in anchors)]) if ends else None
    return Turn(speaker, start, position - 1, first, last, tuple(anchors))
