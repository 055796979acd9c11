"""Mark segments as read, so that no code there is a judgement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import cast

from sqlalchemy import Connection

from semcode import store
from semcode.errors import InputError
from semcode.records import Decision, Verdict
from semcode.store.changes import ReadingState
from semcode.store.people import CoderKey
from semcode.store.queue import Place
from semcode.study.review.acting import act, new_line
from semcode.study.review.changing import Changes, put_reading
from semcode.study.review.desk import Desk
from semcode.study.review.shown import Outcome

__all__ = ["read"]


def read(
    desk: Desk, coder: str, segments: Sequence[int], *, request: str, blind: bool = False
) -> Outcome:
    """Mark segments as read: where they have no code, none applies.

    A reading is blind where it is asked for or assigned so, unless this coder has decided
    on a suggestion for the segment.
    """

    def make(connection: Connection, who: CoderKey) -> Sequence[Decision]:
        version, _ = desk.codebook(connection)
        hidden = {place[1:] for place in desk.to_read_blind(connection, who.id)}
        by_transcript: dict[int, list[Place]] = {}
        for place in store.queue.places_of(connection, sorted(set(segments))):
            by_transcript.setdefault(place.transcript_id, []).append(place)
        if sum(map(len, by_transcript.values())) < len(set(segments)):
            raise InputError(
                "A segment is no longer there: the transcript was cut anew.",
                remedy="Load the page again.",
            )
        lines = []
        for places in by_transcript.values():
            changes = Changes()
            for place in places:
                _mark_read(desk, connection, who, place, hidden, blind, changes)
            _mark_assigned(desk, connection, who, places[0].transcript_id, hidden, changes)
            if changes.readings:
                spans = [(p.start, p.end) for p in places]
                lines.append(
                    new_line(
                        who,
                        Verdict.READ,
                        changes=changes,
                        transcript=places[0].transcript,
                        start=min(spans)[0],
                        end=max(span[1] for span in spans),
                        codebook_version=version,
                    )
                )
        return lines

    return act(desk, coder, Verdict.READ, make, request=request)


def _mark_read(
    desk: Desk,
    connection: Connection,
    who: CoderKey,
    place: Place,
    hidden: set[tuple[int, int, int]],
    blind: bool,
    changes: Changes,
) -> None:
    span = {"start": place.start, "end": place.end}
    there = store.changes.find_reading(
        connection, place.transcript_id, start=place.start, end=place.end, coder=who.name
    )
    if there is not None:
        return
    seen = desk.ledger.saw_suggestions(who.id, place.transcript_id, place.start, place.end)
    assigned = (place.transcript_id, place.start, place.end) in hidden
    new = {
        "coder": who.name,
        **span,
        "at": datetime.now(UTC).isoformat(),
        "blind": (blind or assigned) and not seen,
    }
    put_reading(connection, place.transcript_id, None, cast("ReadingState", new), changes)


def _mark_assigned(
    desk: Desk,
    connection: Connection,
    who: CoderKey,
    key: int,
    hidden: set[tuple[int, int, int]],
    changes: Changes,
) -> None:
    """Mark what was assigned as read where the segments over it are: it may be cut anew since."""
    waiting = [span for transcript, *span in hidden if transcript == key]
    if not waiting or not changes.readings:
        return
    own = [r for r in store.changes.readings_in(connection, key) if r["coder"] == who.name]
    text = desk.words(connection, key).text
    for start, end in waiting:
        inside = [r for r in own if r["start"] < end and start < r["end"]]
        if any(r["start"] <= start and end <= r["end"] for r in inside):
            continue
        at, gaps = start, ""
        for reading in inside:
            gaps += text[at : max(at, reading["start"])]
            at = max(at, reading["end"])
        if not inside or (gaps + text[at:end]).strip():
            continue
        new: ReadingState = {
            "coder": who.name,
            "start": start,
            "end": end,
            "at": datetime.now(UTC).isoformat(),
            "blind": all(r["blind"] for r in inside),
        }
        put_reading(connection, key, None, new, changes)
