"""Codes that say nearly the same, by the words of their names and definitions."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from itertools import combinations

from semcode.codebook import Code, Codebook
from semcode.study.review.shown import NearDuplicate

__all__ = ["near_duplicates"]

_WORD = re.compile(r"[^\W\d_]{3,}")
_ALIKE_NAMES = 88.0
#: Above all pairs of the shipped codebooks, and below codes written twice for one thing.
_ALIKE_WORDS = 0.35
_NAME_COUNTS = 2


@lru_cache(maxsize=8)
def near_duplicates(book: Codebook) -> tuple[NearDuplicate, ...]:
    """Give pairs of codes whose names or definitions are much alike, the most alike first.

    A parent and its child are none: what they share is why one is below the other.
    """
    from rapidfuzz import fuzz

    weights = _weights(book)
    found = []
    for one, other in combinations(book, 2):
        if one in book.ancestors(other) or other in book.ancestors(one):
            continue
        names = fuzz.token_sort_ratio(one.name.casefold(), other.name.casefold())
        words = _cosine(weights[one.guid], weights[other.guid])
        if names >= _ALIKE_NAMES or words >= _ALIKE_WORDS:
            similarity = max(names / 100 if names >= _ALIKE_NAMES else 0.0, words)
            why = (
                "Their names are alike." if names >= _ALIKE_NAMES else _shared(weights, one, other)
            )
            found.append(NearDuplicate(one.guid, other.guid, round(similarity, 3), why))
    return tuple(sorted(found, key=lambda pair: -pair.similarity))


def _weights(book: Codebook) -> dict[str, dict[str, float]]:
    """Weigh each code's words by how few codes have them (tf-idf), to length 1."""
    words = {code.guid: _words(code) for code in book}
    spread = Counter(word for own in words.values() for word in own)
    found = {}
    for guid, own in words.items():
        raw = {w: n * math.log(1 + len(words) / spread[w]) for w, n in own.items()}
        length = math.sqrt(sum(v * v for v in raw.values())) or 1.0
        found[guid] = {w: v / length for w, v in raw.items()}
    return found


def _words(code: Code) -> Counter[str]:
    text = " ".join((*[code.name] * _NAME_COUNTS, code.definition, code.include, *code.examples))
    return Counter(word[:6] for word in _WORD.findall(text.casefold()))


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    return sum(weight * other.get(word, 0.0) for word, weight in one.items())


def _shared(weights: Mapping[str, Mapping[str, float]], one: Code, other: Code) -> str:
    a, b = weights[one.guid], weights[other.guid]
    both = sorted(set(a) & set(b), key=lambda word: -a[word] * b[word])[:5]
    text = f"{one.name} {one.definition} {one.include} {' '.join(one.examples)}".casefold()
    whole = [next(w for w in _WORD.findall(text) if w[:6] == stem) for stem in both]
    return f"Both speak of: {', '.join(whole)}."
