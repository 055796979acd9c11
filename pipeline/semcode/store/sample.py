"""What a coder was to read blind, drawn at random, and what people and suggestions say of it."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, select

from semcode.store import schema
from semcode.store.assignments import was_read

__all__ = ["Given", "Span", "coded", "drawn", "suggested"]

#: A transcript's id, start and end.
Span = tuple[int, int, int]


class Given(NamedTuple):
    """A code on a sampled span, which it covers by half, or lies in by half.

    `key` is the coding's guid, or the run that suggested it.
    """

    span: Span
    code: str
    key: str | int


def drawn(
    connection: Connection, coder: int, prefix: str, but: str | None = None
) -> dict[Span, bool]:
    """Give what a coder was to read blind, and whether it was read.

    In batches whose name begins with the prefix, and not with `but`.
    """
    found = connection.execute(_spans(but is not None), _keys(coder, prefix, but))
    return {(row.transcript_id, row.start, row.end): bool(row.read) for row in found}


def coded(connection: Connection, coder: int, prefix: str, but: str) -> list[Given]:
    """Give what the coder coded in a sample."""
    found = connection.execute(_coded(), _keys(coder, prefix, but))
    return [Given((t, start, end), code, guid) for t, start, end, code, guid in found]


def suggested(
    connection: Connection, coder: int, prefix: str, but: str, *, floor: float
) -> list[Given]:
    """Give what was suggested in a sample, from a score up, for segments that lie there by half."""
    found = connection.execute(_suggested(), {**_keys(coder, prefix, but), "floor": floor})
    return [Given((t, start, end), code, run) for t, start, end, code, run in found]


def _keys(coder: int, prefix: str, but: str | None) -> dict[str, object]:
    return {"coder": coder, "prefix": prefix, **({} if but is None else {"but": but})}


def _drawn(apart: bool = True) -> ColumnElement[bool]:
    """Pick a coder's blind draws by how their batch begins, `apart` from some of them."""
    a = schema.assignment
    found = (
        (a.c.coder_id == bindparam("coder"))
        & a.c.blind.is_(True)
        & a.c.batch.startswith(bindparam("prefix"))
    )
    return found & ~a.c.batch.startswith(bindparam("but")) if apart else found


@cache
def _spans(apart: bool) -> Select[Any]:
    a = schema.assignment
    read = was_read().where(schema.reading.c.blind.is_(True))
    return (
        select(a.c.transcript_id, a.c.start, a.c.end, read.label("read"))
        .where(_drawn(apart))
        .order_by(a.c.id)
    )


@cache
def _coded() -> Select[Any]:
    a, c = schema.assignment, schema.coding
    shorter = func.min(a.c.end - a.c.start, c.c.end - c.c.start)
    return (
        select(a.c.transcript_id, a.c.start, a.c.end, c.c.code_guid, c.c.guid)
        .join(c, (c.c.transcript_id == a.c.transcript_id) & (c.c.coder_id == a.c.coder_id))
        .where(_drawn(), c.c.start < a.c.end, c.c.end > a.c.start, 2 * _overlap(c) >= shorter)
    )


@cache
def _suggested() -> Select[Any]:
    # Without a word about the run: SQLite would go through all suggestions of it for each span.
    a, s, seg = schema.assignment, schema.suggestion, schema.segment
    return (
        select(a.c.transcript_id, a.c.start, a.c.end, s.c.code_guid, s.c.run_id)
        .join(seg, seg.c.transcript_id == a.c.transcript_id)
        .join(s, s.c.segment_id == seg.c.id)
        .where(
            *(_drawn(), seg.c.start < a.c.end, seg.c.end > a.c.start),
            2 * _overlap(seg) >= seg.c.end - seg.c.start,
            s.c.score >= bindparam("floor"),
        )
    )


def _overlap(other: Any) -> ColumnElement[int]:
    a = schema.assignment
    found: ColumnElement[int] = func.min(a.c.end, other.c.end) - func.max(a.c.start, other.c.start)
    return found
