"""What the study says of itself: one row."""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import Connection, insert, select

from semcode import __version__
from semcode.store import schema
from semcode.store.codebooks import now

__all__ = ["create", "name_and_notice"]


def create(connection: Connection, *, name: str, notice: str) -> None:
    """Store the study's name and a notice that is shown wherever its data is."""
    connection.execute(
        insert(schema.study).values(
            guid=str(uuid4()),
            name=name,
            notice=notice,
            created_at=now(),
            created_with=f"semcode {__version__}",
        )
    )


def name_and_notice(connection: Connection) -> tuple[str, str]:
    """Give the study's name and notice."""
    row = connection.execute(select(schema.study.c.name, schema.study.c.notice)).one()
    return row.name, row.notice
