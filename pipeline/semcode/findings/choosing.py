"""Choose exemplary quotes: typical of their code, and from different people."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from semcode.findings.coded import CodedPassage

__all__ = ["Vectors", "exemplars", "typicality"]

Vectors = Mapping[str, NDArray[np.float32]]
"""Unit vectors of passages by their text."""

_IDEAL = 35  # words: long enough to stand alone, short enough to print
_ALIKE = 0.92  # cosine from which two quotes say the same


def typicality(items: Sequence[CodedPassage], vectors: Vectors | None = None) -> list[float]:
    """Say how typical each passage is of those with its code, the higher the more.

    With vectors: the cosine to the mean of the code's other passages (with one passage
    alone, 0). Without: agreement of coders first, then how near its length is to what is
    easily printed.
    """
    if vectors is None or any(item.text not in vectors for item in items):
        return [
            len(item.coders) + 1 / (1 + abs(np.log(max(len(item.text.split()), 1) / _IDEAL)))
            for item in items
        ]
    found = np.zeros(len(items))
    places: dict[str, list[int]] = defaultdict(list)
    for place, item in enumerate(items):
        places[item.code].append(place)
    for own in places.values():
        if len(own) > 1:
            rows = np.stack([vectors[items[place].text] for place in own]).astype(np.float64)
            others = rows.sum(axis=0) - rows
            lengths = np.linalg.norm(others, axis=1)
            found[own] = np.einsum("ij,ij->i", rows, others) / np.maximum(lengths, 1e-12)
    return [float(value) for value in found]


def exemplars(
    items: Sequence[CodedPassage], *, count: int, vectors: Vectors | None = None
) -> tuple[CodedPassage, ...]:
    """Give the most typical passages, people taking turns, none twice and none near the same.

    A participant's second passage comes only after every other participant's first.
    People's codings come before suggestions.
    """
    scores = typicality(items, vectors)
    ranked = sorted(
        range(len(items)),
        key=lambda place: (
            items[place].machine,
            -round(scores[place], 9),
            items[place].transcript,
            items[place].start,
        ),
    )
    turns: Counter[str] = Counter()
    order = []
    for rank, place in enumerate(ranked):
        who = items[place].participant
        order.append((turns[who], rank, place))
        turns[who] += 1
    chosen: list[CodedPassage] = []
    for _, _, place in sorted(order):
        if len(chosen) == count:
            break
        if not any(_same(items[place], other, vectors) for other in chosen):
            chosen.append(items[place])
    return tuple(chosen)


def _same(one: CodedPassage, other: CodedPassage, vectors: Vectors | None) -> bool:
    if one.text == other.text:
        return True
    if one.transcript == other.transcript and one.start < other.end and other.start < one.end:
        return True
    if vectors is None or one.text not in vectors or other.text not in vectors:
        return False
    return float(vectors[one.text] @ vectors[other.text]) >= _ALIKE
