"""What the study says of itself: one row."""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import Connection, insert, select

from semcode import __version__
from semcode.errors import StudyError
from semcode.store import schema
from semcode.store.codebooks import now

__all__ = ["create", "name_and_notice"]


def create(connection: Connection, *, name: str, notice: str) -> None:
    """Store the study's name and a notice that is shown wherever its data is.

    Raises StudyError where that was done before.
    """
    if connection.execute(select(schema.study.c.id)).first():
        raise StudyError("The folder holds a study already; it was left as it is.")
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
    """Give the study's name and notice. Raises StudyError where the study was never finished."""
    found = connection.execute(select(schema.study.c.name, schema.study.c.notice))
    row = found.one_or_none()
    if row is None:
        raise StudyError(
            "The study was not made to the end.", remedy="Run the same semcode init again."
        )
    return row.name, row.notice
