"""The home page: how far everybody is, what was done last, and what to do next."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from sqlalchemy import Connection

from semcode import store
from semcode.records import CoderKind, Participant
from semcode.store.people import CoderKey
from semcode.study.review.asking import beyond_stored
from semcode.study.review.desk import Desk
from semcode.study.review.history import history_rows
from semcode.study.review.pulse import pulse_of
from semcode.study.review.queueing import Mine, Queues, wanted
from semcode.study.review.shown import Filters, NextStep, Overview, ProgressRow
from semcode.wording import counted

__all__ = ["overview"]

_LAST = 10


def overview(
    desk: Desk,
    queues: Queues,
    coder: str,
    *,
    blind: bool,
    agreement: Callable[[], str | None],
) -> Overview:
    """Say where the study stands; blind, with nothing of other coders."""
    last = history_rows(desk, coder=coder if blind else None, limit=_LAST)
    with desk.reading() as connection:
        who = desk.coder(connection, coder)
        mine = queues.mine(connection, who)
        name, notice = store.study.name_and_notice(connection)
        progress = _progress(desk, connection, queues, who, blind=blind)
        open_ = sum(row.open for row in progress if row.coder == who.name)
        segments = store.segments.count(connection)
        step = _next_step(desk, connection, who, mine, progress, open_, blind=blind)
        floor = desk.settings.suggest.floor
        suggestions = int((mine.loaded.score >= floor).sum())
        model = pulse_of(desk, connection, who)
        people = store.people.participants(connection)
        transcripts = len(store.transcripts.rows(connection))
    return Overview(
        study=name,
        notice=notice,
        transcripts=transcripts,
        segments=sum(segments.values()),
        suggestions=0 if blind else suggestions,
        progress=tuple(progress),
        last=tuple(last),
        agreement=None if blind else agreement(),
        next_step=step,
        model=model,
        participants=tuple(person.label for person in people),
        attributes=_attributes(people),
    )


def _attributes(people: Sequence[Participant]) -> dict[str, tuple[str, ...]]:
    """Give the values in use of each attribute."""
    found: dict[str, set[str]] = {}
    for person in people:
        for name, value in person.attributes.items():
            found.setdefault(name, set()).add(str(value))
    return {name: tuple(sorted(values)) for name, values in found.items()}


def _progress(
    desk: Desk, connection: Connection, queues: Queues, who: CoderKey, *, blind: bool
) -> list[ProgressRow]:
    segments = store.segments.count(connection)
    names = {row.id: row.name for row in store.transcripts.rows(connection)}
    people = [k for k in store.people.coder_keys(connection) if k.kind is CoderKind.HUMAN]
    read = store.queue.count_read(connection)
    coded = store.queue.count_coded(connection)
    found = []
    for person in people:
        if blind and person.id != who.id:
            continue
        open_ = _open_by_transcript(desk, connection, queues, person)
        for key, name in names.items():
            done = read.get((key, person.id), 0), coded.get((key, person.id), 0)
            if person.id == who.id or any(done):
                left = 0 if blind else open_.get(key, 0)
                found.append(ProgressRow(name, person.name, segments.get(key, 0), *done, left))
    return sorted(found, key=lambda row: (row.transcript, row.coder))


def _open_by_transcript(
    desk: Desk, connection: Connection, queues: Queues, who: CoderKey
) -> dict[int, int]:
    """Count what the queue would ask, with what the learner adds."""
    mine = queues.mine(connection, who)
    places = mine.loaded.transcript[wanted(desk, connection, who, mine, Filters())]
    more = beyond_stored(desk, connection, mine, Filters())
    if mine.live is not None and more is not None and len(more.rows):
        places = np.concatenate([places, mine.live.segments.transcripts_of(more.rows)])
    keys, counts = np.unique(places, return_counts=True)
    return {int(key): int(count) for key, count in zip(keys, counts, strict=True)}


def _next_step(
    desk: Desk,
    connection: Connection,
    who: CoderKey,
    mine: Mine,
    progress: list[ProgressRow],
    open_: int,
    *,
    blind: bool,
) -> NextStep:
    to_read = desk.to_read_blind(connection, who.id)
    if to_read:
        return NextStep(f"Code {counted(len(to_read), 'assigned segment')} blind.", "audit")
    own = [row for row in progress if row.coder == who.name]
    unread = [row for row in own if row.read < row.segments]
    if blind and unread:
        row = max(unread, key=lambda r: r.read / max(r.segments, 1))
        return NextStep(f"Read on in {row.transcript}.", f"transcript:{row.transcript}")
    if not len(mine.loaded):
        return NextStep("Suggest codes first: semcode suggest.", "command")
    if open_ and not blind:
        return NextStep(f"Decide on {counted(open_, 'open suggestion')}.", "queue")
    if unread:
        row = max(unread, key=lambda r: r.read / max(r.segments, 1))
        return NextStep(f"Read {row.transcript} to the end.", f"transcript:{row.transcript}")
    return NextStep("Settle where coders differ.", "adjudicate")
