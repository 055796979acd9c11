"""Go back to an earlier version of the codebook: codings get back the codes that they had."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from semcode import store
from semcode.codebook import Codebook
from semcode.errors import InputError
from semcode.records import Decision, Verdict
from semcode.store.codebooks import Version
from semcode.store.people import CoderKey
from semcode.study.review.acting import new_line
from semcode.study.review.changing import Changes
from semcode.study.review.codebook_editing import must_be_newest
from semcode.study.review.desk import Desk
from semcode.study.review.ledger import CODEBOOK
from semcode.study.review.shown import CodebookPreview, VersionRow
from semcode.study.review.undoing import taken_back
from semcode.study.review.viewing import code_of
from semcode.wording import counted

__all__ = ["Restore", "codebook_versions", "preview_restore", "restore"]

_RESTORE = "restore"


@dataclass(frozen=True, slots=True)
class Restore:
    """Make the codebook what it was in a version; everything done to it since is taken back."""

    version: int


def preview_restore(desk: Desk, change: Restore) -> CodebookPreview:
    """Say what going back would touch, without doing it. Raises InputError for no such version."""
    with desk.reading() as connection:
        number, book = desk.codebook(connection)
        earlier = _earlier(desk, connection, change)
        back, kept = _codings(connection, change.version)
        counts = store.codings.count_by_code(connection)
        leaving = [code for code in book if code.guid not in earlier]
        moving = sum(old == code.guid for code in leaving for old, _ in back.values())
        left = sum(counts.get(code.guid, 0) for code in leaving) - moving
        touched = [code.guid for code in book if earlier.get(code.guid) != code]
        suggestions = store.queue.count_suggested(connection, touched)
        return CodebookPreview(
            version=number,
            sentences=tuple(_sentences(desk, connection, change.version, len(back), kept, left)),
            codings=len(back),
            suggestions=suggestions,
            transcripts=tuple(store.queue.transcripts_with(connection, touched)),
            before=tuple(c.name for c in book if earlier.get(c.guid) != c),
            after=tuple(c.name for c in earlier if book.get(c.guid) != c),
        )


def restore(desk: Desk, coder: str, change: Restore, *, note: str, expected_version: int) -> int:
    """Store the earlier codebook as the newest version; give its number.

    What changes of the codebook did to codings since is taken back, the newest first, each
    with a line in the log; what people did since stays. Going back to the version before
    this one does all of it again. Raises StudyError where the codebook has another version
    by now, InputError for a version that there is not.
    """
    with desk.writing() as connection:
        who = desk.coder(connection, coder)
        number, _ = desk.codebook(connection)
        must_be_newest(number, expected_version)
        earlier = _earlier(desk, connection, change)
        lines = _lines_since(connection, change.version)
        record = {"kind": _RESTORE, "version": change.version, "by": coder}
        number = store.codebooks.save(
            connection, earlier, note=note, made_by=coder, changes=[record]
        )
        made = _taken_back(desk, connection, who, lines, number, note)
        if made:
            store.decisions.append(connection, made)
    return number


def codebook_versions(desk: Desk) -> list[VersionRow]:
    """List the versions of the codebook with who made them, why, and what was done."""
    with desk.reading() as connection:
        return [
            VersionRow(
                number=version.number,
                at=version.created_at,
                made_by=version.made_by,
                note=version.note,
                changes=tuple(str(change.get("kind", "")) for change in version.changes),
                told=_told(desk, connection, version),
            )
            for version in store.codebooks.versions(connection)
        ]


def _earlier(desk: Desk, connection: Connection, change: Restore) -> Codebook:
    number, _ = desk.codebook(connection)
    if not 1 <= change.version < number:
        raise InputError(
            f"There is no version {change.version} before this one.",
            remedy=f"The codebook has version {number}: name an earlier one.",
        )
    return desk.codebook_version(connection, change.version)


def _lines_since(connection: Connection, version: int) -> list[Decision]:
    """Give what changes of the codebook after a version did to codings, the newest first."""
    found = store.decisions.of_batches(connection, CODEBOOK)
    return [line for line in reversed(found) if int(line.batch.removeprefix(CODEBOOK)) > version]


def _taken_back(
    desk: Desk,
    connection: Connection,
    who: CoderKey,
    lines: Sequence[Decision],
    number: int,
    note: str,
) -> list[Decision]:
    made = []
    for line, changes in taken_back(desk, connection, lines):
        if not changes.codings:
            continue
        made.append(
            new_line(
                who,
                _verdict(changes),
                changes=changes,
                transcript=line.transcript,
                start=line.start,
                end=line.end,
                code=line.code,
                coding=line.coding,
                note=note,
                batch=f"{CODEBOOK}{number}",
                codebook_version=number,
            )
        )
    return made


def _verdict(changes: Changes) -> Verdict:
    if any(before is None for before, _ in changes.codings):
        return Verdict.CODE
    return Verdict.REMOVE if any(after is None for _, after in changes.codings) else Verdict.EDIT


def _codings(connection: Connection, version: int) -> tuple[dict[str, tuple[str, str]], int]:
    """Say which codings get another code, by guid as (code now, code then), and how many do not.

    A coding that somebody gave another code since, or took away, is left as it is; "" is no
    coding.
    """
    details: list[Mapping[str, Any]] = [d.detail for d in _lines_since(connection, version)]
    pairs = [pair for detail in details for pair in reversed(detail.get("codings", []))]
    guids = list(dict.fromkeys((after or before)["guid"] for before, after in pairs))
    there = store.changes.existing(connection, guids)
    now = {guid: there[guid][1]["code"] if guid in there else "" for guid in guids}
    then = dict(now)
    kept = set()
    for before, after in pairs:
        guid = (after or before)["guid"]
        was, became = (before["code"] if before else ""), (after["code"] if after else "")
        if then[guid] == became:
            then[guid] = was
        else:
            kept.add(guid)
    back = {guid: (now[guid], then[guid]) for guid in guids if now[guid] != then[guid]}
    return {guid: pair for guid, pair in back.items() if guid not in kept}, len(kept)


def _sentences(
    desk: Desk, connection: Connection, version: int, back: int, kept: int, left: int
) -> list[str]:
    undone = [
        row
        for made in reversed(store.codebooks.versions(connection))
        if made.number > version
        for row in _told(desk, connection, made)
    ]
    said = [
        f"The codebook becomes what it was in version {version}; no version is lost.",
        f"Taken back: {'; '.join(undone)}." if undone else "",
        _counted(back, "{} gets back the code that it had.", "{} get back the code that they had.")
        or "No coding changes its code.",
        _counted(
            kept,
            "{} was changed since and stays as it is.",
            "{} were changed since and stay as they are.",
        ),
        _counted(
            left,
            "{} has a code that leaves; it stays and is listed under retired codes.",
            "{} have codes that leave; they stay and are listed under retired codes.",
        ),
        "Suggest again afterwards: semcode suggest.",
    ]
    return [sentence for sentence in said if sentence]


def _counted(n: int, one: str, several: str) -> str:
    if not n:
        return ""
    return (one if n == 1 else several).format(counted(n, "coding"))


def _told(desk: Desk, connection: Connection, version: Version) -> tuple[str, ...]:
    """Say in words what was done to the codebook in a version."""

    def name(guid: object) -> str:
        code = code_of(desk, connection, str(guid))
        return f"“{code.name if code else guid}”"

    return tuple(_sentence(change, name) for change in version.changes)


def _sentence(change: Mapping[str, object], name: Callable[[object], str]) -> str:
    kind = change.get("kind")
    code = name(change.get("code", ""))
    match kind:
        case "merge":
            names = change.get("names") or ()
            gone = ", ".join(f"“{one}”" for one in names)  # type: ignore[attr-defined]
            return f"{gone} merged into {name(change['into'])}"
        case "split":
            parts = ", ".join(name(one) for one in change["into"])  # type: ignore[attr-defined]
            return f"{code} split into {parts}"
        case "rename":
            return f"“{change['before']}” renamed “{change['name']}”"
        case "restore":
            return f"went back to version {change['version']}"
        case "add":
            return f"“{change['name']}” added"
        case "retire":
            return f"“{change['name']}” retired"
        case "move":
            return f"{code} moved"
        case "redefine":
            return f"{code} redefined"
    return str(kind or "")
