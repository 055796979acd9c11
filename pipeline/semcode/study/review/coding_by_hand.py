"""Codings made by hand on the text: given, altered, taken away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from sqlalchemy import Connection

from semcode import store
from semcode.errors import InputError
from semcode.records import Decision, Verdict
from semcode.store.changes import CodingState
from semcode.store.people import CoderKey
from semcode.study.review.acting import act, new_line
from semcode.study.review.changing import Changes, put_coding
from semcode.study.review.desk import Desk
from semcode.study.review.making import (
    checked_coding,
    checked_span,
    checked_text,
    coding_now,
    put_or_enrich,
    refuse_twin,
)
from semcode.study.review.shown import Outcome

__all__ = ["code", "code_all", "edit", "remove"]

#: A transcript's name, and where in its text.
Spot = tuple[str, int, int]

_MOST_AT_ONCE = 2_000


def code(
    desk: Desk,
    coder: str,
    transcript: str,
    span: tuple[int, int],
    code: str,
    *,
    request: str,
    facets: Sequence[str] = (),
    memo: str = "",
    seconds: float | None = None,
    blind: bool = False,
) -> Outcome:
    """Give a span a code by hand; an equal coding of this coder gets facets and memo."""

    def make(connection: Connection, who: CoderKey) -> Sequence[Decision]:
        line, _ = _coded(desk, connection, who, (transcript, *span), code, facets, memo, seconds)
        return [replace(line, detail={**line.detail, "blind": True}) if blind else line]

    return act(desk, coder, Verdict.CODE, make, request=request)


def code_all(desk: Desk, coder: str, spans: Sequence[Spot], code: str, *, request: str) -> Outcome:
    """Give several spans a code by hand, as one act with one undo.

    Raises InputError where there are none or too many, and where this coder gave all of them
    the code already.
    """
    if not 0 < len(spans) <= _MOST_AT_ONCE:
        raise InputError(
            f"{len(spans):,} passages cannot be coded at once.",
            remedy=f"Select between 1 and {_MOST_AT_ONCE:,}.",
        )

    def make(connection: Connection, who: CoderKey) -> Sequence[Decision]:
        made = [_coded(desk, connection, who, spot, code, (), "", None) for spot in spans]
        lines = [line for line, changes in made if changes.codings]
        if not lines:
            raise InputError(
                "You gave all of these passages this code already.",
                remedy="Choose another code, or other passages.",
            )
        return lines

    return act(desk, coder, Verdict.CODE, make, request=request)


def _coded(
    desk: Desk,
    connection: Connection,
    who: CoderKey,
    spot: Spot,
    code: str,
    facets: Sequence[str],
    memo: str,
    seconds: float | None,
) -> tuple[Decision, Changes]:
    """Give a span a code; give the line of the log, and what changed."""
    transcript, *span = spot
    transcript_id = desk.transcript_id(connection, transcript)
    version, book = desk.codebook(connection)
    given = desk.code(connection, code)
    start, end = checked_span(desk, connection, transcript_id, (span[0], span[1]))
    changes = Changes()
    coding = coding_now(who.name, start, end, given.guid, version, facets, memo)
    guid = put_or_enrich(connection, transcript_id, checked_coding(book, given, coding), changes)
    line = new_line(
        who,
        Verdict.CODE,
        changes=changes,
        transcript=transcript,
        start=start,
        end=end,
        code=given.guid,
        coding=guid,
        seconds=seconds,
        codebook_version=version,
    )
    return line, changes


def remove(desk: Desk, coder: str, guid: str, *, request: str) -> Outcome:
    """Take a coding of one's own away."""

    def make(connection: Connection, who: CoderKey) -> Sequence[Decision]:
        transcript_id, coding = _own(connection, who, guid)
        changes = Changes()
        put_coding(connection, transcript_id, coding, None, changes)
        return [
            _about_coding(desk, connection, who, Verdict.REMOVE, transcript_id, coding, changes)
        ]

    return act(desk, coder, Verdict.REMOVE, make, request=request)


def edit(
    desk: Desk,
    coder: str,
    guid: str,
    *,
    request: str,
    start: int | None = None,
    end: int | None = None,
    facets: Sequence[str] | None = None,
    memo: str | None = None,
    code: str | None = None,
) -> Outcome:
    """Alter a coding of one's own; None leaves a field as it is."""

    def make(connection: Connection, who: CoderKey) -> Sequence[Decision]:
        transcript_id, old = _own(connection, who, guid)
        version, book = desk.codebook(connection)
        new = _edited(old, start=start, end=end, facets=facets, memo=memo)
        if code is not None:
            given = desk.code(connection, code)
            new = {**new, "code": given.guid, "version": version}
        if (new["start"], new["end"]) != (old["start"], old["end"]):
            span = checked_span(desk, connection, transcript_id, (new["start"], new["end"]))
            new = {**new, "start": span[0], "end": span[1]}
        if facets is not None or code is not None:
            checked_coding(book, desk.code(connection, new["code"]), new)
        checked_text(new["memo"], "memo")
        refuse_twin(connection, transcript_id, new)
        changes = Changes()
        put_coding(connection, transcript_id, old, new, changes)
        if not changes.codings:
            return []
        return [_about_coding(desk, connection, who, Verdict.EDIT, transcript_id, new, changes)]

    return act(desk, coder, Verdict.EDIT, make, request=request)


def _own(connection: Connection, who: CoderKey, guid: str) -> tuple[int, CodingState]:
    found = store.changes.get_coding(connection, guid)
    if found is None:
        raise InputError("This coding is no longer there.", remedy="Load the page again.")
    if found[1]["coder"] != who.name:
        raise InputError(
            f"This coding is {found[1]['coder']}'s.",
            remedy="Change your own codings; differences are settled by adjudication.",
        )
    return found


def _edited(
    old: CodingState,
    *,
    start: int | None,
    end: int | None,
    facets: Sequence[str] | None,
    memo: str | None,
) -> CodingState:
    changed = None if facets is None else list(facets)
    given = {"start": start, "end": end, "memo": memo, "facets": changed}
    return cast("CodingState", {**old, **{k: v for k, v in given.items() if v is not None}})


def _about_coding(
    desk: Desk,
    connection: Connection,
    who: CoderKey,
    verdict: Verdict,
    transcript_id: int,
    coding: CodingState,
    changes: Changes,
) -> Decision:
    name, _ = store.queue.name_of(connection, transcript_id)
    version, _ = desk.codebook(connection)
    return new_line(
        who,
        verdict,
        changes=changes,
        transcript=name,
        start=coding["start"],
        end=coding["end"],
        code=coding["code"],
        coding=coding["guid"],
        codebook_version=version,
    )
