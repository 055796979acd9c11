"""Trained learners in the study: each is its file, read back only if its hash is as it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import uuid4

from sqlalchemy import Connection, delete, insert, select

from semcode.errors import ModelError
from semcode.store import schema
from semcode.store.codebooks import now

__all__ = ["ModelRow", "add", "data", "keep_newest", "newest", "rows"]


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A trained model without its data; `kind` is "codes" or "facets"."""

    id: int
    guid: str
    kind: str
    created_at: datetime
    codebook_version: int
    sha256: str
    provenance: Mapping[str, object]


def add(
    connection: Connection,
    content: bytes,
    *,
    kind: str,
    codebook_version: int,
    provenance: Mapping[str, object],
) -> ModelRow:
    """Store a trained model as it stands in its file."""
    m, v = schema.model, schema.codebook_version
    version = select(v.c.id).where(v.c.number == codebook_version).scalar_subquery()
    guid = str(uuid4())
    connection.execute(
        insert(m).values(
            guid=guid,
            created_at=now(),
            codebook_version_id=version,
            sha256=sha256(content).hexdigest(),
            data=content,
            provenance={**provenance, "kind": kind},
        )
    )
    return next(row for row in rows(connection) if row.guid == guid)


def rows(connection: Connection) -> list[ModelRow]:
    """List the models, the newest first."""
    m, v = schema.model, schema.codebook_version
    found = connection.execute(
        select(m.c.id, m.c.guid, m.c.created_at, m.c.sha256, m.c.provenance, v.c.number)
        .join(v, m.c.codebook_version_id == v.c.id)
        .order_by(m.c.id.desc())
    )
    return [
        ModelRow(
            id=r.id,
            guid=r.guid,
            kind=str(r.provenance.get("kind", "codes")),
            created_at=datetime.fromisoformat(r.created_at),
            codebook_version=r.number,
            sha256=r.sha256,
            provenance=r.provenance,
        )
        for r in found
    ]


def newest(connection: Connection, kind: str = "codes") -> ModelRow | None:
    """Give the model of a kind that was stored last, None before the first."""
    return next((row for row in rows(connection) if row.kind == kind), None)


def data(connection: Connection, row: ModelRow) -> bytes:
    """Read a model's file. Raises ModelError where it is not what was stored."""
    m = schema.model
    content = connection.execute(select(m.c.data).where(m.c.id == row.id)).scalar()
    if content is None or sha256(content).hexdigest() != row.sha256:
        raise ModelError(
            "The trained model in the study was changed after it was stored.",
            where=f"model {row.guid}",
            remedy="Train again: semcode train.",
        )
    return bytes(content)


def keep_newest(connection: Connection, count: int) -> None:
    """Remove all but the newest models of each kind; runs keep the hash of what made them.

    What the study began with stays: models that were trained later stand beside it.
    """
    m = schema.model
    seen: dict[str, int] = {}
    for row in rows(connection):
        if "origin" in row.provenance:
            continue
        seen[row.kind] = seen.get(row.kind, 0) + 1
        if seen[row.kind] > count:
            connection.execute(delete(m).where(m.c.id == row.id))
