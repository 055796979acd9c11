"""Draws and machine codings as runs: what was drawn or accepted, from what, and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, delete, select

from semcode.records import CoderKind, Coding
from semcode.store import schema
from semcode.store.codebooks import latest_version
from semcode.store.codings import add
from semcode.store.people import coder_id
from semcode.store.runs import begin

__all__ = ["Recorded", "add_machine_codings", "record", "recorded", "remove_machine_codings"]


@dataclass(frozen=True, slots=True)
class Recorded:
    """A run that made no suggestions: `name` is its batch or its coder."""

    id: int
    kind: str
    name: str
    at: datetime
    provenance: Mapping[str, object]


def record(
    connection: Connection, kind: str, name: str, *, seed: int, provenance: Mapping[str, object]
) -> int:
    """Store what a draw or an automatic coding did; give the run's id."""
    return begin(
        connection,
        kind=kind,
        fingerprint=sha256(f"{kind} {name}".encode()).hexdigest(),
        codebook_version=latest_version(connection),
        seed=seed,
        provenance={"name": name, **provenance},
    )


def recorded(connection: Connection, kind: str) -> list[Recorded]:
    """List the runs of a kind, oldest first."""
    r = schema.run
    found = connection.execute(select(r).where(r.c.kind == kind).order_by(r.c.id))
    return [
        Recorded(
            row.id,
            row.kind,
            str(row.provenance.get("name", "")),
            datetime.fromisoformat(row.started_at),
            row.provenance,
        )
        for row in found
    ]


def add_machine_codings(connection: Connection, coder: str, codings: list[Coding]) -> int:
    """Store codings of a coder who is a model; give how many were new.

    Raises InputError when the name belongs to a person.
    """
    return add(connection, codings, kinds={coder: CoderKind.MODEL})


def remove_machine_codings(connection: Connection, coder: str) -> int:
    """Remove every coding of a coder who is a model; give how many there were.

    Raises InputError when the name belongs to a person.
    """
    c = schema.coding
    key = coder_id(connection, coder, CoderKind.MODEL)
    return connection.execute(delete(c).where(c.c.coder_id == key)).rowcount
