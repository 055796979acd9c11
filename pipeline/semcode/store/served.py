"""What annotation servers have sent: labelled texts by server project, kept over restarts."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Connection, delete, insert, select

from semcode.store import schema

__all__ = ["load", "save"]

_KIND = "annotations"
_NAMESPACE = uuid5(NAMESPACE_URL, "semcode:annotations")


def save(connection: Connection, key: str, data: Mapping[str, object]) -> None:
    """Store what is known of a project, in place of what was."""
    e, guid = schema.extra, _guid(key)
    connection.execute(delete(e).where(e.c.kind == _KIND, e.c.guid == guid))
    connection.execute(insert(e).values(kind=_KIND, guid=guid, data={"key": key, **data}))


def load(connection: Connection, key: str) -> dict[str, object]:
    """Give what is known of a project, {} where nothing is."""
    e = schema.extra
    wanted = select(e.c.data).where(e.c.kind == _KIND, e.c.guid == _guid(key))
    return dict(connection.execute(wanted).scalar() or {})


def _guid(key: str) -> str:
    return str(uuid5(_NAMESPACE, key))
