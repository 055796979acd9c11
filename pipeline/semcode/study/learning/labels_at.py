"""What people decided on a few passages as labels: those of `labels`, without reading the study."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from semcode import store
from semcode.codebook import Codebook
from semcode.evaluate import Source
from semcode.records import Coder, CoderKind, Coding, Reading
from semcode.store.changes import CodingState, ReadingState
from semcode.study.learning.labels import People, rate, standing

__all__ = ["labels_at"]

Floats = NDArray[np.float64]
Span = tuple[int, int]

_NAME = "here"


def labels_at(
    connection: Connection,
    transcript_id: int,
    units: Sequence[Span],
    wanted: Sequence[int],
    codebook: Codebook,
) -> Floats:
    """Give the labels of the `wanted` segments of a transcript, (len(wanted), n_codes).

    `units` are the spans of all its segments, in order. The answer is that of
    `gather_labels` for these segments: only what touches them is read.
    """
    if not len(wanted):
        return np.zeros((0, len(codebook)))
    start, end = units[min(wanted)][0], units[max(wanted)][1]
    codings = store.changes.codings_touching(connection, transcript_id, start, end)
    readings = store.changes.readings_touching(connection, transcript_id, start, end)
    lines = store.decisions.touching(connection, transcript_id, start, end)
    spans = [(c["start"], c["end"]) for c in codings] + [(d.start, d.end) for d in lines]
    low, high = min([start, *(s for s, _ in spans)]), max([end, *(e for _, e in spans)])
    near = [place for place, unit in enumerate(units) if unit[0] < high and low < unit[1]]
    low, high = min(low, units[near[0]][0]), max(high, units[near[-1]][1])
    inside = [(units[place][0] - low, units[place][1] - low) for place in near]
    source = Source(
        name=_NAME,
        text=store.transcripts.words(connection, transcript_id, low, high),
        speech=(),
        people=(),
        units=inside,
        codings=[_coding(one, low) for one in codings],
        readings=[_reading(one, low, high) for one in readings],
        codable=inside,
    )
    known = [c for c in store.people.coders(connection) if c.kind is not CoderKind.MODEL]
    moved = [replace(d, start=d.start - low, end=d.end - low) for d in standing(lines)]
    people = People(
        names=tuple(coder.name for coder in known),
        settled=frozenset(_settled(known)),
        codings={_NAME: source.codings},
        readings={_NAME: source.readings},
        decisions={_NAME: moved},
    )
    y, _ = rate(source, people, codebook)
    row = {place: number for number, place in enumerate(near)}
    return y[[row[place] for place in wanted]]


def _settled(known: Sequence[Coder]) -> list[str]:
    return [coder.name for coder in known if coder.kind is CoderKind.CONSENSUS]


def _coding(state: CodingState, low: int) -> Coding:
    start, end = state["start"] - low, state["end"] - low
    return Coding(state["guid"], _NAME, start, end, state["code"], state["coder"])


def _reading(state: ReadingState, low: int, high: int) -> Reading:
    start, end = max(state["start"], low) - low, min(state["end"], high) - low
    at = datetime.fromisoformat(state["at"])
    return Reading(state["coder"], _NAME, start, end, at, state["blind"])
