"""Adjudication: where coders differ on what all of them have read, and what they settle on."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np
from sqlalchemy import Connection

from semcode import store
from semcode.errors import InputError
from semcode.evaluate import Comparison, compare
from semcode.records import CoderKind, Decision, Verdict
from semcode.store.changes import CodingState
from semcode.store.people import CoderKey
from semcode.study.agreement.comparing import code_names, gather
from semcode.study.review.acting import act, new_line
from semcode.study.review.asking import around
from semcode.study.review.changing import Changes, put_coding, put_reading
from semcode.study.review.desk import CONSENSUS, Desk
from semcode.study.review.making import coding_now
from semcode.study.review.meaning import Meanings
from semcode.study.review.shown import CodingView, Disagreement, Outcome
from semcode.study.review.viewing import coding_view

__all__ = ["disagreements", "settle"]

_LONGEST = 10_000


def disagreements(
    desk: Desk, coders: Sequence[str], *, transcript: str | None = None
) -> list[Disagreement]:
    """List the segments that all coders have read and coded differently, in text order.

    A coding counts for a segment as it does for agreement: where it covers half of the
    segment, or half of it lies inside. Raises InputError for fewer than two coders.
    """
    names = _people(desk, coders)
    found = gather(desk.database, desk.settings)
    if transcript is not None:
        found = replace(found, rows=[row for row in found.rows if row.name == transcript])
        if not found.rows:
            raise InputError(
                f"There is no transcript {transcript!r}.",
                remedy="See the names with: semcode speakers",
            )
    cut = replace(found, rows=[row for row in found.rows if row.segmentation is not None])
    compared = compare(
        cut.sources("segment"),
        coders=names,
        codes=code_names(found.codebook),
        unit="segment",
        blind_only=False,
    )
    with desk.reading() as connection:
        return [
            one
            for name, units in groupby(
                _differing(compared), key=lambda unit: compared.places[unit].transcript
            )
            for one in _in_transcript(desk, connection, compared, name, list(units))
        ]


def settle(
    desk: Desk,
    coder: str,
    transcript: str,
    span: tuple[int, int],
    codes: Sequence[str],
    *,
    rationale: str,
    request: str,
    coders: Sequence[str],
) -> Outcome:
    """State the consensus on a span: these codes, or none; what coders coded stays.

    Settled again, the newer consensus replaces the older. Raises InputError where a
    compared coder has not read the span.
    """
    names = _people(desk, coders)

    def make(connection: Connection, who: CoderKey) -> Sequence[Decision]:
        key = desk.transcript_id(connection, transcript)
        _checked(desk, connection, key, span, names, rationale)
        version, _ = desk.codebook(connection)
        given = [desk.code(connection, code) for code in dict.fromkeys(codes)]
        store.people.coder_id(connection, CONSENSUS, CoderKind.CONSENSUS)
        changes = Changes()
        wanted = {code.guid for code in given}
        for old in _settled(connection, key, span):
            if old["code"] not in wanted:
                put_coding(connection, key, old, None, changes)
            wanted.discard(old["code"])
        for code in sorted(wanted):
            new = coding_now(CONSENSUS, *span, code, version)
            facets = _shared_facets(connection, key, span, code, names)
            put_coding(connection, key, None, {**new, "facets": facets}, changes)
        _mark_read(connection, key, span, changes)
        line = new_line(
            who,
            Verdict.SETTLE,
            changes=changes,
            transcript=transcript,
            start=span[0],
            end=span[1],
            code=given[0].guid if len(given) == 1 else "",
            note=rationale,
            codebook_version=version,
        )
        said = {"codes": [code.guid for code in given], "coders": list(names)}
        return [replace(line, detail={**line.detail, **said})]

    return act(desk, coder, Verdict.SETTLE, make, request=request)


def _people(desk: Desk, coders: Sequence[str]) -> list[str]:
    names = list(dict.fromkeys(coders))
    if len(names) < 2:
        raise InputError("Two coders are compared at least.", remedy="Choose another coder.")
    with desk.reading() as connection:
        for name in names:
            desk.coder(connection, name)
    return names


def _differing(compared: Comparison) -> list[int]:
    """Give the units that all have read and to which not all gave the same codes."""
    ratings = compared.ratings
    read = (ratings >= 0).all(axis=(0, 2))
    differ = (ratings.max(axis=2) != ratings.min(axis=2)).any(axis=0)
    return [int(unit) for unit in (read & differ).nonzero()[0]]


def _in_transcript(
    desk: Desk, connection: Connection, compared: Comparison, name: str, units: Sequence[int]
) -> Iterator[Disagreement]:
    """Give the disagreements in one transcript, of which everything is read once."""
    key = desk.transcript_id(connection, name)
    words = desk.words(connection, key)
    segments = store.queue.places_in(connection, key)
    starts = [segment.start for segment in segments]
    codings = _Codings(desk, connection, key, compared.coders)
    spots = {unit: (compared.places[unit].start, compared.places[unit].end) for unit in units}
    lines = {unit: desk.ledger.settled(key, *spot) for unit, spot in spots.items()}
    told = store.decisions.fetch(connection, [line for line in lines.values() if line])
    settled = {line.id: line for line in told}
    for unit, (start, end) in spots.items():
        before, after = around(words, start, end)
        segment = segments[max(bisect_right(starts, start) - 1, 0)] if segments else None
        asked = segment.context_start if segment else None
        line = settled.get(lines[unit] or 0)
        yield Disagreement(
            transcript=name,
            participant=compared.places[unit].participant,
            start=start,
            end=end,
            text=words.text[start:end],
            before=before,
            after=after,
            question=words.text[asked : segment.context_end]
            if segment and asked is not None
            else "",
            codes={
                coder: tuple(
                    code.guid
                    for number, code in enumerate(compared.codes)
                    if compared.ratings[number, unit, column] == 1
                )
                for column, coder in enumerate(compared.coders)
            },
            codings=codings.touching(start, end),
            settled=line is not None,
            consensus=_codes(line),
            rationale=line.note if line else "",
            settled_by=line.coder if line else "",
        )


def _codes(settled: Decision | None) -> tuple[str, ...]:
    found = settled.detail.get("codes", ()) if settled else ()
    return tuple(str(code) for code in found) if isinstance(found, list) else ()


class _Codings:
    """The compared coders' codings of a transcript, to be looked up by span."""

    def __init__(self, desk: Desk, connection: Connection, key: int, names: Sequence[str]) -> None:
        self._names = names
        self._all = [c for c in store.changes.codings_in(connection, key) if c["coder"] in names]
        self._starts = np.array([coding["start"] for coding in self._all], np.int64)
        self._ends = np.array([coding["end"] for coding in self._all], np.int64)
        self._meanings = Meanings.of(desk, connection)

    def touching(self, start: int, end: int) -> Mapping[str, tuple[CodingView, ...]]:
        """Give each coder's codings that touch a span, by position."""
        found: dict[str, list[CodingView]] = {name: [] for name in self._names}
        for row in np.flatnonzero((self._starts < end) & (self._ends > start)):
            coding = self._all[row]
            found[coding["coder"]].append(coding_view(coding, self._meanings, own=False))
        return {name: tuple(own) for name, own in found.items()}


def _checked(
    desk: Desk,
    connection: Connection,
    key: int,
    span: tuple[int, int],
    names: Sequence[str],
    rationale: str,
) -> None:
    start, end = span
    text = desk.words(connection, key).text
    if not 0 <= start < end <= len(text):
        raise InputError("The span is not in the transcript.", remedy="Load the page again.")
    if len(rationale) > _LONGEST:
        raise InputError(
            f"The rationale has more than {_LONGEST:,} characters.", remedy="Make it shorter."
        )
    readings = store.changes.readings_in(connection, key)
    for name in names:
        read = [(r["start"], r["end"]) for r in readings if r["coder"] == name]
        if not any(a <= start and end <= b for a, b in read):
            raise InputError(
                f"{name} has not read this passage.",
                remedy="Settle only what all compared coders have read.",
            )


def _settled(connection: Connection, key: int, span: tuple[int, int]) -> list[CodingState]:
    return [
        coding
        for coding in store.changes.codings_touching(connection, key, *span)
        if coding["coder"] == CONSENSUS and (coding["start"], coding["end"]) == span
    ]


def _shared_facets(
    connection: Connection, key: int, span: tuple[int, int], code: str, names: Sequence[str]
) -> list[str]:
    """Give the facets that all the coders who gave the code there gave it."""
    found = [
        set(coding["facets"])
        for coding in store.changes.codings_touching(connection, key, *span)
        if coding["code"] == code and coding["coder"] in names
    ]
    return sorted(set.intersection(*found)) if found else []


def _mark_read(connection: Connection, key: int, span: tuple[int, int], changes: Changes) -> None:
    """Record that the consensus covers the span, so that no code there is known to be none."""
    there = store.changes.find_reading(connection, key, start=span[0], end=span[1], coder=CONSENSUS)
    if there is None:
        put_reading(
            connection,
            key,
            None,
            {
                "coder": CONSENSUS,
                "start": span[0],
                "end": span[1],
                "at": store.codebooks.now(),
                "blind": False,
            },
            changes,
        )
