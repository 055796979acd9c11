"""Match the users of a project to the coders of a study, or make them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Connection

from semcode import store
from semcode.exchange.project import Project
from semcode.records import Coder, CoderKind

if TYPE_CHECKING:
    from semcode.study.exchange.importing import Imported

__all__ = ["match_coders", "store_coders"]

_NAMESPACE = uuid5(NAMESPACE_URL, "semcode:import")


def match_coders(
    connection: Connection, project: Project, unnamed: str, done: Imported
) -> dict[str | None, Coder]:
    """Match users by guid, then name; make the others when something is theirs.

    The key None stands for codings whose coder the file does not name.
    """
    standing = store.people.coders(connection)
    by_guid = {coder.guid: coder for coder in standing}
    by_name = {coder.name: coder for coder in standing}
    named = {coding.user for source in project.sources for coding in source.codings}
    active = named | {note.user for note in project.notes}
    found: dict[str | None, Coder] = {}
    for user in project.users:
        if user.guid not in active:
            continue
        kind = CoderKind(user.kind)
        known = by_guid.get(user.guid) or by_name.get(user.name)
        if known is not None and (known.guid == user.guid or known.kind == kind):
            found[user.guid] = known
            continue
        name, number = user.name, 1
        while name in by_name:
            number += 1
            name = f"{user.name} ({number})"
        made = Coder(user.guid, name, kind)
        if made.guid in by_guid:
            made = Coder(str(uuid5(_NAMESPACE, f"{user.guid}\n{name}")), name, kind)
        by_guid[made.guid] = by_name[name] = made
        found[user.guid] = made
    found[None] = _unnamed(project, unnamed, found, by_name)
    if None in named:
        done.notes.append(
            f"The file does not say who made some codings: they go to {found[None].name!r}"
            + ("." if unnamed else " (--coder NAME says who it was).")
        )
    return found


def _unnamed(
    project: Project,
    name: str,
    found: Mapping[str | None, Coder],
    by_name: Mapping[str, Coder],
) -> Coder:
    people = [found[u.guid] for u in project.users if u.guid in found and u.kind == "human"]
    if not name and len(project.users) == 1 and people:
        return people[0]
    called = name or "unnamed coder"
    if called in by_name:
        return by_name[called]
    return Coder(str(uuid5(_NAMESPACE, f"coder\n{called}")), called)


def store_coders(
    connection: Connection,
    coders: Mapping[str | None, Coder],
    kinds: Mapping[str, CoderKind],
    done: Imported,
) -> None:
    """Store the coders of codings who are new, with the guids that they have."""
    standing = {coder.name for coder in store.people.coders(connection)}
    for coder in {coder.name: coder for coder in coders.values()}.values():
        if coder.name in kinds and coder.name not in standing:
            store.identities.keep_coder(connection, coder)
            done.coders.append(coder.name)
