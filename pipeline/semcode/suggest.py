"""From scores to suggestions: which codes a segment is offered, and why."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from semcode.classify import DefinitionScorer, plain_words
from semcode.codebook import Codebook
from semcode.config import SuggestSettings
from semcode.index import VectorIndex
from semcode.records import Segment, Suggestion

__all__ = [
    "CODE",
    "LEARNED",
    "METHOD",
    "NOT_SURE",
    "NO_CODE",
    "CodedQuote",
    "Judgement",
    "NearestQuotes",
    "choose",
    "embedding_text",
    "learner_text",
    "suggest",
]

Array = NDArray[np.float32]

#: Named in every run; a change in how scores come about changes it. LEARNED: by a trained model.
METHOD = "definitions-1"
LEARNED = "learned-1"

#: What a trained model says of a passage and code: sure of it, in doubt, sure of no code at all.
CODE, NOT_SURE, NO_CODE = "code", "not sure", "no code"

_FEWEST_WORDS = 3
_QUOTES = 2
_NEIGHBOURS = 64


def embedding_text(text: str, segment: Segment, *, context_below: int) -> str:
    """Give the words that are embedded for a segment, with white space made single.

    A segment of fewer than `context_below` words takes the question before it along: "Only
    at my cousin's" means nothing without it. One of a word or two does not, since then the
    question alone would be coded.
    """
    words = text[segment.start : segment.end].split()
    if _needs_question(words, segment, context_below):
        words = text[segment.context_start : segment.context_end].split() + words
    return " ".join(words)


def learner_text(text: str, segment: Segment, *, context_below: int) -> tuple[str, str]:
    """Give what the learner sees of a segment: the question before it ("" for none), and its words.

    The words are those that are embedded, so that what the definitions say is the same
    before and after the first label.
    """
    question = ""
    if segment.context_start is not None:
        question = " ".join(text[segment.context_start : segment.context_end].split())
    return question, embedding_text(text, segment, context_below=context_below)


def _needs_question(words: Sequence[str], segment: Segment, context_below: int) -> bool:
    return _FEWEST_WORDS <= len(words) < context_below and segment.context_start is not None


@dataclass(frozen=True, slots=True)
class CodedQuote:
    """What a person coded, to be shown as evidence."""

    transcript: str
    participant: str
    start: int
    end: int
    text: str
    code: str
    coder: str


class Judgement(Protocol):
    """What a trained model says of the segments of one transcript."""

    @property
    def p(self) -> NDArray[np.float64]:
        """Give the probabilities, (n_segments, n_codes)."""
        ...

    def evidence(
        self, chosen: Sequence[tuple[int, int]], *, floor: float
    ) -> Sequence[Mapping[str, object]]:
        """Say for each (segment, code) what its probability rests on."""
        ...


class NearestQuotes:
    """Find what people coded that is nearest to a segment."""

    def __init__(self, quotes: Sequence[CodedQuote], vectors: Array) -> None:
        """Take quotes and their unit vectors, (n_quotes, dimension)."""
        self._quotes = quotes
        self._index = VectorIndex(vectors)

    def search(self, queries: Array) -> list[list[tuple[CodedQuote, float]]]:
        """Give the nearest quotes with their similarity for each of (n, dimension) vectors."""
        similarity, rows = self._index.search(queries, _NEIGHBOURS)
        return [
            [(self._quotes[int(r)], float(s)) for s, r in zip(near, row, strict=True)]
            for near, row in zip(similarity, rows, strict=True)
        ]


def suggest(
    *,
    transcript: str,
    text: str,
    segments: Sequence[Segment],
    vectors: Array,
    scorer: DefinitionScorer,
    settings: SuggestSettings,
    nearest: NearestQuotes | None = None,
    judge: Callable[[Sequence[tuple[str, str]], Array], Judgement] | None = None,
    also: Mapping[int, Collection[str]] | None = None,
) -> list[Suggestion]:
    """Suggest codes for the segments of one transcript, whose vectors are (n, dimension).

    Each segment gets its codes with a score from the floor up, the most specific ones, at
    most `per_segment`; where there is none, its single best code, so that what was not
    coded can be told with its nearest code. `judge` turns texts and the definitions' scores
    into a trained model's probabilities; None leaves the scores as they are. `also` are codes
    (guids, by a segment's id) that are suggested whatever their score.
    """
    if not segments:
        return []
    spans = [text[segment.start : segment.end] for segment in segments]
    scores = scorer.scores(vectors, spans)
    judgement = None
    if judge is not None:
        below = settings.context_below
        pairs = [learner_text(text, segment, context_below=below) for segment in segments]
        judgement = judge(pairs, scores)
        scores = judgement.p.astype(np.float32)
    quotes = nearest.search(vectors) if nearest else [[] for _ in segments]
    chosen = [
        (position, code)
        for position in range(len(segments))
        for code in _with(
            choose(scores[position], scorer.codebook, settings),
            (also or {}).get(segments[position].id, ()),
            scorer.codebook,
        )
    ]
    told: Sequence[Mapping[str, object]] = [{}] * len(chosen)
    if judgement is not None:
        told = judgement.evidence(chosen, floor=settings.floor)
    found = []
    for (position, code), more in zip(chosen, told, strict=True):
        segment = segments[position]
        elsewhere = [
            (q, s)
            for q, s in quotes[position]
            if q.transcript != transcript or q.end <= segment.start or segment.end <= q.start
        ]
        words = plain_words(spans[position])
        evidence = _evidence(vectors[position], code, words, scorer, elsewhere)
        if _needs_question(spans[position].split(), segment, settings.context_below):
            evidence["question"] = text[segment.context_start : segment.context_end]
        guid = scorer.codebook.codes[code].guid
        score = round(float(scores[position, code]), 6)
        found.append(Suggestion(segment.id, guid, score, {**evidence, **more}))
    return found


def choose(scores: Array, codebook: Codebook, settings: SuggestSettings) -> list[int]:
    """Choose the codes that one segment is offered, by its scores, (n_codes,)."""
    above = {int(code) for code in np.flatnonzero(scores >= settings.floor)}
    names = {codebook.codes[code].parent for code in above}
    folded = {name.casefold() for name in names if name}
    specific = [c for c in above if codebook.codes[c].name.casefold() not in folded]
    ranked = sorted(specific, key=lambda c: (-scores[c], c))[: settings.per_segment]
    return ranked or [int(scores.argmax())]


def _with(chosen: Sequence[int], also: Collection[str], codebook: Codebook) -> list[int]:
    """Add codes by guid; one that is not in the codebook is left out."""
    if not also:
        return list(chosen)
    place = {code.guid: position for position, code in enumerate(codebook.codes)}
    more = sorted(place[guid] for guid in also if guid in place)
    return [*chosen, *(code for code in more if code not in chosen)]


def _distinct(quotes: Sequence[tuple[CodedQuote, float]]) -> list[tuple[CodedQuote, float]]:
    """Leave out quotes that overlap a nearer one: two coders often code the same words."""
    kept: list[tuple[CodedQuote, float]] = []
    for quote, similarity in quotes:
        if not any(
            quote.transcript == other.transcript
            and quote.start < other.end
            and other.start < quote.end
            for other, _ in kept
        ):
            kept.append((quote, similarity))
    return kept


def _evidence(
    vector: Array,
    code: int,
    words: set[str],
    scorer: DefinitionScorer,
    quotes: Sequence[tuple[CodedQuote, float]],
) -> dict[str, object]:
    statement, similarity = scorer.best_statement(vector, code)
    guid = scorer.codebook.codes[code].guid
    near = _distinct([(q, s) for q, s in quotes if q.code == guid])[:_QUOTES]
    evidence: dict[str, object] = {
        "method": METHOD,
        "field": statement.field,
        "definition": statement.text,
        "similarity": round(similarity, 4),
        "words": sorted(words & scorer.telling_words(code)),
    }
    if near:
        evidence["nearest"] = [
            {
                "text": q.text,
                "participant": q.participant,
                "coder": q.coder,
                "similarity": round(s, 4),
                "at": [q.transcript, q.start, q.end],
            }
            for q, s in near
        ]
    return evidence
