"""Codes that stand on the same units of text, and where in the interview codes are used."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from semcode.findings.coded import CodedPassage, CodedStudy, Interview
from semcode.findings.data import ReportCode

__all__ = ["Course", "Pair", "Together", "code_course", "count_together"]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two codes with the units that carry both, and their share of those with either (Jaccard)."""

    one: str
    other: str
    both: int
    jaccard: float


@dataclass(frozen=True, slots=True)
class Together:
    """Units with each code, and every pair of codes that meet, most alike first."""

    units: int
    counts: dict[str, int]
    pairs: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class Course:
    """Passages by code (rows) and part of the interview (columns), each part of equal length."""

    codes: tuple[ReportCode, ...]
    counts: NDArray[np.int64]


def count_together(data: CodedStudy) -> Together:
    """Count the units on which codes meet.

    A passage counts for a unit where it covers half of it, or where half of the passage
    lies inside, as it does for agreement. Jaccard P (1912). New Phytologist 11, 37-50.
    """
    own: dict[str, list[CodedPassage]] = defaultdict(list)
    for item in data.passages:
        own[item.transcript].append(item)
    counts: Counter[str] = Counter()
    both: Counter[tuple[str, str]] = Counter()
    for interview in data.interviews:
        for codes in _by_unit(interview, own[interview.name]).values():
            counts.update(codes)
            both.update(combinations(sorted(codes), 2))
    pairs = [
        Pair(one, other, n, n / (counts[one] + counts[other] - n))
        for (one, other), n in both.items()
    ]
    pairs.sort(key=lambda pair: (-pair.jaccard, -pair.both, pair.one, pair.other))
    units = sum(len(item.units) for item in data.interviews)
    return Together(units, dict(counts), tuple(pairs))


def code_course(data: CodedStudy, codes: Sequence[ReportCode], *, parts: int = 5) -> Course:
    """Count passages by the part of the interview in which their middle lies."""
    lengths = {item.name: max(item.length, 1) for item in data.interviews}
    row = {code.name: place for place, code in enumerate(codes)}
    counts = np.zeros((len(codes), parts), dtype=np.int64)
    for item in data.passages:
        place = (item.start + item.end) / 2 / lengths[item.transcript]
        counts[row[item.code], min(int(place * parts), parts - 1)] += 1
    return Course(tuple(codes), counts)


def _by_unit(interview: Interview, passages: Sequence[CodedPassage]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    units = interview.units
    ends = [end for _, end in units]
    for item in passages:
        place = bisect_right(ends, item.start)
        while place < len(units) and units[place][0] < item.end:
            start, end = units[place]
            shared = min(end, item.end) - max(start, item.start)
            if 2 * shared >= min(end - start, item.end - item.start):
                found[place].add(item.code)
            place += 1
    return found
