"""The log of decisions: lines are added and read, never changed or taken away.

A correction of a transcript moves the spans of earlier lines with the text; where they were
is kept with the correction (see `store.corrections`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, bindparam, func, insert, select

from semcode.records import Decision, Verdict
from semcode.store import schema
from semcode.store.assignments import inside_a_draw

__all__ = [
    "Line",
    "Seen",
    "all_decisions",
    "append",
    "by_request",
    "fetch",
    "from_suggestions",
    "history",
    "newest",
    "seen",
    "since",
    "touching",
]

#: SQLite takes up to 32,766 parameters; a query of this many stays well below.
_CHUNK = 1_000


#: Looks up three keys at once.
_KEYS = select(
    select(schema.coder.c.id)
    .where(schema.coder.c.name == bindparam("coder"))
    .scalar_subquery()
    .label("coder_id"),
    select(schema.transcript.c.id)
    .where(schema.transcript.c.name == bindparam("transcript"))
    .scalar_subquery()
    .label("transcript_id"),
    select(schema.codebook_version.c.id)
    .where(schema.codebook_version.c.number == bindparam("number"))
    .scalar_subquery()
    .label("codebook_version_id"),
)

#: Tells how far the log, the codebook and the corrections have come.
_SEEN = select(
    select(func.max(schema.decision.c.id)).scalar_subquery().label("newest"),
    select(func.max(schema.codebook_version.c.number)).scalar_subquery().label("codebook"),
    select(func.count(schema.transcript_version.c.number)).scalar_subquery().label("corrections"),
    select(func.max(schema.assignment.c.id)).scalar_subquery().label("assignment"),
    select(func.max(schema.reading.c.id)).scalar_subquery().label("reading"),
    select(func.max(schema.run.c.finished_at)).scalar_subquery().label("finished"),
)

_D = schema.decision.c
_NEWEST = select(func.max(_D.id))
_BY_REQUEST = select(_D.id).where(_D.request == bindparam("request"))
_SINCE = (
    select(
        *(_D.id, _D.coder_id, _D.verdict, _D.transcript_id, _D.start, _D.end),
        *(_D.code_guid, _D.undoes, _D.batch, _D.coding_guid, _D.at),
    )
    .where(_D.id > bindparam("line"))
    .order_by(_D.id)
)


class Seen(NamedTuple):
    """How far a study has come.

    The newest line, codebook version, assignment and reading, the number of corrections, and
    when the last run of suggestions was finished, "" for never.
    """

    newest: int
    codebook: int
    corrections: int
    assignment: int
    reading: int
    finished: str


class Line(NamedTuple):
    """What is kept of a line in memory: keys instead of names, nothing long."""

    id: int
    coder: int
    verdict: str
    transcript: int
    start: int
    end: int
    code: str
    undoes: int | None
    batch: str
    coding: str | None
    at: str


def append(connection: Connection, decisions: Sequence[Decision]) -> list[int]:
    """Add lines to the log; give their ids, in order. Coder and transcript must be known."""
    keys = {_names(d): _keys(connection, _names(d)) for d in decisions}
    first = newest(connection) + 1
    rows = [
        {
            "id": first + place,
            "at": d.at.isoformat(timespec="milliseconds"),
            **keys[_names(d)],
            "verdict": d.verdict,
            "start": d.start,
            "end": d.end,
            "code_guid": d.code,
            "score": d.score,
            "evidence": dict(d.evidence),
            "run_id": d.run_id,
            "coding_guid": d.coding,
            "seconds": d.seconds,
            "note": d.note,
            "request": d.request,
            "undoes": d.undoes,
            "batch": d.batch,
            "detail": dict(d.detail),
        }
        for place, d in enumerate(decisions)
    ]
    if rows:
        connection.execute(insert(schema.decision), rows)
    return [first + place for place in range(len(rows))]


def newest(connection: Connection, *, outside: str | None = None) -> int:
    """Give the id of the newest line not in draws whose name begins so, 0 where there is none."""
    if outside is not None:
        wanted = select(_D.id).where(~inside_a_draw(schema.decision, outside))
        return connection.execute(wanted.order_by(_D.id.desc()).limit(1)).scalar() or 0
    return connection.execute(_NEWEST).scalar() or 0


def seen(connection: Connection) -> Seen:
    """Give how far the study has come, in one question."""
    row = connection.execute(_SEEN).one()
    return Seen(
        *(row.newest or 0, row.codebook or 0, row.corrections),
        *(row.assignment or 0, row.reading or 0, row.finished or ""),
    )


def since(connection: Connection, line: int) -> Iterator[Line]:
    """Stream what came after a line, as kept in memory."""
    return (Line(*row) for row in connection.execute(_SINCE, {"line": line}))


def from_suggestions(connection: Connection) -> set[str]:
    """Give the guids of the codings that were made by deciding on a suggestion."""
    d = schema.decision
    wanted = select(d.c.coding_guid).where(
        d.c.verdict.in_((Verdict.ACCEPT, Verdict.CHANGE)), d.c.coding_guid.is_not(None)
    )
    return {str(guid) for guid in connection.execute(wanted).scalars()}


def by_request(connection: Connection, request: str) -> Decision | None:
    """Give the line that was stored for a request, None where there is none."""
    found = connection.execute(_BY_REQUEST, {"request": request}).scalar()
    return fetch(connection, [found])[0] if found is not None else None


def fetch(connection: Connection, ids: Sequence[int]) -> list[Decision]:
    """Read lines by their ids, in the order of the log."""
    d = schema.decision
    found: list[Decision] = []
    for first in range(0, len(ids), _CHUNK):
        wanted = _lines().where(d.c.id.in_(ids[first : first + _CHUNK])).order_by(d.c.id)
        found += [_decision(row) for row in connection.execute(wanted)]
    return sorted(found, key=lambda line: line.id)


def history(
    connection: Connection,
    *,
    coder: str | None = None,
    transcript: str | None = None,
    limit: int | None = 100,
    before: int | None = None,
) -> list[Decision]:
    """Read the newest lines first, of a coder or transcript or of all; None: no limit."""
    statement = _lines().order_by(schema.decision.c.id.desc()).limit(limit)
    if coder is not None:
        statement = statement.where(schema.coder.c.name == coder)
    if transcript is not None:
        statement = statement.where(schema.transcript.c.name == transcript)
    if before is not None:
        statement = statement.where(schema.decision.c.id < before)
    return [_decision(row) for row in connection.execute(statement)]


def of_batches(connection: Connection, beginning: str) -> list[Decision]:
    """Read the lines whose batch begins so, the oldest first."""
    wanted = _lines().where(schema.decision.c.batch.startswith(beginning, autoescape=True))
    found = connection.execute(wanted.order_by(schema.decision.c.id))
    return [_decision(row) for row in found]


def touching(connection: Connection, transcript_id: int, start: int, end: int) -> list[Decision]:
    """Read the lines about any part of a span, with those that took them back; oldest first."""
    d = schema.decision
    wanted = _lines().where(d.c.transcript_id == transcript_id, d.c.start < end, d.c.end > start)
    return [_decision(row) for row in connection.execute(wanted.order_by(d.c.id))]


def all_decisions(connection: Connection) -> Iterator[Decision]:
    """Stream the whole log, the oldest line first."""
    for row in connection.execute(_lines().order_by(schema.decision.c.id)):
        yield _decision(row)


def _names(decision: Decision) -> tuple[str, str, int]:
    return decision.coder, decision.transcript, decision.codebook_version


def _keys(connection: Connection, names: tuple[str, str, int]) -> dict[str, int]:
    """Look up the keys that a line has for coder, transcript and codebook version."""
    coder, transcript, number = names
    row = connection.execute(
        _KEYS, {"coder": coder, "transcript": transcript, "number": number}
    ).one()
    return {
        "coder_id": row.coder_id,
        "transcript_id": row.transcript_id,
        "codebook_version_id": row.codebook_version_id,
    }


@cache
def _lines() -> Select[Any]:
    d, k, t, v = schema.decision, schema.coder, schema.transcript, schema.codebook_version
    return (
        select(
            d,
            k.c.name.label("coder"),
            t.c.name.label("transcript"),
            v.c.number.label("codebook_version"),
        )
        .join(k, d.c.coder_id == k.c.id)
        .join(t, d.c.transcript_id == t.c.id)
        .join(v, d.c.codebook_version_id == v.c.id)
    )


def _decision(row: Row[Any]) -> Decision:
    return Decision(
        coder=row.coder,
        verdict=Verdict(row.verdict),
        transcript=row.transcript,
        start=row.start,
        end=row.end,
        code=row.code_guid,
        score=row.score,
        at=datetime.fromisoformat(row.at),
        run_id=row.run_id,
        coding=row.coding_guid,
        seconds=row.seconds,
        note=row.note,
        evidence=row.evidence,
        codebook_version=row.codebook_version,
        request=row.request,
        undoes=row.undoes,
        batch=row.batch,
        detail=row.detail,
        id=row.id,
    )
