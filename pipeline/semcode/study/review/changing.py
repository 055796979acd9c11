"""Change codings and readings, telling each change so that it can be replayed and taken back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import Connection

from semcode import store
from semcode.store.changes import CodingState, ReadingState
from semcode.study.review.anchoring import Pieces, anchored

__all__ = ["Changes", "put_coding", "put_reading", "take_back", "take_back_many"]

_TAKEN_AWAY = "A coding of it had been taken away since."

Pair = list[Mapping[str, Any] | None]


@dataclass(slots=True)
class Changes:
    """What an act did to one transcript, as it goes into a decision's `detail`."""

    codings: list[Pair] = field(default_factory=list)
    readings: list[Pair] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def detail(self, **more: object) -> dict[str, object]:
        """Give the mapping to store; what is empty is left out."""
        found = {"codings": self.codings, "readings": self.readings, "notes": self.notes, **more}
        return {name: value for name, value in found.items() if value}


def put_coding(
    connection: Connection,
    transcript_id: int,
    before: CodingState | None,
    after: CodingState | None,
    changes: Changes,
) -> None:
    """Make, alter or take away a coding, and note it."""
    if before != after:
        store.changes.apply_coding(connection, transcript_id, before, after)
        changes.codings.append([before, after])


def put_reading(
    connection: Connection,
    transcript_id: int,
    before: ReadingState | None,
    after: ReadingState | None,
    changes: Changes,
) -> None:
    """Record, alter or take away a reading, and note it."""
    if before != after:
        store.changes.apply_reading(connection, transcript_id, before, after)
        changes.readings.append([before, after])


def take_back(
    connection: Connection,
    transcript_id: int,
    detail: Mapping[str, Any],
    since: Iterable[Pieces],
) -> Changes:
    """Do the opposite of a line's changes as far as nobody changed the same since.

    `since` are the corrections of the transcript after the line: what comes back is put
    where its words are now. What could not be taken back is said in `notes`.
    """
    done = Changes()
    moves = list(since)
    for before, after in reversed(detail.get("codings", [])):
        _coding_back(connection, transcript_id, before, after, moves, done)
    for before, after in reversed(detail.get("readings", [])):
        _reading_back(connection, transcript_id, before, after, moves, done)
    return done


def take_back_many(
    connection: Connection, lines: Sequence[tuple[int, Mapping[str, Any]]]
) -> list[Changes] | None:
    """Do the opposite of many lines (transcript's id, detail) in a few questions.

    None, with nothing done, where they did more than make codings, or than take some away
    for which there is room now.
    """
    pairs = [pair for _, detail in lines for pair in detail.get("codings", ())]
    if any(detail.get("readings") for _, detail in lines):
        return None
    if all(before is None for before, _ in pairs):
        there = store.changes.existing(connection, [after["guid"] for _, after in pairs])
        store.changes.delete_codings(connection, list(there))
        return [_unmade(detail, there) for _, detail in lines]
    if all(after is None for _, after in pairs) and _have_room(connection, lines):
        back = [(key, before) for key, d in lines for before, _ in d.get("codings", ())]
        store.changes.insert_codings(connection, back)
        return [
            Changes(codings=[[None, before] for before, _ in d.get("codings", ())])
            for _, d in lines
        ]
    return None


def _unmade(detail: Mapping[str, Any], there: Mapping[str, tuple[int, CodingState]]) -> Changes:
    done = Changes()
    for _, after in detail.get("codings", ()):
        if after["guid"] in there:
            done.codings.append([there[after["guid"]][1], None])
        else:
            done.notes.append(_TAKEN_AWAY)
    return done


def _have_room(connection: Connection, lines: Sequence[tuple[int, Mapping[str, Any]]]) -> bool:
    """Tell whether none of the codings to come back is there, nor an equal one."""
    taken = {
        (key, c["start"], c["end"], c["code"], c["coder"])
        for key in {key for key, _ in lines}
        for c in store.changes.codings_in(connection, key)
    }
    back = [(key, before) for key, d in lines for before, _ in d.get("codings", ())]
    if store.changes.existing(connection, [before["guid"] for _, before in back]):
        return False
    wanted = [(k, b["start"], b["end"], b["code"], b["coder"]) for k, b in back]
    return len(set(wanted)) == len(wanted) and not taken & set(wanted)


def _coding_back(
    connection: Connection,
    transcript_id: int,
    before: CodingState | None,
    after: CodingState | None,
    moves: list[Pieces],
    done: Changes,
) -> None:
    if before is None and after is not None:
        found = store.changes.get_coding(connection, after["guid"])
        if found is None:
            done.notes.append(_TAKEN_AWAY)
        else:
            put_coding(connection, transcript_id, found[1], None, done)
    elif before is not None and after is None:
        placed = _moved(before, moves)
        if placed is None:
            done.notes.append("The words of a coding are no longer in the transcript.")
        elif _is_free(connection, transcript_id, placed):
            put_coding(connection, transcript_id, None, placed, done)
        else:
            done.notes.append("An equal coding had been made since.")
    elif before is not None and after is not None:
        _edit_back(connection, transcript_id, before, after, moves, done)


def _edit_back(
    connection: Connection,
    transcript_id: int,
    before: CodingState,
    after: CodingState,
    moves: list[Pieces],
    done: Changes,
) -> None:
    """Put the fields back that the edit changed and nobody changed since."""
    found = store.changes.get_coding(connection, after["guid"])
    old, new = _moved(before, moves), _moved(after, moves)
    if found is None or old is None or new is None:
        done.notes.append(_TAKEN_AWAY)
        return
    now = found[1]
    back = dict(now)
    for name, value in new.items():
        if old[name] != value and now[name] == value:  # type: ignore[literal-required]
            back[name] = old[name]  # type: ignore[literal-required]
        elif old[name] != value:  # type: ignore[literal-required]
            done.notes.append("A coding of it had been changed since.")
    wanted = cast("CodingState", back)
    if _is_free(connection, transcript_id, wanted, own=now["guid"]):
        put_coding(connection, transcript_id, now, wanted, done)
    else:
        done.notes.append("An equal coding had been made since.")


def _reading_back(
    connection: Connection,
    transcript_id: int,
    before: ReadingState | None,
    after: ReadingState | None,
    moves: list[Pieces],
    done: Changes,
) -> None:
    now = _read(connection, transcript_id, _moved_reading(after, moves)) if after else None
    back = _moved_reading(before, moves) if before else None
    if back is not None and now is None and _read(connection, transcript_id, back):
        return
    put_reading(connection, transcript_id, now, back, done)


def _read(
    connection: Connection, transcript_id: int, wanted: ReadingState | None
) -> ReadingState | None:
    if wanted is None:
        return None
    start, end, coder = wanted["start"], wanted["end"], wanted["coder"]
    return store.changes.find_reading(connection, transcript_id, start=start, end=end, coder=coder)


def _is_free(
    connection: Connection, transcript_id: int, coding: CodingState, *, own: str = ""
) -> bool:
    """Tell whether no other coding of this coder has the same span and code."""
    found = store.changes.find_coding(
        connection,
        transcript_id,
        start=coding["start"],
        end=coding["end"],
        code=coding["code"],
        coder=coding["coder"],
    )
    taken = store.changes.get_coding(connection, coding["guid"]) if not own else None
    return (found is None or found["guid"] == own) and taken is None


def _moved(coding: CodingState, moves: list[Pieces]) -> CodingState | None:
    span: tuple[int, int] | None = (coding["start"], coding["end"])
    for pieces in moves:
        span = anchored(span, pieces) if span else None
    return {**coding, "start": span[0], "end": span[1]} if span else None


def _moved_reading(reading: ReadingState, moves: list[Pieces]) -> ReadingState | None:
    span: tuple[int, int] | None = (reading["start"], reading["end"])
    for pieces in moves:
        span = anchored(span, pieces) if span else None
    return {**reading, "start": span[0], "end": span[1]} if span else None
