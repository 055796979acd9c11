"""Texts that corrections replaced, and the way of everything that was anchored in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from semcode.records import Transcript
from semcode.store import schema, topics
from semcode.store.codebooks import now
from semcode.store.transcripts import add_speech, drop_cut

__all__ = ["Replaced", "corrections", "move", "replace_text"]


@dataclass(frozen=True, slots=True)
class Replaced:
    """A text that a correction replaced.

    `after` is the newest line of the log before it. `pieces` are (start, end, new start,
    new end, whether the same), `changes` what became of codings and readings, `unplaced`
    the codings whose words are gone.
    """

    transcript: str
    number: int
    at: str
    by: str
    after: int
    pieces: tuple[tuple[int, int, int, int, bool], ...]
    changes: Mapping[str, Any]
    unplaced: tuple[Mapping[str, Any], ...]


def corrections(connection: Connection, transcript_id: int | None = None) -> list[Replaced]:
    """List the corrections of a transcript, or of all, in the order in which they came."""
    t, v = schema.transcript, schema.transcript_version
    statement = (
        select(t.c.name, v.c.number, v.c.replaced_at, v.c.replaced_by, v.c.mapping)
        .join(t, v.c.transcript_id == t.c.id)
        .order_by(v.c.replaced_at, v.c.number)
    )
    if transcript_id is not None:
        statement = statement.where(v.c.transcript_id == transcript_id)
    return [
        Replaced(
            transcript=row.name,
            number=row.number,
            at=row.replaced_at,
            by=row.replaced_by,
            after=row.mapping["after"],
            pieces=tuple(tuple(piece) for piece in row.mapping["pieces"]),
            changes=row.mapping["changes"],
            unplaced=tuple(row.mapping["unplaced"]),
        )
        for row in connection.execute(statement)
    ]


def replace_text(
    connection: Connection,
    transcript_id: int,
    transcript: Transcript,
    *,
    by: str,
    mapping: Mapping[str, Any],
) -> None:
    """Put a corrected text in place of a transcript's; the old one is kept with `mapping`.

    Name and guid stay. Its segments and suggestions go, until codes are suggested anew;
    what people did is moved by `move`.
    """
    t, v = schema.transcript, schema.transcript_version
    old = connection.execute(select(t.c.text, t.c.source_sha256).where(t.c.id == transcript_id))
    text, sha256 = old.one()
    newest = select(func.max(v.c.number)).where(v.c.transcript_id == transcript_id)
    connection.execute(
        insert(v).values(
            transcript_id=transcript_id,
            number=(connection.execute(newest).scalar() or 0) + 1,
            text=text,
            source_sha256=sha256,
            replaced_at=now(),
            replaced_by=by,
            mapping=dict(mapping),
        )
    )
    drop_cut(connection, transcript_id)
    connection.execute(
        update(t)
        .where(t.c.id == transcript_id)
        .values(
            text=transcript.text,
            words=len(transcript.text.split()),
            format=transcript.format,
            source_name=transcript.source_name,
            source_sha256=transcript.source_sha256,
            warnings=list(transcript.warnings),
            segmentation=None,
        )
    )
    add_speech(connection, transcript_id, transcript)


def move(
    connection: Connection,
    transcript_id: int,
    *,
    codings: Mapping[str, tuple[int, int] | None],
    spans: Callable[[int, int], tuple[int, int] | None],
) -> list[tuple[int, int, int]]:
    """Move codings (by guid; None takes one away), assignments and decisions with the text.

    Gives the decisions that moved, with where they were. One whose words are gone is left
    without a length; an assignment whose words are gone is taken away.
    """
    c = schema.coding
    for at, guid in enumerate(codings):  # out of each other's way first
        aside = {"start": -2 * at - 2, "end": -2 * at - 1}
        connection.execute(update(c).where(c.c.guid == guid).values(**aside))
    for guid, span in codings.items():
        if span is None:
            connection.execute(delete(c).where(c.c.guid == guid))
        else:
            values = {"start": span[0], "end": span[1]}
            connection.execute(update(c).where(c.c.guid == guid).values(**values))
    _move_assignments(connection, transcript_id, spans)
    topics.move(connection, transcript_id, spans)
    return _move_decisions(connection, transcript_id, spans)


def _move_assignments(
    connection: Connection,
    transcript_id: int,
    spans: Callable[[int, int], tuple[int, int] | None],
) -> None:
    a = schema.assignment
    rows = connection.execute(select(a).where(a.c.transcript_id == transcript_id)).mappings().all()
    connection.execute(delete(a).where(a.c.transcript_id == transcript_id))
    placed = {}
    for row in rows:
        span = spans(row["start"], row["end"])
        if span is not None:
            values = {**row, "start": span[0], "end": span[1]}
            placed[row["batch"], row["coder_id"], span] = values
    if placed:
        connection.execute(insert(a), list(placed.values()))


def _move_decisions(
    connection: Connection,
    transcript_id: int,
    spans: Callable[[int, int], tuple[int, int] | None],
) -> list[tuple[int, int, int]]:
    d = schema.decision
    rows = connection.execute(
        select(d.c.id, d.c.start, d.c.end).where(d.c.transcript_id == transcript_id)
    ).all()
    moved, values = [], []
    for key, start, end in rows:
        span = spans(start, end) or (start, start)
        if span != (start, end):
            moved.append((key, start, end))
            values.append({"key": key, "begin": span[0], "stop": span[1]})
    if values:
        changed = update(d).where(d.c.id == bindparam("key"))
        connection.execute(changed.values(start=bindparam("begin"), end=bindparam("stop")), values)
    return moved
