"""Lay codings and readings over the units of transcripts: who gave which unit which code."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from semcode.agreement import unit_table
from semcode.errors import InputError
from semcode.evaluate.data import CodeName, Comparison, Mark, Place, Source, Span
from semcode.wording import counted

__all__ = ["compare", "readable", "touched"]

#: Which characters are white space; none beyond these is.
_SPACE = np.array([chr(number).isspace() for number in range(0x3001)])


@dataclass
class _Counts:
    """What had to be left out, by coder."""

    unread: dict[str, int] = field(default_factory=dict)
    outside: dict[str, int] = field(default_factory=dict)
    unknown: int = 0
    seen: dict[str, int] = field(default_factory=dict)


def compare(
    sources: Iterable[Source],
    *,
    coders: Sequence[str],
    codes: Sequence[CodeName],
    unit: str,
    least: float = 0.5,
    blind_only: bool = True,
) -> Comparison:
    """Rate every unit of every transcript by every coder; -1 where it was not read.

    A coding gives its code to each unit of which it covers at least the share `least`, and
    to each unit in which at least that share of the coding lies (so that a short quotation
    counts, and a few letters over the edge do not). With `blind_only` only readings that
    are marked blind count as read. Sources are used one at a time. Raises InputError for
    a share outside [0, 1].
    """
    if not 0 <= least <= 1:
        raise InputError(
            f"an overlap of {least} cannot be.",
            where="overlap",
            remedy="Give a share between 0 and 1, such as 0.5.",
        )
    place_of = {code.guid: index for index, code in enumerate(codes)}
    tables: list[NDArray[np.int8]] = []
    places: list[Place] = []
    marks: list[Mark] = []
    lengths: list[float] = []
    left = _Counts()
    for source in sources:
        units, people = _units(source, unit, coders)
        if not units:
            continue
        read = _read(source, units, coders, blind_only, left)
        table = np.where(read, 0, -1).astype(np.int8)[None].repeat(max(len(codes), 1), axis=0)
        for mark in _marks(source, units, coders, place_of, least, left):
            if table[mark.code, mark.unit, mark.coder] < 0:
                left.unread[coders[mark.coder]] = left.unread.get(coders[mark.coder], 0) + 1
                continue
            table[mark.code, mark.unit, mark.coder] = 1
            marks.append(Mark(mark.unit + len(places), mark.code, mark.coder, mark.facets))
        tables.append(table[: len(codes)])
        places += [
            Place(source.name, person, start, end, source.order)
            for (start, end), person in zip(units, people, strict=True)
        ]
        lengths += [float(end - start) for start, end in units]
    ratings = (
        np.concatenate(tables, axis=1)
        if tables
        else np.zeros((len(codes), 0, len(coders)), dtype=np.int8)
    )
    return Comparison(
        unit,
        tuple(coders),
        tuple(codes),
        ratings,
        tuple(places),
        tuple(marks),
        np.array(lengths) if unit == "character" else None,
        round(sum(lengths)) if unit == "character" else len(places),
        tuple(_notes(left, unit)),
    )


def readable(source: Source, spans: Sequence[Span]) -> list[Span]:
    """Widen what was read by white space and by what nobody is asked to code.

    So a turn is read when all of its segments are, and a document when all turns of those
    who are coded are.
    """
    return _widened(_unasked(source), spans)


def _unasked(source: Source) -> NDArray[np.bool_]:
    """Mark the characters that nobody is asked to code, and white space."""
    mask = np.ones(len(source.text) + 1, dtype=bool)
    mask[-1] = False
    for start, end in source.codable or source.speech:
        mask[start:end] = False
    letters = np.frombuffer(source.text.encode("utf-32-le", "surrogatepass"), np.uint32)
    mask[:-1] |= (letters < len(_SPACE)) & _SPACE[np.minimum(letters, len(_SPACE) - 1)]
    return mask


def _widened(unasked: NDArray[np.bool_], spans: Sequence[Span]) -> list[Span]:
    mask = unasked.copy()
    for start, end in spans:
        mask[start:end] = True
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def touched(
    units: Sequence[Span], coding: Span, least: float, *, starts: NDArray[np.int64] | None = None
) -> list[int]:
    """Say on which units (sorted, not overlapping) a coding falls."""
    begins = np.array([start for start, _ in units]) if starts is None else starts
    first = max(int(np.searchsorted(begins, coding[0], side="right")) - 1, 0)
    shared: dict[int, int] = {}
    for index in range(first, len(units)):
        start, end = units[index]
        if start >= coding[1]:
            break
        both = min(end, coding[1]) - max(start, coding[0])
        if both > 0:
            shared[index] = both
    total = sum(shared.values())
    return [
        index
        for index, both in shared.items()
        if both >= least * (units[index][1] - units[index][0]) - 1e-9
        or both >= least * total - 1e-9
    ]


def _units(source: Source, unit: str, coders: Sequence[str]) -> tuple[list[Span], list[str]]:
    units = list(_stretches(source, coders)) if unit == "character" else sorted(source.units)
    starts = [start for start, _ in source.speech]
    people = []
    for start, _ in units:
        turn = int(np.searchsorted(starts, start, side="right")) - 1
        people.append(source.people[max(turn, 0)] if source.people else source.name)
    return units, people


def _stretches(source: Source, coders: Sequence[str]) -> Iterator[Span]:
    """Cut the speech wherever anybody's coding or reading begins or ends."""
    cuts = {cut for c in source.codings if c.coder in coders for cut in (c.start, c.end)}
    cuts |= {cut for r in source.readings if r.coder in coders for cut in (r.start, r.end)}
    for start, end in source.speech:
        inner = sorted(cut for cut in cuts if start < cut < end)
        yield from pairwise([start, *inner, end])


def _read(
    source: Source,
    units: Sequence[Span],
    coders: Sequence[str],
    blind_only: bool,
    left: _Counts,
) -> NDArray[np.bool_]:
    spans: dict[str, list[Span]] = {coder: [] for coder in coders}
    for reading in source.readings:
        if reading.coder not in spans:
            continue
        if blind_only and not reading.blind:
            left.seen[reading.coder] = left.seen.get(reading.coder, 0) + 1
        else:
            spans[reading.coder].append((reading.start, reading.end))
    unasked = _unasked(source)
    read: dict[Hashable, list[Span]] = {
        coder: _widened(unasked, found) if found else [] for coder, found in spans.items()
    }
    nothing: dict[Hashable, list[Span]] = {coder: [] for coder in coders}
    return np.asarray(unit_table(units, nothing, read=read) >= 0)


def _marks(
    source: Source,
    units: Sequence[Span],
    coders: Sequence[str],
    place_of: dict[str, int],
    least: float,
    left: _Counts,
) -> Iterator[Mark]:
    column = {coder: index for index, coder in enumerate(coders)}
    starts = np.array([start for start, _ in units])
    for coding in source.codings:
        if coding.coder not in column:
            continue
        if coding.code not in place_of:
            left.unknown += 1
            continue
        hit = touched(units, (coding.start, coding.end), least, starts=starts)
        if not hit:
            left.outside[coding.coder] = left.outside.get(coding.coder, 0) + 1
        for index in hit:
            yield Mark(index, place_of[coding.code], column[coding.coder], coding.facets)


def _notes(left: _Counts, unit: str) -> Iterator[str]:
    for coder, n in sorted(left.seen.items()):
        yield (
            f"Left out: {counted(n, 'reading')} of {coder}, not blind (suggestions were on show): "
            "agreement of coders who saw the same suggestions measures the tool."
        )
    for coder, n in sorted(left.unread.items()):
        yield (
            f"Left out: {counted(n, 'coding')} of {coder} on a {unit} that {coder} is not recorded "
            "as having read whole."
        )
    for coder, n in sorted(left.outside.items()):
        yield f"Left out: {counted(n, 'coding')} of {coder} on no {unit}."
    if left.unknown:
        yield (
            f"Left out: {counted(left.unknown, 'coding')} with a code that is not in the newest "
            "codebook."
        )
