"""Count what a report shows: per level, per code, per participant and per coder."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Protocol

from semcode.findings.data import CodedSegment, ReportCode, ReportData
from semcode.records import Level

__all__ = [
    "CodeCount",
    "CoderCounts",
    "Coverage",
    "LevelCount",
    "Matrix",
    "Span",
    "Totals",
    "coder_counts",
    "count_codes",
    "count_levels",
    "coverage",
    "matrix",
    "ordered_codes",
    "participant_labels",
    "standing",
    "totals",
]

Span = tuple[str, int, int]
"""A segment's identity: transcript, start, end."""

LEVELS: tuple[Level | None, ...] = (*Level, None)


class _Located(Protocol):
    """What suggestions and uncoded segments share."""

    @property
    def transcript(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def participant(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Totals:
    """A study in numbers; `coded` are segments with a suggestion that was not rejected."""

    transcripts: int
    participants: int
    words: int
    participant_words: int
    segments: int
    coded: int
    suggestions: int
    waiting: int
    accepted: int
    rejected: int
    codings: int
    coders: int


@dataclass(frozen=True, slots=True)
class LevelCount:
    """How many segments and participants a level has; None: codes without a level."""

    level: Level | None
    codes: int
    segments: int
    share: float
    participants: int


@dataclass(frozen=True, slots=True)
class CodeCount:
    """How often a code was suggested; `median_score` is None where it never was."""

    code: ReportCode
    segments: int
    participants: int
    waiting: int
    accepted: int
    rejected: int
    median_score: float | None


@dataclass(frozen=True, slots=True)
class Matrix:
    """Segments per code (rows) and participant (columns).

    `segments` are each participant's segments, coded or not; `share(row, column)` divides
    by them.
    """

    codes: tuple[ReportCode, ...]
    participants: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    segments: tuple[int, ...]

    def share(self, row: int, column: int) -> float:
        """Return the share of the participant's segments that have the code, in [0, 1]."""
        return self.counts[row][column] / max(self.segments[column], 1)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many of a participant's segments have no suggestion that stands."""

    participant: str
    segments: int
    uncoded: int
    share: float


@dataclass(frozen=True, slots=True)
class CoderCounts:
    """Codings per code (rows, by name) and coder (columns), beside the machine's segments."""

    coders: tuple[str, ...]
    rows: tuple[tuple[str, int, tuple[int, ...]], ...]


def totals(data: ReportData) -> Totals:
    """Count the study as a whole."""
    status = Counter(item.status for item in data.suggestions)
    return Totals(
        transcripts=len(data.transcripts),
        participants=len(participant_labels(data)),
        words=sum(item.words for item in data.transcripts),
        participant_words=sum(item.participant_words for item in data.transcripts),
        segments=_n_segments(data),
        coded=len(_spans(standing(data.suggestions))),
        suggestions=len(data.suggestions),
        waiting=len(data.suggestions) - status["accepted"] - status["rejected"],
        accepted=status["accepted"],
        rejected=status["rejected"],
        codings=len(data.codings),
        coders=len({item.coder for item in data.codings}),
    )


def standing(suggestions: Iterable[CodedSegment]) -> list[CodedSegment]:
    """Return the suggestions that nobody rejected."""
    return [item for item in suggestions if item.status != "rejected"]


def participant_labels(data: ReportData) -> tuple[str, ...]:
    """Return every participant's label once: listed ones first, then as transcripts have them."""
    labels = [person.label for person in data.participants]
    labels += [label for item in data.transcripts for label in item.participants]
    labels += sorted({item.participant for item in _segments(data)})
    return tuple(dict.fromkeys(labels))


def ordered_codes(data: ReportData) -> tuple[ReportCode, ...]:
    """Return the codes by level from the person outwards, in the codebook's order within.

    Codes that only group others and were never suggested are left out; codes that were
    suggested or given by a person but are no longer in the codebook come last in their
    level.
    """
    used = {item.code: item.level for item in data.codings}
    used |= {item.code: item.level for item in data.suggestions}
    parents = {name for code in data.codes for name in code.path[:-1]}
    known = {code.name: code for code in reversed(data.codes)}
    codes = [
        code
        for code in dict.fromkeys(known[item.name] for item in data.codes)
        if code.name in used or code.name not in parents
    ]
    codes += [
        ReportCode(name, used[name], (name,), "") for name in sorted(used) if name not in known
    ]
    return tuple(sorted(codes, key=lambda code: LEVELS.index(code.level)))


def count_levels(data: ReportData) -> tuple[LevelCount, ...]:
    """Count distinct segments and participants per level; all five levels are always there.

    A row for codes without a level follows only where there are such codes.
    """
    codes = ordered_codes(data)
    level_of = {code.name: code.level for code in codes}
    spans: dict[Level | None, set[Span]] = defaultdict(set)
    people: dict[Level | None, set[str]] = defaultdict(set)
    for item in standing(data.suggestions):
        spans[level_of[item.code]].add(_span(item))
        people[level_of[item.code]].add(item.participant)
    n_codes = Counter(code.level for code in codes)
    total = max(_n_segments(data), 1)
    return tuple(
        LevelCount(
            level, n_codes[level], len(spans[level]), len(spans[level]) / total, len(people[level])
        )
        for level in LEVELS
        if level is not None or n_codes[None]
    )


def count_codes(data: ReportData) -> tuple[CodeCount, ...]:
    """Count each code's segments, participants and decisions, in the order of the codes."""
    grouped: dict[str, list[CodedSegment]] = defaultdict(list)
    for item in data.suggestions:
        grouped[item.code].append(item)
    return tuple(_count_code(code, grouped[code.name]) for code in ordered_codes(data))


def _count_code(code: ReportCode, items: Sequence[CodedSegment]) -> CodeCount:
    kept = standing(items)
    accepted = sum(item.status == "accepted" for item in items)
    return CodeCount(
        code=code,
        segments=len(_spans(kept)),
        participants=len({item.participant for item in kept}),
        waiting=len(kept) - accepted,
        accepted=accepted,
        rejected=len(items) - len(kept),
        median_score=median(item.score for item in kept) if kept else None,
    )


def matrix(data: ReportData) -> Matrix:
    """Count each participant's segments per code."""
    codes, people = ordered_codes(data), participant_labels(data)
    spans: dict[tuple[str, str], set[Span]] = defaultdict(set)
    for item in standing(data.suggestions):
        spans[item.code, item.participant].add(_span(item))
    known = _spans_by_participant(data)
    return Matrix(
        codes=codes,
        participants=people,
        counts=tuple(
            tuple(len(spans.get((code.name, person), ())) for person in people) for code in codes
        ),
        segments=tuple(len(known.get(person, ())) for person in people),
    )


def coverage(data: ReportData) -> tuple[Coverage, ...]:
    """Count what was left without a suggestion per participant who has segments."""
    known = _spans_by_participant(data)
    coded: dict[str, set[Span]] = defaultdict(set)
    for item in standing(data.suggestions):
        coded[item.participant].add(_span(item))
    rows = []
    for person in participant_labels(data):
        n = len(known.get(person, ()))
        if n:
            left = n - len(coded[person])
            rows.append(Coverage(person, n, left, left / n))
    return tuple(rows)


def coder_counts(data: ReportData) -> CoderCounts:
    """Count codings per code and coder beside the machine's segments, for codes in use."""
    coders = tuple(sorted({item.coder for item in data.codings}))
    counts = Counter((item.code, item.coder) for item in data.codings)
    rows = [
        (row.code.name, row.segments, tuple(counts[row.code.name, coder] for coder in coders))
        for row in count_codes(data)
    ]
    return CoderCounts(coders, tuple(row for row in rows if row[1] or any(row[2])))


def _spans_by_participant(data: ReportData) -> dict[str, set[Span]]:
    spans: dict[str, set[Span]] = defaultdict(set)
    for item in _segments(data):
        spans[item.participant].add(_span(item))
    return spans


def _segments(data: ReportData) -> list[_Located]:
    return [*data.suggestions, *data.uncoded]


def _n_segments(data: ReportData) -> int:
    return max(data.n_segments, len(_spans(_segments(data))))


def _spans(items: Iterable[_Located]) -> set[Span]:
    return {_span(item) for item in items}


def _span(item: _Located) -> Span:
    return item.transcript, item.start, item.end
