"""What another program's project held and our own tables do not: kept to be written again."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from semcode.store import schema

__all__ = ["KINDS", "of_kind", "put"]

#: What is kept, by kind; `data` is JSON.
KINDS = ("case", "code", "link", "note", "passage", "set", "source", "variable")


def put(connection: Connection, kind: str, items: Mapping[str, Mapping[str, object]]) -> None:
    """Store items by guid; one that is there already gets the new data."""
    rows = [{"kind": kind, "guid": guid, "data": dict(data)} for guid, data in items.items()]
    if rows:
        adding = insert(schema.extra)
        connection.execute(
            adding.on_conflict_do_update(
                index_elements=["kind", "guid"], set_={"data": adding.excluded.data}
            ),
            rows,
        )


def of_kind(connection: Connection, kind: str) -> dict[str, dict[str, object]]:
    """Give the items of a kind by guid, in the order in which they came."""
    e = schema.extra
    found = connection.execute(select(e.c.guid, e.c.data).where(e.c.kind == kind).order_by(e.c.id))
    return {row.guid: row.data for row in found}
