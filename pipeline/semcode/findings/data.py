"""What a report is made from: plain records that name codes and people as readers know them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from semcode.records import Level, Participant

__all__ = [
    "CodedSegment",
    "HumanCoding",
    "ReportCode",
    "ReportData",
    "TranscriptSummary",
    "UncodedSegment",
]


@dataclass(frozen=True, slots=True)
class CodedSegment:
    """A segment with one code that was suggested for it.

    `status` is "suggested", "accepted" or "rejected". `context` is the question before the
    segment, "" where there is none. Every key of `evidence` may be missing: `definition`
    (the sentence of the code that fits best), `field` ("definition", "include", "example"),
    `similarity`, `words`, `question` (the question, where the segment was embedded with it),
    and `nearest`, a list of `text`, `participant`, `coder`, `similarity`.
    """

    transcript: str
    participant: str
    start: int
    end: int
    text: str
    context: str
    code: str
    level: Level | None
    score: float
    evidence: Mapping[str, object] = field(default_factory=dict)
    status: str = "suggested"


@dataclass(frozen=True, slots=True)
class HumanCoding:
    """A span that a person coded."""

    transcript: str
    participant: str
    start: int
    end: int
    text: str
    code: str
    level: Level | None
    coder: str
    facets: tuple[str, ...] = ()
    memo: str = ""


@dataclass(frozen=True, slots=True)
class UncodedSegment:
    """A segment for which no code was suggested, with the code that came nearest."""

    transcript: str
    participant: str
    start: int
    end: int
    text: str
    best_code: str | None
    best_score: float


@dataclass(frozen=True, slots=True)
class TranscriptSummary:
    """A transcript in numbers; `participant_words` are the words that participants said."""

    name: str
    participants: tuple[str, ...]
    format: str
    words: int
    participant_words: int
    segments: int
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportCode:
    """A code of the codebook; `path` is its ancestors' names and its own, root first."""

    name: str
    level: Level | None
    path: tuple[str, ...]
    definition: str
    color: str = ""


@dataclass(frozen=True, slots=True)
class ReportData:
    """Everything that a report shows; equal data make an equal page.

    `notice` stands on top of the page ("Invented starter data: no real person").
    `n_segments` counts every segment of participants, coded or not. `provenance` may nest
    freely and is shown whole; the methods paragraph reads these keys where they are there:
    `semcode`, `python`, `seed`, `config_hash`, `codebook` (`name`, `version`, `hash`),
    `model` (`name`, `revision`, `sha256`, `licence`), `run` (`started`, `finished`),
    `learner` (`labels`: how many passages it learned from; leave `learner` out while
    scores are similarities).
    """

    study: str
    notice: str | None
    generated_at: datetime
    codes: Sequence[ReportCode]
    participants: Sequence[Participant]
    transcripts: Sequence[TranscriptSummary]
    suggestions: Sequence[CodedSegment]
    codings: Sequence[HumanCoding]
    uncoded: Sequence[UncodedSegment]
    n_segments: int
    provenance: Mapping[str, object] = field(default_factory=dict)
