"""Participants and coders in the study."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Connection, delete, insert, select, update

from semcode.errors import InputError
from semcode.records import Coder, CoderKind, Participant
from semcode.store import schema
from semcode.store.codebooks import now

__all__ = [
    "CoderKey",
    "coder_id",
    "coder_keys",
    "coders",
    "drop_unused",
    "participants",
    "save_participants",
    "set_coder_role",
]

_NAMESPACE = uuid5(NAMESPACE_URL, "semcode:coder")


@dataclass(frozen=True, slots=True)
class CoderKey:
    """A coder with the key in the study and the role that people gave."""

    id: int
    name: str
    kind: CoderKind
    role: str


def save_participants(connection: Connection, people: Iterable[Participant]) -> None:
    """Store participants; one that is there gets the new attributes beside its old ones."""
    p = schema.participant
    for person in people:
        found = connection.execute(select(p).where(p.c.label == person.label)).one_or_none()
        if found is None:
            connection.execute(
                insert(p).values(label=person.label, attributes=dict(person.attributes))
            )
        else:
            merged = {**found.attributes, **person.attributes}
            connection.execute(update(p).where(p.c.id == found.id).values(attributes=merged))


def drop_unused(connection: Connection) -> None:
    """Remove participants of whom nothing is known and who speak nowhere."""
    p, s = schema.participant, schema.speaker
    speaking = select(s.c.participant_id).where(s.c.participant_id.is_not(None))
    silent = connection.execute(select(p).where(p.c.id.not_in(speaking)))
    empty = [row.id for row in silent if not row.attributes]
    connection.execute(delete(p).where(p.c.id.in_(empty)))


def participants(connection: Connection) -> list[Participant]:
    """List the participants who speak or were named in a table, ordered by label."""
    p = schema.participant
    found = connection.execute(select(p).order_by(p.c.label))
    return [Participant(row.label, row.attributes) for row in found]


def coder_id(connection: Connection, name: str, kind: CoderKind = CoderKind.HUMAN) -> int:
    """Give the id of a coder, who is made if the name is new.

    Raises InputError when the name belongs to a coder of another kind, so that a person's
    codings and a model's are never mixed.
    """
    c = schema.coder
    found = connection.execute(select(c).where(c.c.name == name)).one_or_none()
    if found is None:
        made = connection.execute(
            insert(c).values(
                guid=str(uuid5(_NAMESPACE, name)), name=name, kind=kind, created_at=now()
            )
        ).inserted_primary_key
        return int(made[0]) if made else 0
    if found.kind != kind:
        raise InputError(
            f"The coder {name!r} is a {found.kind}, not a {kind}.", remedy="Use another name."
        )
    return int(found.id)


def coders(connection: Connection) -> list[Coder]:
    """List the coders in the order in which they came."""
    c = schema.coder
    return [
        Coder(row.guid, row.name, CoderKind(row.kind))
        for row in connection.execute(select(c).order_by(c.c.id))
    ]


def coder_keys(connection: Connection) -> list[CoderKey]:
    """List the coders with their keys and roles, in the order in which they came."""
    c = schema.coder
    found = connection.execute(select(c).order_by(c.c.id))
    return [CoderKey(row.id, row.name, CoderKind(row.kind), row.role) for row in found]


def set_coder_role(connection: Connection, coder: int, role: str) -> None:
    """Say what a coder does in the study, in the team's own words."""
    c = schema.coder
    connection.execute(update(c).where(c.c.id == coder).values(role=role))
