"""Choose the passages that a report prints and shape them for reading."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from semcode.findings.data import CodedSegment, UncodedSegment
from semcode.findings.summary import standing
from semcode.records import Participant

__all__ = ["Likeness", "Quote", "Why", "clip", "far", "longest", "quote", "strongest"]

TEXT_LIMIT = 1500
CONTEXT_LIMIT = 400
FIELDS = {"definition": "definition", "include": "inclusion notes", "example": "examples"}


@dataclass(frozen=True, slots=True)
class Likeness:
    """A passage that a person coded and that resembles the quote."""

    text: str
    participant: str
    coder: str
    similarity: float | None


@dataclass(frozen=True, slots=True)
class Why:
    """What speaks for a suggestion; empty parts are left out of the page."""

    sentence: str
    field: str
    similarity: float | None
    words: tuple[str, ...]
    nearest: tuple[Likeness, ...]
    with_question: bool


@dataclass(frozen=True, slots=True)
class Quote:
    """A passage as the page shows it; `parts` are `(text, is it one of the words that matched)`."""

    parts: tuple[tuple[str, bool], ...]
    context: str
    participant: str
    attributes: str
    transcript: str
    start: int
    end: int
    score: float
    status: str
    why: Why


def strongest(
    suggestions: Iterable[CodedSegment], *, per_code: int = 3
) -> dict[str, tuple[CodedSegment, ...]]:
    """Return each code's best passages: accepted first, then by score, people taking turns.

    A participant's second passage comes only after every other participant's first.
    """
    grouped: dict[str, list[CodedSegment]] = defaultdict(list)
    for item in standing(suggestions):
        grouped[item.code].append(item)
    return {code: _varied(items)[:per_code] for code, items in grouped.items()}


def _varied(items: Iterable[CodedSegment]) -> tuple[CodedSegment, ...]:
    ranked = sorted(items, key=_rank)
    turns: dict[str, int] = defaultdict(int)
    order = []
    for place, item in enumerate(ranked):
        order.append((turns[item.participant], place, item))
        turns[item.participant] += 1
    return tuple(item for _, _, item in sorted(order, key=lambda entry: entry[:2]))


def _rank(item: CodedSegment) -> tuple[bool, float, str, int, int, str]:
    place = (item.transcript, item.start, item.end, item.participant)
    return item.status != "accepted", -item.score, *place


def longest(uncoded: Iterable[UncodedSegment], *, count: int = 8) -> tuple[UncodedSegment, ...]:
    """Return the longest passages without a suggestion."""
    return tuple(sorted(uncoded, key=lambda item: (-len(item.text), *_place(item)))[:count])


def far(
    uncoded: Iterable[UncodedSegment], *, count: int = 8, min_words: int = 12
) -> tuple[UncodedSegment, ...]:
    """Return the passages that resemble every code least, of at least `min_words` words."""
    wordy = (item for item in uncoded if len(item.text.split()) >= min_words)
    return tuple(sorted(wordy, key=lambda item: (item.best_score, *_place(item)))[:count])


def _place(item: UncodedSegment) -> tuple[str, int, int]:
    return item.transcript, item.start, item.end


def quote(item: CodedSegment, people: Mapping[str, Participant]) -> Quote:
    """Shape a suggestion for the page."""
    why = _why(item.evidence)
    person = people.get(item.participant)
    return Quote(
        parts=_marked(clip(item.text, TEXT_LIMIT), why.words),
        context=clip(item.context, CONTEXT_LIMIT),
        participant=item.participant,
        attributes=_attributes(person.attributes) if person else "",
        transcript=item.transcript,
        start=item.start,
        end=item.end,
        score=item.score,
        status=item.status,
        why=why,
    )


def clip(text: str, limit: int) -> str:
    """Join white space and cut after the last word within `limit` characters."""
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    head = text[: limit + 1]
    return (head.rsplit(" ", 1)[0] if " " in head else text[:limit]) + " […]"


def _attributes(attributes: Mapping[str, str]) -> str:
    pairs = [
        f"{name.replace('_', ' ')}: {clip(value, 40)}"
        for name, value in attributes.items()
        if value.strip()
    ]
    return "; ".join(pairs[:6])


def _marked(text: str, words: Sequence[str]) -> tuple[tuple[str, bool], ...]:
    wanted = [re.escape(word) for word in words if word.strip()]
    if not wanted:
        return ((text, False),)
    pieces = re.split(rf"\b({'|'.join(wanted)})\b", text, flags=re.IGNORECASE)
    return tuple((piece, bool(i % 2)) for i, piece in enumerate(pieces) if piece)


def _why(evidence: Mapping[str, object]) -> Why:
    field = _text(evidence.get("field"))
    nearest = evidence.get("nearest")
    words = evidence.get("words")
    return Why(
        sentence=clip(_text(evidence.get("definition")), CONTEXT_LIMIT),
        field=FIELDS.get(field, field),
        similarity=_number(evidence.get("similarity")),
        words=tuple(map(str, words))[:12] if isinstance(words, list | tuple) else (),
        nearest=tuple(
            _likeness(entry)
            for entry in (nearest if isinstance(nearest, list | tuple) else ())[:3]
            if isinstance(entry, Mapping)
        ),
        with_question=bool(evidence.get("question")),
    )


def _likeness(entry: Mapping[str, object]) -> Likeness:
    return Likeness(
        text=clip(_text(entry.get("text")), 240),
        participant=_text(entry.get("participant")),
        coder=_text(entry.get("coder")),
        similarity=_number(entry.get("similarity")),
    )


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
