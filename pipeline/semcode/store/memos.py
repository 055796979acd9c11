"""Memos on codes, codings, transcripts, participants and the study: every wording is kept."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import Connection, func, insert, select

from semcode.store import schema
from semcode.store.codebooks import now

__all__ = ["KINDS", "Memo", "find", "memos", "wordings", "write"]

#: What a memo may be about.
KINDS = ("code", "coding", "transcript", "participant", "study")


@dataclass(frozen=True, slots=True)
class Memo:
    """The newest wording of a memo; `target` is a guid, name or label by its kind."""

    guid: str
    target_kind: str
    target: str
    coder: str
    text: str
    at: str


def write(
    connection: Connection,
    *,
    coder_id: int,
    target_kind: str,
    target: str,
    text: str,
    guid: str | None = None,
) -> str:
    """Add a wording of a memo; give the memo's guid. No text means that it was removed."""
    key = guid or str(uuid4())
    connection.execute(
        insert(schema.memo).values(
            guid=key,
            target_kind=target_kind,
            target=target,
            coder_id=coder_id,
            text=text,
            at=now(),
        )
    )
    return key


def find(connection: Connection, guid: str) -> Memo | None:
    """Give the newest wording of a memo, None where there is none or it was removed."""
    return next(iter(memos(connection, guid=guid)), None)


def wordings(connection: Connection, guid: str) -> list[Memo]:
    """List every wording of a memo, the newest first; one without text took it away."""
    m, k = schema.memo, schema.coder
    found = connection.execute(
        select(m, k.c.name)
        .join(k, m.c.coder_id == k.c.id)
        .where(m.c.guid == guid)
        .order_by(m.c.id.desc())
    )
    return [
        Memo(row.guid, row.target_kind, row.target, row.name, row.text, row.at) for row in found
    ]


def memos(
    connection: Connection,
    *,
    target_kind: str | None = None,
    target: str | None = None,
    guid: str | None = None,
) -> list[Memo]:
    """List the memos as they are now, the newest first."""
    m, k = schema.memo, schema.coder
    newest = select(func.max(m.c.id)).group_by(m.c.guid)
    statement = (
        select(m, k.c.name)
        .join(k, m.c.coder_id == k.c.id)
        .where(m.c.id.in_(newest), m.c.text != "")
        .order_by(m.c.id.desc())
    )
    if target_kind is not None:
        statement = statement.where(m.c.target_kind == target_kind)
    if guid is not None:
        statement = statement.where(m.c.guid == guid)
    if target is not None:
        statement = statement.where(m.c.target == target)
    return [
        Memo(row.guid, row.target_kind, row.target, row.name, row.text, row.at)
        for row in connection.execute(statement)
    ]
