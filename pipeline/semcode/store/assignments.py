"""Assignments in the study: who is asked to read what, and whether without suggestions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Exists, Table, exists, func, select
from sqlalchemy.dialects.sqlite import insert

from semcode.store import schema
from semcode.store.codebooks import now
from semcode.store.people import coder_id

__all__ = ["Assignment", "add", "all_assignments", "batches", "inside_a_draw", "was_read"]


@dataclass(frozen=True, slots=True)
class Assignment:
    """A span that a coder is asked to read; `batch` names the draw that it came from."""

    batch: str
    coder: str
    transcript: str
    start: int
    end: int
    blind: bool = True


def add(connection: Connection, assignments: Iterable[Assignment]) -> int:
    """Store assignments; one that is there already is left as it is. Gives how many were new."""
    a, t = schema.assignment, schema.transcript
    transcripts = {name: key for key, name in connection.execute(select(t.c.id, t.c.name))}
    coders: dict[str, int] = {}
    rows = []
    for item in assignments:
        if item.coder not in coders:
            coders[item.coder] = coder_id(connection, item.coder)
        rows.append(
            {
                "batch": item.batch,
                "coder_id": coders[item.coder],
                "transcript_id": transcripts[item.transcript],
                "start": item.start,
                "end": item.end,
                "blind": item.blind,
                "assigned_at": now(),
            }
        )
    if not rows:
        return 0
    before = connection.execute(select(func.count(a.c.id))).scalar_one()
    connection.execute(insert(a).on_conflict_do_nothing(), rows)
    return connection.execute(select(func.count(a.c.id))).scalar_one() - before


def all_assignments(connection: Connection, *, batch: str | None = None) -> list[Assignment]:
    """List assignments by batch, coder, transcript and position; of one batch or (None) of all."""
    a, t, k = schema.assignment, schema.transcript, schema.coder
    statement = (
        select(a, t.c.name.label("transcript"), k.c.name.label("coder"))
        .join(t, a.c.transcript_id == t.c.id)
        .join(k, a.c.coder_id == k.c.id)
        .order_by(a.c.batch, k.c.name, t.c.name, a.c.start)
    )
    if batch is not None:
        statement = statement.where(a.c.batch == batch)
    return [
        Assignment(r.batch, r.coder, r.transcript, r.start, r.end, r.blind)
        for r in connection.execute(statement)
    ]


def batches(connection: Connection) -> list[str]:
    """Name the draws that were assigned."""
    a = schema.assignment
    return list(connection.execute(select(a.c.batch).distinct().order_by(a.c.batch)).scalars())


def inside_a_draw(table: Table, beginning: str) -> ColumnElement[bool]:
    """Tell whether a row's span lies within an assigned one of a draw whose name begins so."""
    # Looked up once from the draws, which are few, and not for each row anew.
    a, inner = schema.assignment.c, table.alias()
    ids = select(inner.c.id).where(
        a.transcript_id == inner.c.transcript_id,
        a.start <= inner.c.start,
        a.end >= inner.c.end,
        a.batch.startswith(beginning, autoescape=True),
    )
    return table.c.id.in_(ids)


def was_read() -> Exists:
    """Tell whether an assigned span lies within what its coder has read."""
    a, r = schema.assignment, schema.reading
    return exists().where(
        r.c.coder_id == a.c.coder_id,
        r.c.transcript_id == a.c.transcript_id,
        r.c.start <= a.c.start,
        r.c.end >= a.c.end,
    )
