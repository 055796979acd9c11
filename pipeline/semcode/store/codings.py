"""Codings and readings in the study: spans of the text, whoever made them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection, exists, func, select
from sqlalchemy.dialects.sqlite import insert

from semcode.records import CoderKind, Coding, Reading
from semcode.store import schema
from semcode.store.assignments import inside_a_draw
from semcode.store.codebooks import latest_version, now
from semcode.store.people import coder_id

__all__ = [
    "add",
    "add_readings",
    "all_codings",
    "blind_state",
    "count",
    "count_by_code",
    "count_by_coder",
    "readings",
    "state",
]


class _Coders(dict[str, int]):
    """The ids of people by name, each looked up once; a new name makes a new coder.

    Raises InputError for the name of a model: a person's work and a model's are never mixed.
    """

    def __init__(self, connection: Connection, kinds: Mapping[str, CoderKind] | None = None):
        super().__init__()
        self._connection, self._kinds = connection, kinds or {}

    def __missing__(self, name: str) -> int:
        kind = self._kinds.get(name, CoderKind.HUMAN)
        self[name] = coder_id(self._connection, name, kind)
        return self[name]


def add(
    connection: Connection,
    codings: Iterable[Coding],
    *,
    kinds: Mapping[str, CoderKind] | None = None,
) -> int:
    """Store codings; one that is there already (same span, code, coder) is left as it is.

    `transcript` and `coder` are names, `code` is a guid; `kinds` says who is no person.
    Gives how many were new.
    """
    t, v = schema.transcript, schema.codebook_version
    transcripts = {name: key for key, name in connection.execute(select(t.c.id, t.c.name))}
    versions = {n: key for key, n in connection.execute(select(v.c.id, v.c.number))}
    newest = latest_version(connection)
    coders = _Coders(connection, kinds)
    at = now()
    rows = [
        {
            "guid": coding.guid or str(uuid4()),
            "transcript_id": transcripts[coding.transcript],
            "start": coding.start,
            "end": coding.end,
            "code_guid": coding.code,
            "coder_id": coders[coding.coder],
            "facets": list(coding.facets),
            "memo": coding.memo,
            "created_at": coding.created_at.isoformat() if coding.created_at else at,
            "codebook_version_id": versions[coding.codebook_version or newest],
        }
        for coding in codings
    ]
    if not rows:
        return 0
    before = count(connection)
    connection.execute(insert(schema.coding).on_conflict_do_nothing(), rows)
    return count(connection) - before


def count(connection: Connection) -> int:
    """Count the codings of all coders."""
    return connection.execute(select(func.count(schema.coding.c.id))).scalar_one()


def count_by_coder(connection: Connection, *, outside: str | None = None) -> dict[str, int]:
    """Count the codings by coder's name, without those in draws whose name begins so."""
    c, k = schema.coding, schema.coder
    wanted = select(k.c.name, func.count(c.c.id)).join(c, c.c.coder_id == k.c.id)
    if outside is not None:
        wanted = wanted.where(~inside_a_draw(c, outside))
    found = connection.execute(wanted.group_by(k.c.id).order_by(k.c.id))
    return {row[0]: row[1] for row in found}


def count_by_code(connection: Connection, *, coder: str | None = None) -> dict[str, int]:
    """Count the codings by code's guid, of one coder or (None) of all."""
    c, k = schema.coding, schema.coder
    statement = select(c.c.code_guid, func.count(c.c.id)).group_by(c.c.code_guid)
    if coder is not None:
        statement = statement.join(k, c.c.coder_id == k.c.id).where(k.c.name == coder)
    return {row[0]: row[1] for row in connection.execute(statement)}


def state(connection: Connection) -> tuple[int, ...]:
    """Tell one state of codings and readings from another: counts and newest keys."""
    c, r = schema.coding, schema.reading
    row = connection.execute(
        select(
            select(func.count(c.c.id)).scalar_subquery(),
            select(func.max(c.c.id)).scalar_subquery(),
            select(func.count(r.c.id)).scalar_subquery(),
            select(func.max(r.c.id)).scalar_subquery(),
        )
    ).one()
    return tuple(int(value or 0) for value in row)


def blind_state(connection: Connection) -> tuple[int, int]:
    """Tell one state of what was read and coded blind from another, by two counts."""
    r, c = schema.reading, schema.coding
    readings = select(func.count(r.c.id)).where(r.c.blind.is_(True))
    read = exists().where(
        r.c.coder_id == c.c.coder_id,
        r.c.transcript_id == c.c.transcript_id,
        r.c.start < c.c.end,
        r.c.end > c.c.start,
        r.c.blind.is_(True),
    )
    codings = select(func.coalesce(func.sum(c.c.id), 0)).where(read)
    return connection.execute(readings).scalar_one(), connection.execute(codings).scalar_one()


def all_codings(connection: Connection) -> list[Coding]:
    """List codings by transcript and position."""
    c, t, k = schema.coding, schema.transcript, schema.coder
    v = schema.codebook_version
    found = connection.execute(
        select(c, t.c.name.label("transcript"), k.c.name.label("coder"), v.c.number)
        .join(t, c.c.transcript_id == t.c.id)
        .join(k, c.c.coder_id == k.c.id)
        .join(v, c.c.codebook_version_id == v.c.id)
        .order_by(t.c.name, c.c.start, c.c.end, k.c.name, c.c.id)
    )
    return [
        Coding(
            guid=r.guid,
            transcript=r.transcript,
            start=r.start,
            end=r.end,
            code=r.code_guid,
            coder=r.coder,
            facets=tuple(r.facets),
            memo=r.memo,
            created_at=datetime.fromisoformat(r.created_at),
            codebook_version=r.number,
        )
        for r in found
    ]


def add_readings(connection: Connection, readings: Iterable[Reading]) -> None:
    """Record that spans were read, so that "no code" there counts as a judgement."""
    t = schema.transcript
    transcripts = {name: key for key, name in connection.execute(select(t.c.id, t.c.name))}
    coders = _Coders(connection)
    rows = [
        {
            "coder_id": coders[reading.coder],
            "transcript_id": transcripts[reading.transcript],
            "start": reading.start,
            "end": reading.end,
            "at": reading.at.isoformat(),
            "blind": reading.blind,
        }
        for reading in readings
    ]
    if rows:
        connection.execute(insert(schema.reading).on_conflict_do_nothing(), rows)


def readings(connection: Connection) -> list[Reading]:
    """List what was read by whom."""
    r, t, k = schema.reading, schema.transcript, schema.coder
    found = connection.execute(
        select(r, t.c.name.label("transcript"), k.c.name.label("coder"))
        .join(t, r.c.transcript_id == t.c.id)
        .join(k, r.c.coder_id == k.c.id)
        .order_by(t.c.name, r.c.start, k.c.name)
    )
    return [
        Reading(x.coder, x.transcript, x.start, x.end, datetime.fromisoformat(x.at), x.blind)
        for x in found
    ]
