"""What findings are made from: coded passages and the people who said them, as plain records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from semcode.codebook import Facet
from semcode.findings.data import ReportCode
from semcode.records import Participant

__all__ = ["CodedPassage", "CodedStudy", "Interview", "join_coders"]


@dataclass(frozen=True, slots=True)
class CodedPassage:
    """A passage with one code; `coders` are all who gave it there, `codings` how often.

    `machine` is True where no person gave it; `score` is then the model's, None where it
    has none. `facets` hold every value that one of the coders set.
    """

    transcript: str
    participant: str
    start: int
    end: int
    text: str
    code: str
    facets: tuple[str, ...] = ()
    coders: tuple[str, ...] = ()
    codings: int = 1
    machine: bool = False
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Interview:
    """A transcript that was coded; `units` are the spans in which codes can meet."""

    name: str
    participants: tuple[str, ...]
    length: int
    units: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class CodedStudy:
    """A coded study; equal data give equal findings.

    `people` are the participants whose interviews were coded; `everybody` are all who speak
    in a transcript, coded or not. `basis` says whose codings these are, for
    every table; `suggestions` is True where a model's are among them. `unit` names what
    `Interview.units` are.
    """

    study: str
    notice: str | None
    generated_at: datetime
    codes: Sequence[ReportCode]
    facets: Sequence[Facet]
    people: Sequence[Participant]
    everybody: Sequence[Participant]
    interviews: Sequence[Interview]
    passages: Sequence[CodedPassage]
    basis: str
    coders: tuple[str, ...] = ()
    suggestions: bool = False
    unit: str = "segment"
    notes: tuple[str, ...] = ()
    provenance: Mapping[str, object] = field(default_factory=dict)


def join_coders(
    passages: Iterable[CodedPassage], texts: Mapping[str, str]
) -> tuple[CodedPassage, ...]:
    """Join what different coders gave one code to at one place, so that it counts once.

    Passages are one where half of the shorter lies in the other; two of the same coder are
    never joined. What is joined spans both, has the facets of each, and is a person's where
    one of them is. `texts` are the transcripts by name.
    """
    grouped: dict[tuple[str, str, str], list[CodedPassage]] = defaultdict(list)
    for item in passages:
        grouped[item.transcript, item.participant, item.code].append(item)
    joined: list[CodedPassage] = []
    for (transcript, _, _), items in grouped.items():
        own: list[CodedPassage] = []
        near: list[int] = []  # places in `own` that reach to where the next item can begin
        for item in sorted(items, key=lambda one: (one.start, one.end, one.coders)):
            near = [place for place in near if own[place].end > item.start]
            place = _partner(item, own, near)
            if place is None:
                near.append(len(own))
                own.append(item)
            else:
                own[place] = _join(own[place], item)
        text = texts[transcript]
        joined += [replace(o, text=" ".join(text[o.start : o.end].split())) for o in own]
    return tuple(sorted(joined, key=lambda one: (one.transcript, one.start, one.end, one.code)))


def _partner(item: CodedPassage, own: Sequence[CodedPassage], near: Sequence[int]) -> int | None:
    """Find the passage that shares most with an item, of other coders."""
    best, most = None, 0
    for place in near:
        other = own[place]
        shared = min(item.end, other.end) - max(item.start, other.start)
        shorter = min(item.end - item.start, other.end - other.start)
        if shared > most and 2 * shared >= shorter and not set(item.coders) & set(other.coders):
            best, most = place, shared
    return best


def _join(one: CodedPassage, other: CodedPassage) -> CodedPassage:
    scores = [item.score for item in (one, other) if item.score is not None]
    machine = one.machine and other.machine
    return replace(
        one,
        start=min(one.start, other.start),
        end=max(one.end, other.end),
        facets=tuple(dict.fromkeys((*one.facets, *other.facets))),
        coders=tuple(dict.fromkeys((*one.coders, *other.coders))),
        codings=one.codings + other.codings,
        machine=machine,
        score=max(scores, default=None) if machine else None,
    )
