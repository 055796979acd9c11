"""Codebook versions in the study: a change makes a new one, none is ever lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from semcode.codebook import Code, Codebook, Facet
from semcode.errors import StudyError
from semcode.records import Level
from semcode.store import schema

__all__ = ["Version", "latest_version", "load", "now", "save", "versions"]


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the codebook: who made it, why, and by which changes."""

    number: int
    created_at: str
    note: str
    made_by: str
    changes: tuple[Mapping[str, Any], ...]

    @property
    def split(self) -> dict[str, tuple[str, ...]]:
        """Give the guids of the codes that were split in it, with those they were split into."""
        return {c["code"]: tuple(c["into"]) for c in self.changes if c.get("kind") == "split"}

    @property
    def restored(self) -> int | None:
        """Give the number of the version that it goes back to, None for another change."""
        found = [c["version"] for c in self.changes if c.get("kind") == "restore"]
        return int(found[0]) if found else None


def now() -> str:
    """Give the time as it is stored: ISO 8601 in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def latest_version(connection: Connection) -> int:
    """Give the number of the newest codebook version, 0 where there is none."""
    numbers = connection.execute(select(schema.codebook_version.c.number)).scalars()
    return max(numbers, default=0)


def versions(connection: Connection) -> list[Version]:
    """List the versions of the codebook, the oldest first."""
    v = schema.codebook_version
    found = connection.execute(
        select(v.c.number, v.c.created_at, v.c.note, v.c.made_by, v.c.changes).order_by(v.c.number)
    )
    return [Version(r.number, r.created_at, r.note, r.made_by, tuple(r.changes)) for r in found]


def save(
    connection: Connection,
    codebook: Codebook,
    *,
    note: str = "",
    made_by: str = "",
    changes: Sequence[Mapping[str, Any]] = (),
) -> int:
    """Store a codebook as a new version unless it equals the newest; give its number.

    A version that says what was done (`changes`) is new even where no code differs.
    """
    version = schema.codebook_version
    newest = latest_version(connection)
    stored = connection.execute(select(version.c.digest).where(version.c.number == newest)).scalar()
    if stored == codebook.digest and not changes:
        return newest
    key = connection.execute(
        insert(version).values(
            number=newest + 1,
            name=codebook.name,
            language=codebook.language,
            description=codebook.description,
            source=codebook.source,
            digest=codebook.digest,
            created_at=now(),
            note=note,
            made_by=made_by,
            changes=[dict(change) for change in changes],
        )
    ).inserted_primary_key
    version_id = key[0] if key else 0
    connection.execute(insert(schema.code), _code_rows(codebook, version_id))
    facets = [
        {
            "codebook_version_id": version_id,
            "position": position,
            "name": facet.name,
            "values": list(facet.values),
            "definition": facet.definition,
        }
        for position, facet in enumerate(codebook.facets)
    ]
    if facets:
        connection.execute(insert(schema.facet), facets)
    return newest + 1


def load(connection: Connection, number: int | None = None) -> Codebook:
    """Read a version of the codebook, the newest for None."""
    version = schema.codebook_version
    wanted = latest_version(connection) if number is None else number
    head = connection.execute(select(version).where(version.c.number == wanted)).one_or_none()
    if head is None:
        raise StudyError(
            f"The study has no codebook version {wanted}.",
            remedy="Read one in: semcode codebook import FILE",
        )
    codes = connection.execute(
        select(schema.code)
        .where(schema.code.c.codebook_version_id == head.id)
        .order_by(schema.code.c.position)
    )
    facets = connection.execute(
        select(schema.facet)
        .where(schema.facet.c.codebook_version_id == head.id)
        .order_by(schema.facet.c.position)
    ).mappings()
    return Codebook(
        codes=tuple(
            Code(
                name=row.name,
                definition=row.definition,
                include=row.include,
                exclude=row.exclude,
                examples=tuple(row.examples),
                parent=row.parent,
                level=Level(row.level) if row.level else None,
                color=row.color,
                facets=tuple(row.facets),
                guid=row.guid,
            )
            for row in codes
        ),
        name=head.name,
        language=head.language,
        description=head.description,
        source=head.source,
        # `values` is also a method of a row, so facets are read as mappings.
        facets=tuple(Facet(f["name"], tuple(f["values"]), f["definition"]) for f in facets),
    )


def _code_rows(codebook: Codebook, version_id: int) -> list[dict[str, object]]:
    return [
        {
            "codebook_version_id": version_id,
            "guid": code.guid,
            "position": position,
            "name": code.name,
            "parent": code.parent,
            "level": code.level,
            "definition": code.definition,
            "include": code.include,
            "exclude": code.exclude,
            "examples": list(code.examples),
            "color": code.color,
            "facets": list(code.facets),
        }
        for position, code in enumerate(codebook.codes)
    ]
