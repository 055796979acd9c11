"""Agreement of spans without units: which codings of two coders are the same passage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from semcode.agreement import match_spans
from semcode.evaluate.data import Source, Span
from semcode.evaluate.rating import readable

__all__ = ["SpanCounts", "count_spans", "span_agreement"]


@dataclass
class SpanCounts:
    """Matched pairs and all spans by code's guid, summed over transcripts and coder pairs."""

    matched: dict[str, int] = field(default_factory=dict)
    spans: dict[str, int] = field(default_factory=dict)


def count_spans(
    source: Source, coders: Sequence[str], *, threshold: float, blind_only: bool, into: SpanCounts
) -> None:
    """Match the spans of one transcript that lie in what both coders of a pair read."""
    read = {coder: _read_by(source, coder, blind_only) for coder in coders}
    codes = {coding.code for coding in source.codings if coding.coder in coders}
    for one, two in combinations(coders, 2):
        both = _common(read[one], read[two])
        for code in codes:
            first = _inside(source, one, code, both)
            second = _inside(source, two, code, both)
            if not first and not second:
                continue
            match = match_spans(first, second, threshold=threshold)
            into.matched[code] = into.matched.get(code, 0) + len(match.pairs)
            into.spans[code] = into.spans.get(code, 0) + len(first) + len(second)


def span_agreement(counts: SpanCounts, codes: Iterable[str]) -> Mapping[str, float | None]:
    """Give 2 x matched pairs / all spans for each code's guid; None where nobody marked one.

    The proportion of positive agreement, which needs no count of unmarked text
    (Hripcsak and Rothschild 2005).
    """
    return {
        code: 2 * counts.matched.get(code, 0) / counts.spans[code]
        if counts.spans.get(code)
        else None
        for code in codes
    }


def _read_by(source: Source, coder: str, blind_only: bool) -> list[Span]:
    spans = [
        (reading.start, reading.end)
        for reading in source.readings
        if reading.coder == coder and (reading.blind or not blind_only)
    ]
    return readable(source, spans) if spans else []


def _common(one: Sequence[Span], two: Sequence[Span]) -> list[Span]:
    found = []
    place = 0
    for start, end in one:
        while place < len(two) and two[place][1] <= start:
            place += 1
        at = place
        while at < len(two) and two[at][0] < end:
            found.append((max(start, two[at][0]), min(end, two[at][1])))
            at += 1
    return found


def _inside(source: Source, coder: str, code: str, read: Sequence[Span]) -> list[Span]:
    return [
        (coding.start, coding.end)
        for coding in source.codings
        if coding.coder == coder
        and coding.code == code
        and any(start <= coding.start and coding.end <= end for start, end in read)
    ]
