"""Store an act once: its lines, what it changes, and what it came to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection

from semcode import store
from semcode.errors import InputError
from semcode.records import Decision, Verdict
from semcode.store.people import CoderKey
from semcode.study.review.changing import Changes
from semcode.study.review.desk import Desk
from semcode.study.review.ledger import ON_SUGGESTIONS
from semcode.study.review.pulse import pulse_of
from semcode.study.review.shown import Outcome

__all__ = ["Make", "act", "label_of", "new_line"]

Make = Callable[[Connection, CoderKey], Sequence[Decision]]

_LONGEST_REQUEST = 36
_WORDS = {
    Verdict.ACCEPT: "accept",
    Verdict.REJECT: "reject",
    Verdict.CHANGE: "another code than",
    Verdict.UNSURE: "unsure about",
    Verdict.SKIP: "skip",
    Verdict.CODE: "code",
    Verdict.REMOVE: "remove",
    Verdict.EDIT: "edit",
    Verdict.READ: "read",
    Verdict.SETTLE: "settle",
    Verdict.UNDO: "undo",
}


def act(desk: Desk, coder: str, verdict: Verdict, make: Make, *, request: str) -> Outcome:
    """Do and store what `make` gives, in one transaction; once for each request.

    `make` changes codings and readings and gives the lines of the log; a line with an id is
    one that says the same already. Raises InputError for a request that stands for
    something else.
    """
    if not 0 < len(request) <= _LONGEST_REQUEST:
        raise InputError(
            "A decision needs an id of its own, of at most 36 characters.",
            where="request",
            remedy="Give a new uuid.",
        )
    with desk.writing() as connection:
        who = desk.coder(connection, coder)
        first = store.decisions.by_request(connection, request)
        if first is not None and (first.coder != coder or first.verdict != verdict):
            raise InputError(
                "This request was stored for another decision.",
                where="request",
                remedy="Give each decision a uuid of its own.",
            )
        made = [] if first else list(make(connection, who))
        lines = [first] if first else _stored(connection, made, request)
    repeated = first is not None or any(line.id for line in made)
    with desk.reading() as connection:
        if desk.refiner is not None and not repeated:
            desk.refiner.told()
        return _outcome(desk, connection, who, verdict, lines, repeated=repeated)


def new_line(who: CoderKey, verdict: Verdict, *, changes: Changes, **fields: Any) -> Decision:
    """Make a line of the log as of now; `fields` are the others of a Decision."""
    return Decision(
        coder=who.name,
        verdict=verdict,
        at=datetime.now(UTC),
        detail=changes.detail(),
        **{"code": "", "score": None, **fields},
    )


def label_of(desk: Desk, connection: Connection, lines: Sequence[int]) -> str:
    """Say in a few words what some lines of one act did, "" for none."""
    if not lines:
        return ""
    line = desk.ledger.line(lines[0])
    while line.undoes is not None:
        line = desk.ledger.line(line.undoes)
    code = desk.codebook(connection)[1].get(line.code) if line.code else None
    words = f"{_WORDS[Verdict(line.verdict)]} {code.name if code else ''}".strip()
    return words if len(lines) == 1 else f"{_WORDS[Verdict(line.verdict)]} {len(lines):,} at once"


def _stored(connection: Connection, made: list[Decision], request: str) -> list[Decision]:
    """Add the lines that are new; several are one batch, and the first carries the request."""
    if not made or made[0].id:
        return made[:1]
    batch = made[0].batch or (uuid4().hex if len(made) > 1 else "")
    made = [replace(line, batch=batch) for line in made]
    detail = {**made[0].detail, "lines": len(made)} if len(made) > 1 else made[0].detail
    made[0] = replace(made[0], request=request, detail=detail)
    ids = store.decisions.append(connection, made)
    return [replace(line, id=key) for line, key in zip(made, ids, strict=True)]


def _outcome(
    desk: Desk,
    connection: Connection,
    who: CoderKey,
    verdict: Verdict,
    lines: Sequence[Decision],
    *,
    repeated: bool,
) -> Outcome:
    first = lines[0] if lines else None
    notes = [str(note) for line in lines for note in _notes(line)]
    undo, redo = desk.ledger.to_undo(who.id), desk.ledger.to_redo(who.id)
    return Outcome(
        decision=first.id if first else 0,
        verdict=verdict,
        coding=first.coding if first else None,
        label=label_of(desk, connection, [line.id for line in lines]),
        undo_label=label_of(desk, connection, undo.lines if undo else ()),
        redo_label=label_of(desk, connection, redo.act.lines if redo else ()),
        lines=_count(first),
        repeated=repeated,
        transcript=first.transcript if first else "",
        start=first.start if first else 0,
        end=first.end if first else 0,
        code=first.code if first else "",
        segment=_segment(desk, connection, first),
        notes=tuple(dict.fromkeys(notes)),
        model=pulse_of(desk, connection, who, audit=False),
    )


def _segment(desk: Desk, connection: Connection, line: Decision | None) -> int | None:
    """Give the segment of the suggestion that a line, or what it took back, is about."""
    if line is None:
        return None
    about = desk.ledger.line(line.id)
    while about.undoes is not None:
        about = desk.ledger.line(about.undoes)
    if about.verdict not in ON_SUGGESTIONS:
        return None
    touched = store.queue.segments_touching(connection, about.transcript, about.start, about.end)
    return next((key for key, *span in touched if span == [about.start, about.end]), None)


def _notes(line: Decision) -> Sequence[object]:
    found = line.detail.get("notes", ())
    return found if isinstance(found, list) else ()


def _count(first: Decision | None) -> int:
    if first is None:
        return 0
    found = first.detail.get("lines", 1)
    return found if isinstance(found, int) else 1
