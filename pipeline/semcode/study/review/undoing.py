"""Take back what a coder did last, and do it again: one more line of the log each time."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from semcode import store
from semcode.records import Decision, Verdict
from semcode.store.corrections import Replaced
from semcode.store.people import CoderKey
from semcode.study.review.acting import act, new_line
from semcode.study.review.anchoring import Piece
from semcode.study.review.changing import Changes, take_back, take_back_many
from semcode.study.review.desk import Desk
from semcode.study.review.shown import Outcome

__all__ = ["redo", "taken_back", "undo"]


def undo(desk: Desk, coder: str, *, request: str) -> Outcome:
    """Take back the newest act of a coder that stands; nothing is stored where there is none."""

    def make(connection: Connection, who: CoderKey) -> Sequence[Decision]:
        found = desk.ledger.to_undo(who.id)
        return _back(desk, connection, who, found.lines if found else ())

    return act(desk, coder, Verdict.UNDO, make, request=request)


def redo(desk: Desk, coder: str, *, request: str) -> Outcome:
    """Do again what a coder took back last; nothing is stored where there is nothing."""

    def make(connection: Connection, who: CoderKey) -> Sequence[Decision]:
        found = desk.ledger.to_redo(who.id)
        return _back(desk, connection, who, found.lines if found else ())

    return act(desk, coder, Verdict.UNDO, make, request=request)


def _back(
    desk: Desk, connection: Connection, who: CoderKey, lines: Sequence[int]
) -> list[Decision]:
    version, _ = desk.codebook(connection)
    found = store.decisions.fetch(connection, lines)[::-1]
    return [
        new_line(
            who,
            Verdict.UNDO,
            changes=changes,
            transcript=line.transcript,
            start=line.start,
            end=line.end,
            code=line.code,
            coding=line.coding,
            undoes=line.id,
            codebook_version=version,
        )
        for line, changes in taken_back(desk, connection, found)
    ]


def taken_back(
    desk: Desk, connection: Connection, found: Sequence[Decision]
) -> list[tuple[Decision, Changes]]:
    """Do the opposite of lines, the newest first, as far as nobody changed the same since."""
    keys = {
        line.transcript: desk.transcript_id(connection, line.transcript)
        for line in {line.transcript: line for line in found}.values()
    }
    corrections = {
        name: store.corrections.corrections(connection, key) for name, key in keys.items()
    }
    done = None
    if len(found) > 1 and not any(corrections.values()):
        done = take_back_many(connection, [(keys[d.transcript], d.detail) for d in found])
    if done is None:
        done = [
            take_back(
                connection, keys[d.transcript], d.detail, _since(corrections[d.transcript], d.id)
            )
            for d in found
        ]
    return list(zip(found, done, strict=True))


def _since(corrections: Sequence[Replaced], line: int) -> list[list[Piece]]:
    """Give the corrections of a transcript after a line."""
    return [
        [Piece(*piece) for piece in correction.pieces]
        for correction in corrections
        if correction.after >= line
    ]
