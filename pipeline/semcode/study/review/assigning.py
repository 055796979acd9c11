"""Say who is to read what: transcripts, or a random sample of segments."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection

from semcode import store
from semcode.errors import InputError
from semcode.store.assignments import Assignment
from semcode.store.queue import Place
from semcode.study.review.desk import CONSENSUS, Desk
from semcode.study.review.shown import AssignmentRow
from semcode.wording import counted

__all__ = ["assign", "assignment_rows"]


def assign(
    desk: Desk,
    coders: Sequence[str],
    *,
    transcripts: Sequence[str] = (),
    sample: int | None = None,
    blind: bool = False,
    seed: int = 0,
    batch: str = "",
) -> int:
    """Give each coder all segments of some transcripts, or the same random sample of segments.

    With both, the sample is drawn from these transcripts. What a coder has read already is
    left out. Gives how many segments were assigned, over all coders. Raises InputError for
    nothing to assign, an unknown transcript, or more than there are segments.
    """
    _check(coders, transcripts, sample)
    with desk.writing() as connection:
        places = _places(desk, connection, transcripts)
        if not places:
            raise InputError(
                "The transcripts are not cut into segments yet.",
                remedy="Run semcode suggest first.",
            )
        if sample is not None:
            places = _drawn(places, sample, seed)
        how = f"sample of {sample}, seed {seed}" if sample is not None else "transcripts"
        name = batch or f"{how} {datetime.now(UTC):%Y-%m-%d %H:%M:%S}"
        made = []
        for coder in coders:
            key = store.people.coder_id(connection, coder)
            unread = {place.segment for place in store.queue.unread(connection, key)}
            made += [
                Assignment(name, coder, place.transcript, place.start, place.end, blind)
                for place in places
                if place.segment in unread
            ]
        return store.assignments.add(connection, made)


def assignment_rows(desk: Desk, coder: str) -> list[AssignmentRow]:
    """List what a coder was assigned, by batch and transcript, with how much is read."""
    with desk.reading() as connection:
        who = desk.coder(connection, coder)
        return [AssignmentRow(*row) for row in store.queue.assignment_counts(connection, who.id)]


def _check(coders: Sequence[str], transcripts: Sequence[str], sample: int | None) -> None:
    if not coders or len(set(coders)) < len(coders) or not all(c.strip() for c in coders):
        raise InputError("Name each coder once.", where="coders", remedy="As in: --coders ana,ben")
    if CONSENSUS in coders:
        raise InputError(
            f"{CONSENSUS!r} is not a person.", where="coders", remedy="Name people who code."
        )
    if not transcripts and sample is None:
        raise InputError(
            "Say what is to be read.", remedy="Name transcripts, or how many segments to draw."
        )


def _places(desk: Desk, connection: Connection, transcripts: Sequence[str]) -> list[Place]:
    names = transcripts or [row.name for row in store.transcripts.rows(connection)]
    found = []
    for name in dict.fromkeys(names):
        found += store.queue.places_in(connection, desk.transcript_id(connection, name))
    return found


def _drawn(places: Sequence[Place], n: int, seed: int) -> list[Place]:
    """Draw without replacement, each segment as likely as any other."""
    if not 1 <= n <= len(places):
        raise InputError(
            f"{counted(n, 'segment')} cannot be drawn: there are {len(places):,} to draw from.",
            remedy="Draw fewer.",
        )
    chosen = random.Random(seed).sample(range(len(places)), n)  # noqa: S311 - not for secrets
    return [places[at] for at in sorted(chosen)]
