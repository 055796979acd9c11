"""Why a code is suggested for a segment, as the page shows it beside the suggestion."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from semcode import store
from semcode.records import CoderKind
from semcode.store.changes import CodingState
from semcode.store.queue import Place
from semcode.study.learning.live_grounds import Near
from semcode.study.review.desk import Desk

__all__ = ["evidence_of", "kept_evidence", "without_hidden"]

#: A transcript's id, start and end.
Spot = tuple[int, int, int]

_NEWEST = 3
_NEAREST = 2

#: Names the evidence of the learner that follows decisions.
_LIVE = "live"


def evidence_of(desk: Desk, coder: str, segment: int, code: str) -> dict[str, object]:
    """Give the code's definition, the evidence, and the newest quotes with the code.

    The evidence is the run's, with the quotes that are nearest now; of what only the learner
    suggests, all is of now. `statement` is the sentence of the codebook that is nearest to the
    segment. Raises InputError where the segment or the code is no longer there.
    """
    with desk.reading() as connection:
        who = desk.coder(connection, coder)
        place = desk.place(connection, segment)
        known = desk.code(connection, code)
        run = desk.run(connection)
        spot = store.queue.suggestion(connection, run.id, segment, known.guid) if run else None
        quotes: list[dict[str, str]] = []
        hidden = _hidden(desk, connection, who.id)
        apart = [*hidden, (place.transcript_id, place.start, place.end)]
        for key, name, coding in store.changes.newest_with(connection, known.guid, _NEWEST * 3):
            span = key, coding["start"], coding["end"]
            if not _touches(span, apart) and len(quotes) < _NEWEST:
                text = desk.words(connection, key).text[coding["start"] : coding["end"]]
                quotes.append({"transcript": name, "coder": coding["coder"], "text": text})
        fresh = _now(desk, connection, who.id, place, known.guid)
        desk.tell(who.id, segment, known.guid, fresh)
        moved = fresh.get("moved", {})
        why = without_hidden(connection, spot.evidence, hidden) if spot else fresh
        if fresh.get("nearest"):
            why["nearest"] = fresh["nearest"]
        now = desk.score_now(segment, known.guid, why)
        if now is not None:
            before = spot.score if spot else None
            why["now"] = {"score": now, "before": before, "moved": moved}
        return {
            **why,
            "statement": why.get("definition", ""),
            "code": known.guid,
            "name": known.name,
            "definition": known.definition,
            "include": known.include,
            "exclude": known.exclude,
            "examples": list(known.examples),
            "score": now if now is not None else spot.score if spot else None,
            "newest": quotes,
        }


def kept_evidence(
    desk: Desk, coder: int, segment: int, code: str, stored: Mapping[str, object] | None
) -> dict[str, object]:
    """Give the evidence that the log keeps with a decision: what is stored, and what was told.

    `stored` is None for what only the learner suggests. What the coder did not stay to read
    is not looked up for the log: nobody would have decided by it, and all would wait.
    """
    told = desk.told(coder, segment, code)
    if stored is None:
        return told
    return {**stored, **({"nearest": told["nearest"]} if told.get("nearest") else {})}


def _now(
    desk: Desk, connection: Connection, coder: int, place: Place, code: str
) -> dict[str, object]:
    """Say what the learner's probability of a code (a guid) rests on now; {} without one.

    In the form of the evidence that a run stores. Passages that the coder is to code blind
    are not quoted.
    """
    if desk.refiner is None:
        return {}
    text = desk.words(connection, place.transcript_id, place.guid).text[place.start : place.end]
    found = desk.refiner.grounds(place.segment, code, text)
    if found is None:
        return {}
    hidden = _hidden(desk, connection, coder)
    machines = {k.name for k in store.people.coder_keys(connection) if k.kind is CoderKind.MODEL}
    nearest: list[dict[str, object]] = []
    for near in found.nearest:
        coding = _coding_at(connection, near, code, machines)
        if coding is None or _touches((near.transcript, coding["start"], coding["end"]), hidden):
            continue
        nearest.append(_quote(desk, connection, near, coding))
        if len(nearest) == _NEAREST:
            break
    return {
        "method": _LIVE,
        "field": found.field,
        "definition": found.statement,
        "similarity": round(found.similarity, 4),
        "words": list(found.telling),
        **found.words,
        "moved": dict(found.moved),
        "nearest": nearest,
    }


def without_hidden(
    connection: Connection, evidence: Mapping[str, object], hidden: Sequence[Spot]
) -> dict[str, object]:
    """Leave out the quotes of what a coder is still to code blind."""
    quotes = evidence.get("nearest")
    if not hidden or not isinstance(quotes, list):
        return dict(evidence)
    names = {key: store.queue.name_of(connection, key)[0] for key, *_ in hidden}
    spots = [(names[key], start, end) for key, start, end in hidden]

    def is_hidden(quote: Mapping[str, Any]) -> bool:
        name, start, end = quote.get("at") or ("", 0, 0)  # earlier versions did not keep it
        return any(name == other and start < b and a < end for other, a, b in spots)

    return {**evidence, "nearest": [quote for quote in quotes if not is_hidden(quote)]}


def _hidden(desk: Desk, connection: Connection, coder: int) -> list[Spot]:
    """Give what a coder is still to code blind."""
    return [spot[1:] for spot in desk.to_read_blind(connection, coder)]


def _touches(spot: Spot, others: Sequence[Spot]) -> bool:
    key, start, end = spot
    return any(key == other and start < high and low < end for other, low, high in others)


def _coding_at(
    connection: Connection, near: Near, code: str, machines: Collection[str]
) -> CodingState | None:
    """Give the coding by which people gave a passage its code, None where it is gone since."""
    touching = store.changes.codings_touching(connection, near.transcript, near.start, near.end)
    there = [c for c in touching if c["code"] == code and c["coder"] not in machines]
    return max(
        there, key=lambda c: min(c["end"], near.end) - max(c["start"], near.start), default=None
    )


def _quote(
    desk: Desk, connection: Connection, near: Near, coding: CodingState
) -> dict[str, object]:
    return {
        "text": desk.words(connection, near.transcript).text[coding["start"] : coding["end"]],
        "participant": near.participant,
        "coder": coding["coder"],
        "similarity": round(near.similarity, 4),
    }
