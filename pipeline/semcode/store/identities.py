"""The guids under which other programs know coders and participants."""

from __future__ import annotations

from uuid import UUID, uuid5

from sqlalchemy import Connection, insert, select, update

from semcode.records import Coder
from semcode.store import schema
from semcode.store.codebooks import now

__all__ = [
    "code_guids",
    "complete_participants",
    "keep_coder",
    "memo_guids",
    "participant_guids",
    "set_participant",
    "study",
    "transcript_guids",
]


def study(connection: Connection) -> str:
    """Give the study's own guid."""
    return str(connection.execute(select(schema.study.c.guid)).scalar_one())


def code_guids(connection: Connection) -> dict[str, int]:
    """Give the guid of each code there ever was, with the last version that has it."""
    c, v = schema.code, schema.codebook_version
    found = connection.execute(
        select(c.c.guid, v.c.number).join(v, c.c.codebook_version_id == v.c.id).order_by(v.c.number)
    )
    return {row.guid: row.number for row in found}


def keep_coder(connection: Connection, coder: Coder) -> int:
    """Give the id of a coder by name; one who is new is stored with the guid that they have."""
    c = schema.coder
    found = connection.execute(select(c.c.id).where(c.c.name == coder.name)).scalar()
    if found is not None:
        return int(found)
    made = connection.execute(
        insert(c).values(guid=coder.guid, name=coder.name, kind=coder.kind, created_at=now())
    ).inserted_primary_key
    return int(made[0]) if made else 0


def memo_guids(connection: Connection) -> set[str]:
    """Give the guids of all memos that there are or were."""
    return set(connection.execute(select(schema.memo.c.guid).distinct()).scalars())


def transcript_guids(connection: Connection) -> dict[str, str]:
    """Give the guids of the transcripts by name."""
    t = schema.transcript
    return {row.name: row.guid for row in connection.execute(select(t.c.name, t.c.guid))}


def participant_guids(connection: Connection) -> dict[str, str]:
    """Give the guids of the participants that have one, by label."""
    p = schema.participant
    found = connection.execute(select(p.c.label, p.c.guid).where(p.c.guid.is_not(None)))
    return {row.label: row.guid for row in found}


def set_participant(connection: Connection, label: str, guid: str) -> None:
    """Give a participant a guid; one that has one keeps it."""
    p = schema.participant
    connection.execute(update(p).where(p.c.label == label, p.c.guid.is_(None)).values(guid=guid))


def complete_participants(connection: Connection) -> None:
    """Give each participant without a guid one that comes from the study and the label."""
    p = schema.participant
    home = UUID(study(connection))
    for label in connection.execute(select(p.c.label).where(p.c.guid.is_(None))).scalars().all():
        set_participant(connection, label, str(uuid5(home, f"participant\n{label}")))
