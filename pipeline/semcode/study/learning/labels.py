"""What people decided as labels: segments x codes, with no code told apart from not seen.

For one coder a segment has a code (1) where a coding covers at least half of it or lies in it
by at least half; a coding of a child is one of its parents. It has not (0) where the coder
rejected, changed or removed the code there, and where the coder is recorded as having read the
segment without giving it. All else is unknown: not read, or left open as not sure. What was
taken back does not count; a coding that stands outweighs a reject. Over coders, what they
settled counts alone; else the share of those who said anything. Models are never asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from semcode import store
from semcode.agreement import unit_table
from semcode.classify.threads import may_rest
from semcode.codebook import Codebook
from semcode.config import Settings
from semcode.errors import InputError
from semcode.evaluate import Source
from semcode.evaluate.rating import readable, touched
from semcode.records import (
    Coder,
    CoderKind,
    Coding,
    Decision,
    Reading,
    Role,
    Segment,
    Transcript,
    Verdict,
)
from semcode.store import Database
from semcode.study.learning.held_back import audit_spans, held_back
from semcode.suggest import learner_text
from semcode.wording import counted

__all__ = ["FacetMark", "Labels", "People", "gather_labels", "gather_people", "rate", "standing"]

Floats = NDArray[np.float64]
Span = tuple[int, int]
Done = TypeVar("Done", Coding, Reading, Decision)

_LEAST = 0.5
_NO = (Verdict.REJECT, Verdict.CHANGE, Verdict.REMOVE)


@dataclass(frozen=True, slots=True)
class FacetMark:
    """The facets of one coding as it falls on a segment: indices of segment and code."""

    row: int
    code: int
    coder: str
    facets: tuple[str, ...]


@dataclass(frozen=True)
class Labels:
    """Segments x codes: 1, 0, the share of coders between, NaN for unknown.

    All segments of the transcripts in which anybody decided anything; columns follow the
    codebook. `texts` are (question, what was said), `groups` the participants. `disputed`
    counts for each code the segments on which coders differ and nothing is settled.
    `notes` are sentences for the reader.
    """

    codebook: Codebook
    y: Floats
    texts: Sequence[tuple[str, str]]
    groups: Sequence[str]
    transcripts: Sequence[str]
    segments: Sequence[Segment]
    coders: Mapping[str, int]
    disputed: NDArray[np.int64]
    marks: Sequence[FacetMark] = ()
    notes: tuple[str, ...] = ()

    @property
    def known(self) -> NDArray[np.bool_]:
        """Tell which segments have any label."""
        return np.asarray(~np.isnan(self.y).all(axis=1)) if self.y.size else np.zeros(0, bool)

    def counts(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Count for each code the segments that have it (by half of the coders) and have not."""
        return (self.y >= 0.5).sum(axis=0), (self.y < 0.5).sum(axis=0)

    def take(self, rows: Sequence[int] | NDArray[np.intp]) -> Labels:
        """Keep some segments, in the order given."""
        place = {int(row): number for number, row in enumerate(rows)}
        return replace(
            self,
            y=self.y[np.asarray(rows, dtype=np.intp)],
            texts=[self.texts[int(row)] for row in rows],
            groups=[self.groups[int(row)] for row in rows],
            transcripts=[self.transcripts[int(row)] for row in rows],
            segments=[self.segments[int(row)] for row in rows],
            marks=[replace(m, row=place[m.row]) for m in self.marks if m.row in place],
        )


@dataclass(frozen=True)
class People:
    """What people did in a study, by transcript; `settled` are those whose word is final."""

    names: tuple[str, ...]
    settled: frozenset[str]
    codings: Mapping[str, Sequence[Coding]]
    readings: Mapping[str, Sequence[Reading]]
    decisions: Mapping[str, Sequence[Decision]]


def standing(decisions: Sequence[Decision]) -> list[Decision]:
    """Leave out what was taken back, and the lines that took it back; oldest first."""
    ordered = sorted(decisions, key=lambda line: line.id)
    void: set[int] = set()
    for line in reversed(ordered):
        if line.verdict is Verdict.UNDO and line.undoes is not None and line.id not in void:
            void.add(line.undoes)
    return [d for d in ordered if d.verdict is not Verdict.UNDO and d.id not in void]


def gather_labels(
    database: Database,
    settings: Settings,
    *,
    coders: Sequence[str] | None = None,
    transcripts: Sequence[str] | None = None,
    assume_read: bool = False,
    audit: bool = False,
) -> Labels:
    """Lay what people decided over the segments of a study, as they are cut now.

    `coders` and `transcripts` None are all. With `assume_read` a coder has read every
    transcript in which there is a coding by that coder. Segments of the audit sample are left
    out unless `audit`: what is learned from cannot be measured on. Raises InputError for
    unknown names.
    """
    with database.read() as connection:
        rows = store.transcripts.rows(connection)
        codebook = store.codebooks.load(connection)
    people = gather_people(database, coders=coders)
    _require_known(transcripts, [row.name for row in rows])
    parts: list[_Part] = []
    for row in rows:
        wanted = transcripts is None or row.name in transcripts
        did = (people.codings, people.readings, people.decisions)
        if not wanted or not any(row.name in by_name for by_name in did):
            continue
        with database.read() as connection:
            transcript = store.transcripts.load(connection, row.id)
            segments = store.segments.of_transcript(connection, row.id)
        may_rest()
        if segments:
            parts.append(_label(transcript, segments, people, codebook, settings, assume_read))
    found = _joined(parts, people, codebook)
    with database.read() as connection:
        kept = ~held_back(found.transcripts, found.segments, audit_spans(connection))
    return found if audit or kept.all() else found.take(np.flatnonzero(kept))


def gather_people(database: Database, *, coders: Sequence[str] | None = None) -> People:
    """Read what people coded, read and decided. Raises InputError for an unknown coder."""
    with database.read() as connection:
        known = store.people.coders(connection)
        codings = store.codings.all_codings(connection)
        readings = store.codings.readings(connection)
        decisions = standing(list(store.decisions.all_decisions(connection)))
    chosen = _chosen(known, coders)
    names = frozenset(coder.name for coder in chosen)
    return People(
        tuple(coder.name for coder in chosen),
        frozenset(c.name for c in chosen if c.kind is CoderKind.CONSENSUS),
        _by_transcript(c for c in codings if c.coder in names),
        _by_transcript(r for r in readings if r.coder in names),
        _by_transcript(d for d in decisions if d.coder in names),
    )


def _chosen(known: Sequence[Coder], wanted: Sequence[str] | None) -> list[Coder]:
    people = [coder for coder in known if coder.kind is not CoderKind.MODEL]
    if wanted is None:
        return people
    for name in wanted:
        if name not in {coder.name for coder in people}:
            have = ", ".join(coder.name for coder in people) or "none yet"
            raise InputError(
                f"There is no coder {name!r} to learn from.",
                where="coders",
                remedy=f"There are: {have}.",
            )
    return [coder for coder in people if coder.name in wanted]


def _require_known(wanted: Sequence[str] | None, have: Sequence[str]) -> None:
    for name in wanted or ():
        if name not in have:
            raise InputError(
                f"There is no transcript {name!r}.",
                where="transcripts",
                remedy="See the names with: semcode speakers",
            )


def _by_transcript(found: Iterable[Done]) -> dict[str, list[Done]]:
    ordered = sorted(found, key=lambda item: item.transcript)
    return {name: list(items) for name, items in groupby(ordered, key=lambda x: x.transcript)}


@dataclass
class _Part:
    """The labels of one transcript."""

    y: Floats
    disputed: NDArray[np.int64]
    texts: list[tuple[str, str]]
    groups: list[str]
    transcript: str
    segments: Sequence[Segment]
    marks: list[FacetMark]
    unknown: int


def _label(
    transcript: Transcript,
    segments: Sequence[Segment],
    people: People,
    codebook: Codebook,
    settings: Settings,
    assume_read: bool,
) -> _Part:
    units = [(segment.start, segment.end) for segment in segments]
    source = _source(transcript, units, people)
    column = {code.guid: place for place, code in enumerate(codebook.codes)}
    below = settings.suggest.context_below
    who = {speaker.name: speaker.participant for speaker in transcript.speakers}
    turns = transcript.turns
    y, disputed = rate(source, people, codebook, assume_read=assume_read)
    return _Part(
        y=y,
        disputed=disputed,
        texts=[learner_text(transcript.text, s, context_below=below) for s in segments],
        groups=[who[turns[s.turn].speaker] or transcript.name for s in segments],
        transcript=transcript.name,
        segments=segments,
        marks=list(_marks(source, units, people, column)),
        unknown=sum(c.code not in column for c in source.codings),
    )


def rate(
    source: Source, people: People, codebook: Codebook, *, assume_read: bool = False
) -> tuple[Floats, NDArray[np.int64]]:
    """Give what people say of the units of a source together, (n_units, n_codes).

    Beside it, for each code on how many units they differ with nothing settled.
    """
    units = list(source.units)
    column = {code.guid: place for place, code in enumerate(codebook.codes)}
    rated = {
        coder: _of_coder(coder, source, units, people, column, codebook, assume_read)
        for coder in people.names
    }
    final = _settled(rated, source, units, people, column, codebook)
    open_ = [y for coder, y in rated.items() if coder not in people.settled]
    return _together(open_, final, (len(units), len(codebook)))


def _source(transcript: Transcript, units: Sequence[Span], people: People) -> Source:
    who = {speaker.name: speaker for speaker in transcript.speakers}
    turns = [t for t in transcript.turns if who[t.speaker].role is not Role.INTERVIEWER]
    return Source(
        name=transcript.name,
        text=transcript.text,
        speech=[(t.start, t.end) for t in turns],
        people=[who[t.speaker].participant or transcript.name for t in turns],
        units=units,
        codings=people.codings.get(transcript.name, ()),
        readings=people.readings.get(transcript.name, ()),
        codable=units,
    )


def _of_coder(
    coder: str,
    source: Source,
    units: Sequence[Span],
    people: People,
    column: Mapping[str, int],
    codebook: Codebook,
    assume_read: bool,
) -> Floats:
    """Give what one coder says: (n_units, n_codes), NaN where nothing was said."""
    y = np.full((len(units), len(column)), np.nan)
    own = [coding for coding in source.codings if coding.coder == coder]
    spans = [(r.start, r.end) for r in source.readings if r.coder == coder]
    if assume_read and own:
        spans = list(source.speech)
    if spans:
        read = unit_table(units, {coder: []}, read={coder: readable(source, spans)})
        y[np.asarray(read)[:, 0] >= 0] = 0.0
    for line in people.decisions.get(source.name, ()):
        if line.coder != coder or line.code not in column:
            continue
        if line.verdict in _NO or line.verdict is Verdict.UNSURE:
            value = np.nan if line.verdict is Verdict.UNSURE else 0.0
            for unit in touched(units, (line.start, line.end), _LEAST):
                y[unit, column[line.code]] = value
    _give(y, own, units, column, codebook)
    return y


def _give(
    y: Floats,
    codings: Iterable[Coding],
    units: Sequence[Span],
    column: Mapping[str, int],
    codebook: Codebook,
) -> None:
    """Set the codes of codings, and all above them, to 1."""
    for coding in codings:
        if coding.code not in column:
            continue
        code = codebook[coding.code]
        above = [column[parent.guid] for parent in codebook.ancestors(code)]
        for unit in touched(units, (coding.start, coding.end), _LEAST):
            y[unit, [column[coding.code], *above]] = 1.0


def _settled(
    rated: Mapping[str, Floats],
    source: Source,
    units: Sequence[Span],
    people: People,
    column: Mapping[str, int],
    codebook: Codebook,
) -> Floats:
    """Give what coders settled: of a settled passage every code is known."""
    y = np.full((len(units), len(column)), np.nan)
    for coder in people.settled:
        y = np.where(np.isnan(y), rated[coder], np.fmax(y, np.nan_to_num(rated[coder])))
    lines = people.decisions.get(source.name, ())
    for line in lines:
        if line.verdict is Verdict.SETTLE:
            for unit in touched(units, (line.start, line.end), _LEAST):
                y[unit] = np.fmax(y[unit], 0.0)
    _give(y, [c for c in source.codings if c.coder in people.settled], units, column, codebook)
    return y


def _together(
    rated: Sequence[Floats], final: Floats, shape: tuple[int, int]
) -> tuple[Floats, NDArray[np.int64]]:
    """Give the share of coders who said yes, what was settled first; count where they differ."""
    stack = np.stack(rated) if rated else np.full((1, *shape), np.nan)
    said = (~np.isnan(stack)).sum(axis=0)
    yes = np.nansum(stack, axis=0)
    share = np.where(said > 0, yes / np.maximum(said, 1), np.nan)
    differ = np.isnan(final) & (said > 1) & (yes > 0) & (yes < said)
    return np.where(np.isnan(final), share, final), differ.sum(axis=0)


def _marks(
    source: Source, units: Sequence[Span], people: People, column: Mapping[str, int]
) -> Iterator[FacetMark]:
    for coding in source.codings:
        if coding.code in column and coding.coder in people.names:
            for unit in touched(units, (coding.start, coding.end), _LEAST):
                yield FacetMark(unit, column[coding.code], coding.coder, coding.facets)


def _joined(parts: Sequence[_Part], people: People, codebook: Codebook) -> Labels:
    first = np.cumsum([0, *(len(part.segments) for part in parts)])
    n_codes = len(codebook)
    unknown = sum(part.unknown for part in parts)
    notes = []
    if unknown:
        notes.append(
            f"{counted(unknown, 'coding has', 'codings have')} a code that is not in the newest "
            "codebook; "
            "nothing is learned from them."
        )
    return Labels(
        codebook=codebook,
        y=np.concatenate([part.y for part in parts]) if parts else np.zeros((0, n_codes)),
        texts=[text for part in parts for text in part.texts],
        groups=[group for part in parts for group in part.groups],
        transcripts=[part.transcript for part in parts for _ in part.segments],
        segments=[segment for part in parts for segment in part.segments],
        coders={
            name: sum(c.coder == name for own in people.codings.values() for c in own)
            for name in people.names
        },
        disputed=np.sum([part.disputed for part in parts], axis=0)
        if parts
        else np.zeros(n_codes, np.int64),
        marks=[
            replace(mark, row=mark.row + int(start))
            for part, start in zip(parts, first[:-1], strict=True)
            for mark in part.marks
        ],
        notes=tuple(notes),
    )
