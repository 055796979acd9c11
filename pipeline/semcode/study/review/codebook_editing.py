"""Edit the codebook under review: say what a change touches, then make it a new version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import uuid4

from sqlalchemy import Connection

from semcode import store
from semcode.codebook import Codebook
from semcode.errors import InputError, StudyError
from semcode.records import Decision, Verdict
from semcode.store.changes import CodingState
from semcode.store.people import CoderKey
from semcode.study.review.acting import act, new_line
from semcode.study.review.changing import Changes, put_coding
from semcode.study.review.codebook_changes import (
    Add,
    Change,
    Changed,
    Merge,
    Move,
    Redefine,
    Rename,
    Retire,
    Split,
    apply,
)
from semcode.study.review.desk import Desk
from semcode.study.review.ledger import CODEBOOK
from semcode.study.review.meaning import Meanings
from semcode.study.review.near_duplicates import near_duplicates
from semcode.study.review.shown import CodebookPreview, Outcome, OutdatedCoding
from semcode.study.review.viewing import code_of
from semcode.wording import counted

__all__ = [
    "change_codebook",
    "confirm",
    "must_be_newest",
    "outdated",
    "preview_codebook",
]

_SHOWN = 500


def preview_codebook(desk: Desk, change: Change) -> CodebookPreview:
    """Say what a change would touch, without making it."""
    with desk.reading() as connection:
        number, book = desk.codebook(connection)
        changed = apply(book, change, used=_used(desk, connection))
        counts = store.codings.count_by_code(connection)
        codings = sum(counts.get(guid, 0) for guid in changed.touched)
        suggestions = store.queue.count_suggested(connection, changed.touched)
        transcripts = store.queue.transcripts_with(connection, changed.touched)
        return CodebookPreview(
            version=number,
            sentences=tuple(_sentences(book, change, changed, counts, suggestions)),
            codings=codings,
            suggestions=suggestions,
            transcripts=tuple(transcripts),
            before=tuple(c.name for c in book if changed.book.get(c.guid) != c),
            after=tuple(c.name for c in changed.book if book.get(c.guid) != c),
        )


def change_codebook(
    desk: Desk, coder: str, change: Change, *, note: str, expected_version: int
) -> int:
    """Store the changed codebook as a new version, and re-code what a merge moves.

    Each coding that is re-coded has its line in the log. Raises StudyError where the
    codebook has another version by now, and what `apply` raises.
    """
    with desk.writing() as connection:
        who = desk.coder(connection, coder)
        number, book = desk.codebook(connection)
        must_be_newest(number, expected_version)
        changed = apply(book, change, used=_used(desk, connection))
        if changed.book == book:
            raise InputError("This changes nothing.", remedy="Say what is to be different.")
        record = {**changed.record, "by": coder}
        number = store.codebooks.save(
            connection, changed.book, note=note, made_by=coder, changes=[record]
        )
        if changed.recoded:
            store.decisions.append(
                connection, _recode(connection, who, changed.recoded, number, note)
            )
    return number


def must_be_newest(number: int, expected: int) -> None:
    """Raise StudyError where the codebook has another version than somebody looked at."""
    if number != expected:
        raise StudyError(
            f"Somebody changed the codebook: it has version {number}, not {expected}.",
            remedy="Look at it again, then make your change.",
        )


def outdated(desk: Desk) -> list[OutdatedCoding]:
    """List the codings that were made while their code meant something else, or is split."""
    with desk.reading() as connection:
        _, book = desk.codebook(connection)
        meanings = Meanings.of(desk, connection)
        found = []
        for key, name, coding in store.changes.codings_by_code(connection, list(meanings.since)):
            if not meanings.is_outdated(coding["code"], coding["version"]):
                continue
            now = book[coding["code"]]
            then = desk.codebook_version(connection, coding["version"]).get(coding["code"]) or now
            text = desk.words(connection, key).text[coding["start"] : coding["end"]]
            found.append(
                OutdatedCoding(
                    guid=coding["guid"],
                    transcript=name,
                    start=coding["start"],
                    end=coding["end"],
                    text=text if len(text) <= _SHOWN else f"{text[:_SHOWN]} …",
                    code=now.guid,
                    code_name=now.name,
                    coder=coding["coder"],
                    version=coding["version"],
                    then=then.definition,
                    now=now.definition,
                    split_into=tuple(
                        made.name
                        for guid in meanings.splits.get(now.guid, ())
                        if (made := code_of(desk, connection, guid)) is not None
                    ),
                )
            )
        return found


def confirm(desk: Desk, coder: str, codings: Sequence[str], *, request: str = "") -> Outcome:
    """Say that codings hold under the newest definitions too."""

    def make(connection: Connection, who: CoderKey) -> Sequence[Decision]:
        number, _ = desk.codebook(connection)
        lines = []
        for guid in dict.fromkeys(codings):
            found = store.changes.get_coding(connection, guid)
            if found is None:
                raise InputError("A coding is no longer there.", remedy="Load the page again.")
            key, old = found
            changes = Changes()
            put_coding(connection, key, old, {**old, "version": number}, changes)
            if changes.codings:
                name, _ = store.queue.name_of(connection, key)
                lines.append(_line(who, Verdict.EDIT, name, old, number, changes))
        return lines

    return act(desk, coder, Verdict.EDIT, make, request=request or str(uuid4()))


def _used(desk: Desk, connection: Connection) -> set[str]:
    number = store.codebooks.latest_version(connection)
    versions = range(1, number + 1)
    return {code.guid for n in versions for code in desk.codebook_version(connection, n)}


def _recode(
    connection: Connection, who: CoderKey, recoded: Mapping[str, str], number: int, note: str
) -> list[Decision]:
    """Give codings their new code; where the coder gave both, the two become one."""
    lines = []
    for key, name, old in store.changes.codings_by_code(connection, list(recoded)):
        changes = Changes()
        new: CodingState = {**old, "code": recoded[old["code"]], "version": number}
        twin = store.changes.find_coding(
            connection,
            key,
            start=old["start"],
            end=old["end"],
            code=new["code"],
            coder=old["coder"],
        )
        if twin is None:
            put_coding(connection, key, old, new, changes)
        else:
            put_coding(connection, key, old, None, changes)
            put_coding(connection, key, twin, _both(twin, old), changes)
        verdict = Verdict.EDIT if twin is None else Verdict.REMOVE
        line = _line(who, verdict, name, old, number, changes)
        lines.append(replace(line, note=note, batch=f"{CODEBOOK}{number}"))
    return lines


def _both(twin: CodingState, other: CodingState) -> CodingState:
    facets = list(dict.fromkeys([*twin["facets"], *other["facets"]]))
    memos = dict.fromkeys(memo for memo in (twin["memo"], other["memo"]) if memo)
    return {**twin, "facets": facets, "memo": "\n".join(memos)}


def _line(
    who: CoderKey,
    verdict: Verdict,
    transcript: str,
    coding: CodingState,
    number: int,
    changes: Changes,
) -> Decision:
    return new_line(
        who,
        verdict,
        changes=changes,
        transcript=transcript,
        start=coding["start"],
        end=coding["end"],
        code=coding["code"],
        coding=coding["guid"],
        codebook_version=number,
    )


def _sentences(
    book: Codebook,
    change: Change,
    changed: Changed,
    counts: Mapping[str, int],
    suggestions: int,
) -> list[str]:
    n = sum(counts.get(guid, 0) for guid in changed.touched)
    said = []
    match change:
        case Add():
            said = [f"{change.name!r} is new; nobody has used it."]
        case Rename():
            said = [f"{_codings(n)} stay with the code under its new name."]
        case Move():
            said = [f"{_codings(n)} move with the code and the codes below it."]
        case Merge():
            moving = sum(counts.get(guid, 0) for guid in changed.recoded)
            into = book[change.into].name
            said = [
                f"{_codings(moving)} get the code {into!r}; where a coder gave both codes to the "
                "same words, the two become one.",
                "Each re-coding has its line in the log. Going back to an earlier version of the "
                "codebook takes it back; the undo key does not.",
            ]
        case Split():
            said = [
                f"{_codings(n)} keep the code {book[change.code].name!r} and are listed for "
                "another look: give each a new code, or confirm it.",
            ]
        case Retire():
            said = [f"{_codings(n)} stay as they are and are listed under retired codes."]
        case Redefine():
            said = [f"{_codings(n)} are listed for another look."]
            if _same_meaning(change):
                said = [f"{_codings(n)} stay as they are: the definition is the same."]
    if suggestions and isinstance(change, (Merge, Split, Retire, Redefine, Move)):
        were = "was" if suggestions == 1 else "were"
        said.append(f"{counted(suggestions, 'suggestion')} {were} made with the old codebook.")
    if not isinstance(change, Rename):
        said.append("Suggest again afterwards: semcode suggest.")
    return [*said, *_alike(book, changed.book)]


def _same_meaning(change: Redefine) -> bool:
    return change.definition is None and change.include is None and change.exclude is None


def _codings(n: int) -> str:
    return counted(n, "coding")


def _alike(before: Codebook, after: Codebook) -> list[str]:
    """Point out codes that are alike only since the change."""
    known = {(pair.first, pair.second) for pair in near_duplicates(before)}
    return [
        f"{after[pair.first].name!r} and {after[pair.second].name!r} are much alike. {pair.why}"
        for pair in near_duplicates(after)
        if (pair.first, pair.second) not in known
    ]
