"""Suggestions as the review queue needs them: light rows of all, evidence of one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    case,
    distinct,
    exists,
    func,
    select,
)

from semcode.records import CoderKind
from semcode.store import schema
from semcode.store.assignments import was_read

__all__ = [
    "OpenRow",
    "Place",
    "Spot",
    "assigned",
    "assignment_counts",
    "coded",
    "count_coded",
    "count_read",
    "count_suggested",
    "count_unread",
    "evidence",
    "key_of",
    "name_of",
    "place_of",
    "places_in",
    "places_of",
    "read_by",
    "rows",
    "segments_touching",
    "stamp",
    "suggestion",
    "text_and_turns",
    "to_read_blind",
    "transcripts_with",
    "unread",
]

#: SQLite takes up to 32,766 parameters; a query of this many stays well below.
_CHUNK = 1_000

# What every decision asks is put together once: that takes longer than asking it.
_SUGGESTION = select(
    schema.suggestion.c.score, schema.suggestion.c.evidence, schema.suggestion.c.run_id
).where(
    schema.suggestion.c.run_id == bindparam("run"),
    schema.suggestion.c.segment_id == bindparam("segment"),
    schema.suggestion.c.code_guid == bindparam("code"),
)
_TOUCHING = (
    select(schema.segment.c.id, schema.segment.c.start, schema.segment.c.end)
    .where(
        schema.segment.c.transcript_id == bindparam("transcript"),
        schema.segment.c.start < bindparam("end"),
        schema.segment.c.end > bindparam("start"),
    )
    .order_by(schema.segment.c.position)
)


class OpenRow(NamedTuple):
    """A suggestion without its evidence."""

    suggestion: int
    segment: int
    transcript: int
    start: int
    end: int
    context_start: int | None
    context_end: int | None
    code: str
    score: float
    participant: str


class Place(NamedTuple):
    """Where a segment is, with the name of its transcript and of who speaks."""

    segment: int
    transcript_id: int
    transcript: str
    participant: str
    turn: int
    start: int
    end: int
    context_start: int | None
    context_end: int | None
    time_start: float | None
    guid: str


class Spot(NamedTuple):
    """A suggestion whole."""

    score: float
    evidence: Mapping[str, object]
    run: int


def stamp(connection: Connection) -> tuple[object, ...]:
    """Tell one state of the suggestions from another, without reading them."""
    s, d, r = schema.suggestion, schema.run_transcript, schema.run
    run = connection.execute(
        select(
            r.c.id,
            r.c.finished_at,
            select(func.max(s.c.id)).scalar_subquery(),
            select(func.max(schema.segment.c.id)).scalar_subquery(),
        )
        .where(r.c.finished_at.is_not(None))
        .order_by(r.c.finished_at.desc(), r.c.id.desc())
        .limit(1)
    ).one_or_none()
    if run is None:
        return ()
    cut = connection.execute(
        select(d.c.transcript_id, d.c.segmentation, d.c.segments).where(d.c.run_id == run[0])
    )
    return (*run, tuple(sorted(map(tuple, cut))))


def rows(connection: Connection, run_id: int) -> Iterator[OpenRow]:
    """Stream a run's suggestions by transcript, position and falling score."""
    s, seg, t = schema.suggestion, schema.segment, schema.transcript
    turn, speaker, p = schema.turn, schema.speaker, schema.participant
    found = connection.execute(
        select(
            s.c.id,
            seg.c.id,
            seg.c.transcript_id,
            seg.c.start,
            seg.c.end,
            seg.c.context_start,
            seg.c.context_end,
            s.c.code_guid,
            s.c.score,
            func.coalesce(p.c.label, t.c.name),
        )
        .join(seg, s.c.segment_id == seg.c.id)
        .join(t, seg.c.transcript_id == t.c.id)
        .join(turn, (turn.c.transcript_id == t.c.id) & (turn.c.position == seg.c.turn))
        .join(speaker, turn.c.speaker_id == speaker.c.id)
        .outerjoin(p, speaker.c.participant_id == p.c.id)
        .where(s.c.run_id == run_id)
        .order_by(t.c.name, seg.c.position, s.c.score.desc(), s.c.id)
    )
    return (OpenRow._make(row) for row in found)


def place_of(connection: Connection, segment: int) -> Place | None:
    """Give where a segment is, None where it is no longer there (cut anew since)."""
    return next(iter(places_of(connection, [segment])), None)


def places_of(connection: Connection, segments: Sequence[int]) -> list[Place]:
    """Give where segments are, in the order of the text; those no longer there are left out."""
    found: list[Place] = []
    for first in range(0, len(segments), _CHUNK):
        keys = {"segments": segments[first : first + _CHUNK]}
        found += [Place._make(row) for row in connection.execute(_places_of(), keys)]
    return sorted(found, key=lambda place: (place.transcript, place.start))


def places_in(connection: Connection, transcript_id: int) -> list[Place]:
    """Give where the segments of a transcript are, in the order of the text."""
    wanted = _places().where(schema.segment.c.transcript_id == transcript_id)
    return [
        Place._make(row) for row in connection.execute(wanted.order_by(schema.segment.c.position))
    ]


@cache
def _places_of() -> Select[Any]:
    return _places().where(schema.segment.c.id.in_(bindparam("segments", expanding=True)))


@cache
def _places() -> Select[Any]:
    seg, t, turn = schema.segment, schema.transcript, schema.turn
    speaker, p = schema.speaker, schema.participant
    return (
        select(
            seg.c.id,
            t.c.id,
            t.c.name,
            func.coalesce(p.c.label, t.c.name),
            seg.c.turn,
            seg.c.start,
            seg.c.end,
            seg.c.context_start,
            seg.c.context_end,
            seg.c.time_start,
            t.c.guid,
        )
        .join(t, seg.c.transcript_id == t.c.id)
        .join(turn, (turn.c.transcript_id == t.c.id) & (turn.c.position == seg.c.turn))
        .join(speaker, turn.c.speaker_id == speaker.c.id)
        .outerjoin(p, speaker.c.participant_id == p.c.id)
    )


def suggestion(connection: Connection, run_id: int, segment: int, code: str) -> Spot | None:
    """Give the suggestion of a code for a segment, None where there is none."""
    keys = {"run": run_id, "segment": segment, "code": code}
    row = connection.execute(_SUGGESTION, keys).one_or_none()
    return Spot(*row) if row else None


def evidence(connection: Connection, suggestions: Sequence[int]) -> dict[int, Mapping[str, object]]:
    """Give the evidence of some suggestions by their ids."""
    s = schema.suggestion
    found: dict[int, Mapping[str, object]] = {}
    for first in range(0, len(suggestions), _CHUNK):
        wanted = s.c.id.in_(suggestions[first : first + _CHUNK])
        rows = connection.execute(select(s.c.id, s.c.evidence).where(wanted))
        found |= {row.id: row.evidence for row in rows}
    return found


def key_of(connection: Connection, transcript: str) -> tuple[int, str] | None:
    """Give a transcript's id and guid by its name, None where there is none."""
    t = schema.transcript
    row = connection.execute(select(t.c.id, t.c.guid).where(t.c.name == transcript)).one_or_none()
    return (row.id, row.guid) if row else None


def name_of(connection: Connection, transcript_id: int) -> tuple[str, str]:
    """Give a transcript's name and guid by its id."""
    t = schema.transcript
    row = connection.execute(select(t.c.name, t.c.guid).where(t.c.id == transcript_id)).one()
    return row.name, row.guid


def text_and_turns(connection: Connection, transcript_id: int) -> tuple[str, list[tuple[int, int]]]:
    """Give a transcript's text, and the spans of its turns."""
    t, turn = schema.transcript, schema.turn
    text = connection.execute(select(t.c.text).where(t.c.id == transcript_id)).scalar_one()
    found = connection.execute(
        select(turn.c.start, turn.c.end)
        .where(turn.c.transcript_id == transcript_id)
        .order_by(turn.c.position)
    )
    return text, [(start, end) for start, end in found]


def coded(
    connection: Connection, coder: int, transcripts: Sequence[int] | None = None
) -> dict[int, list[tuple[int, int, str]]]:
    """Give what a coder, or a model by itself, coded, by transcript's id: start, end, code.

    `transcripts` None are all.
    """
    c = schema.coding
    columns = select(c.c.transcript_id, c.c.start, c.c.end, c.c.code_guid)
    wanted = columns.where(_theirs_or_coded_by_model(coder))
    found: dict[int, list[tuple[int, int, str]]] = {}
    for part in _parts(wanted, c.c.transcript_id, transcripts):
        for key, start, end, code in connection.execute(part):
            found.setdefault(key, []).append((start, end, code))
    return found


def read_by(
    connection: Connection, coder: int, transcripts: Sequence[int] | None = None
) -> dict[int, list[tuple[int, int]]]:
    """Give what a coder has read, by transcript's id: start, end; `transcripts` None are all."""
    r = schema.reading
    wanted = select(r.c.transcript_id, r.c.start, r.c.end).where(r.c.coder_id == coder)
    found: dict[int, list[tuple[int, int]]] = {}
    for part in _parts(wanted, r.c.transcript_id, transcripts):
        for key, start, end in connection.execute(part):
            found.setdefault(key, []).append((start, end))
    return found


def _parts(
    wanted: Select[Any], column: ColumnElement[int], ids: Sequence[int] | None
) -> Iterator[Select[Any]]:
    """Ask for some ids a thousand at a time, None for all at once."""
    if ids is None:
        yield wanted
        return
    for first in range(0, len(ids), _CHUNK):
        yield wanted.where(column.in_(ids[first : first + _CHUNK]))


def _theirs_or_coded_by_model(coder: int) -> ColumnElement[bool]:
    """Pick a coder's own codings and those that `semcode code` made: both are not asked again."""
    c, k = schema.coding, schema.coder
    models = select(k.c.id).where(k.c.kind == CoderKind.MODEL)
    return (c.c.coder_id == coder) | c.c.coder_id.in_(models)


def to_read_blind(connection: Connection, coder: int) -> list[tuple[str, int, int, int]]:
    """Give what a coder is to read blind and has not: batch, transcript's id, start, end."""
    a = schema.assignment
    found = connection.execute(
        select(a.c.batch, a.c.transcript_id, a.c.start, a.c.end)
        .where(a.c.coder_id == coder, a.c.blind.is_(True), ~was_read())
        .order_by(a.c.id)
    )
    return [tuple(row) for row in found]


def segments_touching(
    connection: Connection, transcript_id: int, start: int, end: int
) -> list[tuple[int, int, int]]:
    """Give the segments that a span touches: id, start, end."""
    keys = {"transcript": transcript_id, "start": start, "end": end}
    return [tuple(row) for row in connection.execute(_TOUCHING, keys)]


def assigned(connection: Connection, coder: int) -> list[tuple[int, int, int]]:
    """Give what a coder was assigned: transcript's id, start, end."""
    a = schema.assignment
    found = connection.execute(
        select(a.c.transcript_id, a.c.start, a.c.end).where(a.c.coder_id == coder)
    )
    return [tuple(row) for row in found]


def unread(
    connection: Connection,
    coder: int,
    *,
    transcripts: Sequence[str] = (),
    after: Place | None = None,
    limit: int | None = None,
) -> list[Place]:
    """Give segments that a coder has not read, by transcript and position, beyond a place."""
    seg, t = schema.segment, schema.transcript
    wanted = _places().where(_not_read(coder)).order_by(t.c.name, seg.c.position).limit(limit)
    if transcripts:
        wanted = wanted.where(t.c.name.in_(transcripts))
    if after is not None:
        later = (t.c.name == after.transcript) & (seg.c.start > after.start)
        wanted = wanted.where((t.c.name > after.transcript) | later)
    return [Place._make(row) for row in connection.execute(wanted)]


def count_unread(connection: Connection, coder: int, *, transcripts: Sequence[str] = ()) -> int:
    """Count the segments that a coder has not read, in some transcripts or in all."""
    seg, t = schema.segment, schema.transcript
    wanted = select(func.count(seg.c.id)).where(_not_read(coder))
    if transcripts:
        wanted = wanted.join(t, seg.c.transcript_id == t.c.id).where(t.c.name.in_(transcripts))
    return connection.execute(wanted).scalar_one()


def _not_read(coder: int) -> ColumnElement[bool]:
    seg, r = schema.segment, schema.reading
    return ~exists().where(
        r.c.coder_id == coder,
        r.c.transcript_id == seg.c.transcript_id,
        r.c.start <= seg.c.start,
        r.c.end >= seg.c.end,
    )


def count_read(connection: Connection) -> dict[tuple[int, int], int]:
    """Count the segments that each coder has read, by transcript's and coder's id."""
    seg, r = schema.segment, schema.reading
    found = connection.execute(
        select(r.c.transcript_id, r.c.coder_id, func.count(distinct(seg.c.id)))
        .join(
            seg,
            (seg.c.transcript_id == r.c.transcript_id)
            & (r.c.start <= seg.c.start)
            & (r.c.end >= seg.c.end),
        )
        .group_by(r.c.transcript_id, r.c.coder_id)
    )
    return {(row[0], row[1]): row[2] for row in found}


def count_coded(connection: Connection) -> dict[tuple[int, int], int]:
    """Count codings by transcript's and coder's id."""
    c = schema.coding
    found = connection.execute(
        select(c.c.transcript_id, c.c.coder_id, func.count(c.c.id)).group_by(
            c.c.transcript_id, c.c.coder_id
        )
    )
    return {(row[0], row[1]): row[2] for row in found}


def count_suggested(connection: Connection, codes: Sequence[str]) -> int:
    """Count the suggestions of some codes."""
    s = schema.suggestion
    wanted = select(func.count(s.c.id)).where(s.c.code_guid.in_(codes))
    return connection.execute(wanted).scalar_one()


def transcripts_with(connection: Connection, codes: Sequence[str]) -> list[str]:
    """Name the transcripts in which somebody gave one of some codes."""
    c, t = schema.coding, schema.transcript
    wanted = select(c.c.transcript_id).where(c.c.code_guid.in_(codes))
    found = connection.execute(select(t.c.name).where(t.c.id.in_(wanted)).order_by(t.c.name))
    return list(found.scalars())


def assignment_counts(connection: Connection, coder: int) -> list[tuple[str, str, bool, int, int]]:
    """Count a coder's assignments: batch, transcript, blind, spans, and how many are read."""
    a, t, read = schema.assignment, schema.transcript, was_read()
    found = connection.execute(
        select(
            a.c.batch,
            t.c.name,
            a.c.blind,
            func.count(a.c.id),
            func.sum(case((read, 1), else_=0)),
        )
        .join(t, a.c.transcript_id == t.c.id)
        .where(a.c.coder_id == coder)
        .group_by(a.c.batch, t.c.name, a.c.blind)
        .order_by(func.min(a.c.id))
    )
    return [(batch, name, bool(blind), n, int(done)) for batch, name, blind, n, done in found]
