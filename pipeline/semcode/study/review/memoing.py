"""Memos on codes, codings, transcripts, participants and the study."""

from __future__ import annotations

from sqlalchemy import Connection

from semcode import store
from semcode.errors import InputError
from semcode.store.memos import KINDS, Memo
from semcode.study.review.desk import Desk
from semcode.study.review.shown import MemoRow
from semcode.study.review.viewing import code_of

__all__ = ["memo_rows", "write_memo"]

_LONGEST = 100_000
_SHOWN = 60


def memo_rows(
    desk: Desk, target_kind: str | None = None, target: str | None = None
) -> list[MemoRow]:
    """List the memos, the newest first, of a kind and target or of all."""
    with desk.reading() as connection:
        found = store.memos.memos(connection, target_kind=target_kind, target=target)
        return [
            MemoRow(
                memo.guid,
                memo.target_kind,
                memo.target,
                _label(desk, connection, memo),
                memo.coder,
                memo.text,
                memo.at,
            )
            for memo in found
        ]


def write_memo(
    desk: Desk,
    coder: str,
    target_kind: str,
    target: str,
    text: str,
    *,
    guid: str | None = None,
    request: str = "",
) -> str:
    """Write a memo, or (`guid`) other words for one's own; no text removes it. Gives its guid.

    Every wording stays in the study. A new memo has its `request` as guid, so that one sent
    twice is stored once. Raises InputError for what a memo cannot be about.
    """
    if target_kind not in KINDS:
        raise InputError(
            f"A memo cannot be about a {target_kind!r}.", remedy=f"Use one of: {', '.join(KINDS)}."
        )
    if len(text) > _LONGEST:
        raise InputError(
            f"The memo has more than {_LONGEST:,} characters.", remedy="Make it shorter."
        )
    with desk.writing() as connection:
        who = desk.coder(connection, coder)
        if guid is not None:
            _own(connection, guid, coder)
        elif not text.strip():
            raise InputError("The memo is empty.", remedy="Write something first.")
        else:
            _there(desk, connection, target_kind, target)
            if request and store.memos.find(connection, request) is not None:
                return request
        return store.memos.write(
            connection,
            coder_id=who.id,
            target_kind=target_kind,
            target=target if target_kind != "study" else "",
            text=text.strip(),
            guid=guid or request or None,
        )


def _own(connection: Connection, guid: str, coder: str) -> None:
    memo = store.memos.find(connection, guid)
    if memo is None:
        raise InputError("This memo is no longer there.", remedy="Load the page again.")
    if memo.coder != coder:
        raise InputError(f"This memo is {memo.coder}'s.", remedy="Write one of your own.")


def _there(desk: Desk, connection: Connection, kind: str, target: str) -> None:
    match kind:
        case "code":
            there = code_of(desk, connection, target) is not None
        case "coding":
            there = store.changes.get_coding(connection, target) is not None
        case "transcript":
            there = store.queue.key_of(connection, target) is not None
        case "participant":
            there = any(p.label == target for p in store.people.participants(connection))
        case _:
            there = True
    if not there:
        raise InputError(f"There is no {kind} {target[:80]!r}.", remedy="Load the page again.")


def _label(desk: Desk, connection: Connection, memo: Memo) -> str:
    """Name what a memo is about in words."""
    if memo.target_kind == "code":
        code = code_of(desk, connection, memo.target)
        return code.name if code else memo.target
    if memo.target_kind == "coding":
        found = store.changes.get_coding(connection, memo.target)
        if found is None:
            return "a coding that was removed"
        key, coding = found
        text = " ".join(desk.words(connection, key).text[coding["start"] : coding["end"]].split())
        return text if len(text) <= _SHOWN else f"{text[:_SHOWN]} …"
    return memo.target or "the study"
