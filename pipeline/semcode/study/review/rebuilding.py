"""Rebuild codings and readings from the log: as they were at any line, and as they must be now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from semcode import store
from semcode.store import Database
from semcode.store.changes import CodingState, ReadingState

__all__ = ["State", "check", "rebuild", "stored"]

ReadingKey = tuple[str, str, int, int]


@dataclass(frozen=True, slots=True)
class State:
    """Codings by guid and readings by transcript, coder and span; transcripts by name."""

    codings: dict[str, tuple[str, CodingState]] = field(default_factory=dict)
    readings: dict[ReadingKey, ReadingState] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Step:
    """What one line of the log, or one correction, did to a transcript."""

    line: int
    transcript: str
    changes: Mapping[str, Any]


def rebuild(database: Database, *, until: int | None = None) -> State:
    """Replay the log from the state at its beginning, up to and with a line (None: all).

    The beginning is what the log never touched, with what its first change of each coding
    and reading found there; so codings that were imported are part of it from the start.
    """
    with database.read() as connection:
        steps = list(_steps(connection))
        state = _beginning(_stored(connection), steps)
    for step in steps:
        if until is None or step.line <= until:
            _apply(state, step)
    return state


def stored(database: Database) -> State:
    """Give codings and readings as the study holds them."""
    with database.read() as connection:
        return _stored(connection)


def check(database: Database) -> list[str]:
    """Compare the log with what is stored; give a sentence for each difference."""
    now, replayed = stored(database), rebuild(database)
    said = [
        f"The coding {guid} in {(now.codings.get(guid) or replayed.codings[guid])[0]} is not as "
        "the log says."
        for guid in sorted(now.codings.keys() | replayed.codings.keys())
        if now.codings.get(guid) != replayed.codings.get(guid)
    ]
    return said + [
        f"What {key[1]} read in {key[0]} ({key[2]} to {key[3]}) is not as the log says."
        for key in sorted(now.readings.keys() | replayed.readings.keys())
        if now.readings.get(key) != replayed.readings.get(key)
    ]


def _stored(connection: Connection) -> State:
    codings, readings = store.changes.all_states(connection)
    return State(
        {state["guid"]: (transcript, state) for transcript, state in codings},
        {_key(transcript, state): state for transcript, state in readings},
    )


def _steps(connection: Connection) -> Iterator[_Step]:
    """Give lines and corrections in the order in which they came."""
    corrections = store.corrections.corrections(connection)
    at = 0
    for line in store.decisions.all_decisions(connection):
        while at < len(corrections) and corrections[at].after < line.id:
            yield _of_correction(corrections[at])
            at += 1
        yield _Step(line.id, line.transcript, line.detail)
    for correction in corrections[at:]:
        yield _of_correction(correction)


def _of_correction(correction: store.corrections.Replaced) -> _Step:
    return _Step(correction.after, correction.transcript, correction.changes)


def _beginning(now: State, steps: Iterable[_Step]) -> State:
    """Undo in one go: what the log touched is as its first change found it."""
    state = State(dict(now.codings), dict(now.readings))
    seen_codings: set[str] = set()
    seen_readings: set[ReadingKey] = set()
    for step in steps:
        for before, after in step.changes.get("codings", ()):
            guid = (before or after)["guid"]
            if guid not in seen_codings:
                seen_codings.add(guid)
                _set(state.codings, guid, (step.transcript, before) if before else None)
        for before, after in step.changes.get("readings", ()):
            for found in (before, after):
                if found is None or _key(step.transcript, found) in seen_readings:
                    continue
                key = _key(step.transcript, found)
                seen_readings.add(key)
                _set(state.readings, key, before if found is before else None)
    return state


def _apply(state: State, step: _Step) -> None:
    for before, after in step.changes.get("codings", ()):
        guid = (before or after)["guid"]
        _set(state.codings, guid, (step.transcript, after) if after else None)
    for before, after in step.changes.get("readings", ()):
        if before is not None:
            state.readings.pop(_key(step.transcript, before), None)
        if after is not None:
            state.readings[_key(step.transcript, after)] = after


def _set(table: dict[Any, Any], key: object, value: object) -> None:
    if value is None:
        table.pop(key, None)
    else:
        table[key] = value


def _key(transcript: str, reading: Mapping[str, Any]) -> ReadingKey:
    return transcript, reading["coder"], reading["start"], reading["end"]
