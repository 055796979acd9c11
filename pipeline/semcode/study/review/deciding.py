"""What a coder decides about a suggestion: accept, reject, another code, unsure, later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from semcode import store
from semcode.codebook import Code, Codebook
from semcode.errors import InputError
from semcode.records import Decision, Verdict
from semcode.store.changes import CodingState
from semcode.store.decisions import Line
from semcode.store.people import CoderKey
from semcode.store.queue import Place, Spot
from semcode.study.review.acting import act, new_line
from semcode.study.review.changing import Changes, put_coding
from semcode.study.review.desk import Desk
from semcode.study.review.evidence import kept_evidence
from semcode.study.review.making import (
    checked_coding,
    checked_span,
    checked_text,
    coding_now,
    put_or_enrich,
    refuse_twin,
)
from semcode.study.review.shown import Outcome

__all__ = ["Made", "Shown", "accept", "change", "set_aside"]


@dataclass(frozen=True, slots=True)
class Made:
    """How a coding is made; None for the segment's start or end."""

    start: int | None = None
    end: int | None = None
    facets: tuple[str, ...] = ()
    memo: str = ""
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What the coder saw beside a suggestion: its score, and what gave it."""

    score: float
    model: str = ""


@dataclass(frozen=True, slots=True)
class _About:
    """A suggestion that is decided on: where, which code, and what stands on it."""

    place: Place
    code: str
    spot: Spot
    version: int
    book: Codebook
    standing: Line | None

    @property
    def fields(self) -> dict[str, Any]:
        """Give what a line repeats of it."""
        return {
            "transcript": self.place.transcript,
            "start": self.place.start,
            "end": self.place.end,
            "code": self.code,
            "score": self.spot.score,
            "evidence": self.spot.evidence,
            "run_id": self.spot.run or None,
            "codebook_version": self.version,
        }


def accept(
    desk: Desk,
    coder: str,
    segment: int,
    code: str,
    made: Made,
    *,
    request: str,
    shown: Shown | None = None,
) -> Outcome:
    """Accept a suggestion: its code is given to the segment, or to the span in `made`.

    `shown` is what the coder saw, None for what the score is now.
    """

    def make(connection: Connection, who: CoderKey) -> Sequence[Decision]:
        about = _about(desk, connection, who, segment, code, shown)
        given = desk.code(connection, about.code)
        return _give(desk, connection, who, Verdict.ACCEPT, about, given, made)

    return act(desk, coder, Verdict.ACCEPT, make, request=request)


def change(
    desk: Desk,
    coder: str,
    segment: int,
    code: str,
    to_code: str,
    made: Made,
    *,
    request: str,
    shown: Shown | None = None,
) -> Outcome:
    """Reject the suggested code and give another one in its place."""

    def make(connection: Connection, who: CoderKey) -> Sequence[Decision]:
        about = _about(desk, connection, who, segment, code, shown)
        given = desk.code(connection, to_code)
        if given.guid == about.code:
            raise InputError(
                "This is the code that was suggested.", remedy="Accept it, or choose another one."
            )
        return _give(desk, connection, who, Verdict.CHANGE, about, given, made)

    return act(desk, coder, Verdict.CHANGE, make, request=request)


def set_aside(
    desk: Desk,
    coder: str,
    verdict: Verdict,
    segment: int,
    code: str,
    *,
    request: str,
    seconds: float | None = None,
    note: str = "",
    shown: Shown | None = None,
) -> Outcome:
    """Reject a suggestion, mark it as unsure, or skip it.

    What was accepted before is taken back by a rejection and by doubt; a skip leaves what
    is decided as it is.
    """

    def make(connection: Connection, who: CoderKey) -> Sequence[Decision]:
        about = _about(desk, connection, who, segment, code, shown)
        stands = about.standing
        if stands and (stands.verdict == verdict or verdict is Verdict.SKIP):
            return store.decisions.fetch(connection, [stands.id])
        changes = Changes()
        if verdict is not Verdict.SKIP:
            _withdraw(connection, who, about, changes)
        fields = {**about.fields, "seconds": seconds, "note": checked_text(note, "note")}
        return [new_line(who, verdict, changes=changes, **fields)]

    return act(desk, coder, verdict, make, request=request)


def _about(
    desk: Desk,
    connection: Connection,
    who: CoderKey,
    segment: int,
    code: str,
    shown: Shown | None,
) -> _About:
    """Find the suggestion. Raises InputError where there is none of this code there."""
    place = desk.place(connection, segment)
    desk.refuse_hidden(connection, who.id, place)
    version, book = desk.codebook(connection)
    known = book.get(code)
    guid = known.guid if known else code
    run = desk.run(connection)
    spot = store.queue.suggestion(connection, run.id, segment, guid) if run else None
    score = desk.score_now(segment, guid, spot.evidence if spot else {})
    if spot is None and score is None:
        raise InputError(
            "This suggestion is no longer there: codes were suggested anew.",
            remedy="Load the page again.",
        )
    stored = spot or Spot(score or 0.0, {}, run.id if run else 0)
    seen = shown or Shown(stored.score if score is None else score, desk.model(connection))
    evidence = kept_evidence(desk, who.id, segment, guid, spot.evidence if spot else None)
    if spot is None or seen.score != spot.score:
        evidence["shown_by"] = seen.model  # the stored evidence is of the stored score
    spot = Spot(seen.score, evidence, stored.run)
    key = (who.id, place.transcript_id, place.start, place.end, guid)
    return _About(place, guid, spot, version, book, desk.ledger.standing(key))


def _give(
    desk: Desk,
    connection: Connection,
    who: CoderKey,
    verdict: Verdict,
    about: _About,
    given: Code,
    made: Made,
) -> list[Decision]:
    """Give a code where a suggestion was; what stood on the suggestion before is replaced."""
    place = about.place
    span = (
        place.start if made.start is None else made.start,
        place.end if made.end is None else made.end,
    )
    if span != (place.start, place.end):
        span = checked_span(desk, connection, place.transcript_id, span)
    new = coding_now(who.name, *span, given.guid, about.version, made.facets, made.memo)
    checked_coding(about.book, given, new)
    changes = Changes()
    old = _standing_coding(connection, who, about)
    if old is not None and old["code"] == new["code"]:
        if _says(old, new) and about.standing and about.standing.verdict == verdict:
            return store.decisions.fetch(connection, [about.standing.id])
        new = {**new, "guid": old["guid"], "facets": new["facets"] or old["facets"]}
        new = {**new, "memo": new["memo"] or old["memo"], "created_at": old["created_at"]}
        refuse_twin(connection, place.transcript_id, new)
        put_coding(connection, place.transcript_id, old, new, changes)
        guid = old["guid"]
    else:
        if old is not None:
            put_coding(connection, place.transcript_id, old, None, changes)
        guid = put_or_enrich(connection, place.transcript_id, new, changes)
    line = new_line(
        who, verdict, changes=changes, **about.fields, coding=guid, seconds=made.seconds
    )
    return [line]


def _says(old: CodingState, new: CodingState) -> bool:
    """Tell whether a coding says what is there; what is not given again stays."""
    same = (old["start"], old["end"], old["code"]) == (new["start"], new["end"], new["code"])
    facets = not new["facets"] or new["facets"] == old["facets"]
    return same and facets and new["memo"] in ("", old["memo"])


def _standing_coding(connection: Connection, who: CoderKey, about: _About) -> CodingState | None:
    """Give the coding that an earlier accept or change of the suggestion made, if it is there."""
    stands = about.standing
    if stands is None or stands.verdict not in (Verdict.ACCEPT, Verdict.CHANGE):
        return None
    found = store.changes.get_coding(connection, stands.coding or "")
    return found[1] if found and found[1]["coder"] == who.name else None


def _withdraw(connection: Connection, who: CoderKey, about: _About, changes: Changes) -> None:
    """Take the coding away that contradicts a rejection: the accepted one, or an equal one."""
    place = about.place
    old = _standing_coding(connection, who, about) or store.changes.find_coding(
        connection,
        place.transcript_id,
        start=place.start,
        end=place.end,
        code=about.code,
        coder=who.name,
    )
    if old is not None:
        put_coding(connection, place.transcript_id, old, None, changes)
