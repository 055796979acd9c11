"""Codings and readings as the log tells them: each change is a state before and one after.

A state is a plain mapping that goes into a decision's `detail` as it is, and None where there
is no such coding or reading. Applying all changes of the log in order gives the tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, TypedDict

from sqlalchemy import Connection, Row, Select, bindparam, delete, insert, select, update

from semcode.records import CoderKind
from semcode.store import schema
from semcode.store.people import coder_id

__all__ = [
    "CodingState",
    "ReadingState",
    "all_states",
    "apply_coding",
    "apply_reading",
    "codings_by_code",
    "codings_in",
    "codings_of",
    "codings_touching",
    "delete_codings",
    "existing",
    "find_coding",
    "find_reading",
    "get_coding",
    "insert_codings",
    "newest_with",
    "readings_in",
    "readings_touching",
    "replace_readings",
]


#: SQLite takes up to 32,766 parameters; a query of this many stays well below.
_CHUNK = 1_000

#: Looks up two keys at once.
_KEYS = select(
    select(schema.coder.c.id)
    .where(schema.coder.c.name == bindparam("coder"))
    .scalar_subquery()
    .label("coder_id"),
    select(schema.codebook_version.c.id)
    .where(schema.codebook_version.c.number == bindparam("number"))
    .scalar_subquery()
    .label("codebook_version_id"),
)


class CodingState(TypedDict):
    """A coding: `code` is a guid, `coder` a name, `version` the codebook's."""

    guid: str
    coder: str
    start: int
    end: int
    code: str
    facets: list[str]
    memo: str
    created_at: str
    version: int


class ReadingState(TypedDict):
    """That somebody has read a span."""

    coder: str
    start: int
    end: int
    at: str
    blind: bool


def get_coding(connection: Connection, guid: str) -> tuple[int, CodingState] | None:
    """Give a coding with its transcript's id, None where there is none of this guid."""
    row = connection.execute(_codings().where(schema.coding.c.guid == guid)).one_or_none()
    return (row.transcript_id, _coding(row)) if row else None


def find_coding(
    connection: Connection, transcript_id: int, *, start: int, end: int, code: str, coder: str
) -> CodingState | None:
    """Give a coder's coding of exactly this span and code, None where there is none."""
    span = {"at_transcript": transcript_id, "at_start": start, "at_end": end}
    keys = {**span, "with_code": code, "by_coder": coder}
    row = connection.execute(_exactly(), keys).one_or_none()
    return _coding(row) if row else None


def codings_in(connection: Connection, transcript_id: int) -> list[CodingState]:
    """List everybody's codings of a transcript by position."""
    c = schema.coding
    wanted = _codings().where(c.c.transcript_id == transcript_id)
    found = connection.execute(wanted.order_by(c.c.start, c.c.end, c.c.id))
    return [_coding(row) for row in found]


def codings_of(connection: Connection, coder: int, transcript_id: int) -> list[CodingState]:
    """List a coder's codings of a transcript by position."""
    c = schema.coding
    wanted = _codings().where(c.c.transcript_id == transcript_id, c.c.coder_id == coder)
    return [_coding(row) for row in connection.execute(wanted.order_by(c.c.start, c.c.id))]


def codings_touching(
    connection: Connection, transcript_id: int, start: int, end: int
) -> list[CodingState]:
    """List everybody's codings that touch a span, by position."""
    c = schema.coding
    wanted = _codings().where(c.c.transcript_id == transcript_id, c.c.start < end, c.c.end > start)
    found = connection.execute(wanted.order_by(c.c.start, c.c.end, c.c.id))
    return [_coding(row) for row in found]


def codings_by_code(
    connection: Connection, codes: Sequence[str]
) -> list[tuple[int, str, CodingState]]:
    """List everybody's codings with some codes: transcript's id and name, and the coding."""
    c, t = schema.coding, schema.transcript
    wanted = _codings().where(c.c.code_guid.in_(codes)).order_by(t.c.name, c.c.start, c.c.id)
    return [(row.transcript_id, row.transcript, _coding(row)) for row in connection.execute(wanted)]


def newest_with(
    connection: Connection, code: str, limit: int
) -> list[tuple[int, str, CodingState]]:
    """List the newest codings with a code: transcript's id and name, and the coding."""
    c = schema.coding
    wanted = _codings().where(c.c.code_guid == code).order_by(c.c.id.desc()).limit(limit)
    return [(row.transcript_id, row.transcript, _coding(row)) for row in connection.execute(wanted)]


def readings_in(connection: Connection, transcript_id: int) -> list[ReadingState]:
    """List what was read of a transcript by position."""
    r = schema.reading
    wanted = _readings().where(r.c.transcript_id == transcript_id).order_by(r.c.start, r.c.id)
    return [_reading(row) for row in connection.execute(wanted)]


def readings_touching(
    connection: Connection, transcript_id: int, start: int, end: int
) -> list[ReadingState]:
    """List what was read of any part of a span, by position."""
    r = schema.reading
    wanted = _readings().where(r.c.transcript_id == transcript_id, r.c.start < end, r.c.end > start)
    return [_reading(row) for row in connection.execute(wanted.order_by(r.c.start, r.c.id))]


def find_reading(
    connection: Connection, transcript_id: int, *, start: int, end: int, coder: str
) -> ReadingState | None:
    """Give a coder's reading of exactly this span, None where there is none."""
    r, k = schema.reading, schema.coder
    row = connection.execute(
        _readings().where(
            r.c.transcript_id == transcript_id,
            r.c.start == start,
            r.c.end == end,
            k.c.name == coder,
        )
    ).one_or_none()
    return _reading(row) if row else None


def apply_coding(
    connection: Connection,
    transcript_id: int,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
) -> None:
    """Bring a coding from one state to the next: made, altered or taken away."""
    c = schema.coding
    if after is None:
        if before is not None:
            connection.execute(delete(c).where(c.c.guid == before["guid"]))
        return
    values = {
        "transcript_id": transcript_id,
        "start": after["start"],
        "end": after["end"],
        "code_guid": after["code"],
        "facets": list(after["facets"]),
        "memo": after["memo"],
        "created_at": after["created_at"],
        **_keys(connection, after["coder"], after["version"]),
    }
    if before is None:
        connection.execute(insert(c).values(guid=after["guid"], **values))
    else:
        connection.execute(update(c).where(c.c.guid == before["guid"]).values(**values))


def replace_readings(
    connection: Connection, transcript_id: int, readings: Sequence[ReadingState]
) -> None:
    """Put readings in place of all that a transcript had."""
    r = schema.reading
    connection.execute(delete(r).where(r.c.transcript_id == transcript_id))
    for reading in readings:
        apply_reading(connection, transcript_id, None, reading)


def existing(connection: Connection, guids: Sequence[str]) -> dict[str, tuple[int, CodingState]]:
    """Give those of some codings that are there, by guid, with their transcripts' ids."""
    found: dict[str, tuple[int, CodingState]] = {}
    for first in range(0, len(guids), _CHUNK):
        wanted = schema.coding.c.guid.in_(guids[first : first + _CHUNK])
        for row in connection.execute(_codings().where(wanted)):
            found[row.guid] = row.transcript_id, _coding(row)
    return found


def insert_codings(
    connection: Connection, codings: Sequence[tuple[int, Mapping[str, Any]]]
) -> None:
    """Store many new codings, each with its transcript's id."""
    keys = {
        (state["coder"], state["version"]): _keys(connection, state["coder"], state["version"])
        for state in {(s["coder"], s["version"]): s for _, s in codings}.values()
    }
    rows = [
        {
            "guid": state["guid"],
            "transcript_id": transcript_id,
            "start": state["start"],
            "end": state["end"],
            "code_guid": state["code"],
            "facets": list(state["facets"]),
            "memo": state["memo"],
            "created_at": state["created_at"],
            **keys[state["coder"], state["version"]],
        }
        for transcript_id, state in codings
    ]
    if rows:
        connection.execute(insert(schema.coding), rows)


def delete_codings(connection: Connection, guids: Sequence[str]) -> None:
    """Take many codings away."""
    for first in range(0, len(guids), _CHUNK):
        wanted = schema.coding.c.guid.in_(guids[first : first + _CHUNK])
        connection.execute(delete(schema.coding).where(wanted))


def apply_reading(
    connection: Connection,
    transcript_id: int,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
) -> None:
    """Bring a reading from one state to the next."""
    r = schema.reading
    if before is not None:
        coder = coder_id(connection, before["coder"], _kind(connection, before["coder"]))
        connection.execute(
            delete(r).where(
                r.c.coder_id == coder,
                r.c.transcript_id == transcript_id,
                r.c.start == before["start"],
                r.c.end == before["end"],
            )
        )
    if after is not None:
        connection.execute(
            insert(r).values(
                coder_id=coder_id(connection, after["coder"], _kind(connection, after["coder"])),
                transcript_id=transcript_id,
                start=after["start"],
                end=after["end"],
                at=after["at"],
                blind=after["blind"],
            )
        )


def all_states(
    connection: Connection,
) -> tuple[Iterator[tuple[str, CodingState]], Iterator[tuple[str, ReadingState]]]:
    """Stream all codings and all readings, each with its transcript's name."""
    codings = connection.execute(_codings().order_by(schema.coding.c.id))
    readings = connection.execute(_readings().order_by(schema.reading.c.id))
    return (
        ((row.transcript, _coding(row)) for row in codings),
        ((row.transcript, _reading(row)) for row in readings),
    )


def _kind(connection: Connection, name: str) -> CoderKind:
    """Give the kind of a coder who is known; whoever is new is a person."""
    k = schema.coder
    found = connection.execute(select(k.c.kind).where(k.c.name == name)).scalar()
    return CoderKind(found) if found else CoderKind.HUMAN


def _keys(connection: Connection, coder: str, version: int) -> dict[str, int]:
    """Look up the keys of coder and codebook version; whoever is new is a person."""
    row = connection.execute(_KEYS, {"coder": coder, "number": version}).one()
    if row.coder_id is None:
        return {**row._mapping, "coder_id": coder_id(connection, coder)}
    return dict(row._mapping)


@cache
def _codings() -> Select[Any]:
    c, t, k, v = schema.coding, schema.transcript, schema.coder, schema.codebook_version
    return (
        select(c, t.c.name.label("transcript"), k.c.name.label("coder"), v.c.number)
        .join(t, c.c.transcript_id == t.c.id)
        .join(k, c.c.coder_id == k.c.id)
        .join(v, c.c.codebook_version_id == v.c.id)
    )


@cache
def _exactly() -> Select[Any]:
    c = schema.coding
    return _codings().where(
        c.c.transcript_id == bindparam("at_transcript"),
        c.c.start == bindparam("at_start"),
        c.c.end == bindparam("at_end"),
        c.c.code_guid == bindparam("with_code"),
        schema.coder.c.name == bindparam("by_coder"),
    )


@cache
def _readings() -> Select[Any]:
    r, t, k = schema.reading, schema.transcript, schema.coder
    return (
        select(r, t.c.name.label("transcript"), k.c.name.label("coder"))
        .join(t, r.c.transcript_id == t.c.id)
        .join(k, r.c.coder_id == k.c.id)
    )


def _coding(row: Row[Any]) -> CodingState:
    return {
        "guid": row.guid,
        "coder": row.coder,
        "start": row.start,
        "end": row.end,
        "code": row.code_guid,
        "facets": list(row.facets),
        "memo": row.memo,
        "created_at": row.created_at,
        "version": row.number,
    }


def _reading(row: Row[Any]) -> ReadingState:
    return {
        "coder": row.coder,
        "start": row.start,
        "end": row.end,
        "at": row.at,
        "blind": bool(row.blind),
    }
