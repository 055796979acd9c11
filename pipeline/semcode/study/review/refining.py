"""Tell the learner that refines as people decide what an act said about segments and codes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from semcode import store
from semcode.records import Decision, Verdict
from semcode.study.review.desk import Desk

__all__ = ["tell"]

Label = tuple[int, str, float | None]

_VERDICTS = {Verdict.ACCEPT: 1.0, Verdict.REJECT: 0.0, Verdict.CHANGE: 0.0}


def tell(desk: Desk, connection: Connection, lines: Sequence[Decision]) -> None:
    """Tell the learner, if there is one, the labels that these lines set or took back."""
    if desk.refiner is None:
        return
    for line in lines:
        transcript_id = desk.transcript_id(connection, line.transcript)
        labels = {
            (segment, code): label
            for segment, code, label in (
                *_of_codings(connection, transcript_id, line.detail),
                *_of_verdict(desk, connection, transcript_id, line),
            )
        }
        for (segment, code), label in labels.items():
            desk.refiner.decided(segment, code, label)


def _of_codings(
    connection: Connection, transcript_id: int, detail: Mapping[str, Any]
) -> Iterator[Label]:
    """Give 1 for each segment that a new coding covers, None for one that it left."""
    for before, after in detail.get("codings", ()):
        for state, label in ((before, None), (after, 1.0)):
            if state is None:
                continue
            start, end = state["start"], state["end"]
            touched = store.queue.segments_touching(connection, transcript_id, start, end)
            for segment, begin, stop in touched:
                overlap = min(end, stop) - max(start, begin)
                if 2 * overlap >= min(stop - begin, end - start):
                    yield segment, state["code"], label


def _of_verdict(
    desk: Desk, connection: Connection, transcript_id: int, line: Decision
) -> Iterator[Label]:
    """Give what stands now on the suggestion that a line, or the line it took back, is about."""
    about = desk.ledger.line(line.id)
    while about.undoes is not None:
        about = desk.ledger.line(about.undoes)
    key = (about.coder, transcript_id, about.start, about.end, about.code)
    stands = desk.ledger.standing(key)
    if not about.code or (stands is None and line.verdict is not Verdict.UNDO):
        return
    for segment, start, end in store.queue.segments_touching(
        connection, transcript_id, about.start, about.end
    ):
        if (start, end) == (about.start, about.end):
            label = _VERDICTS.get(Verdict(stands.verdict)) if stands else None
            yield segment, about.code, label
