"""What of a model may leave the study: no word that only one or two participants used."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from copy import copy
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from semcode.classify import statements

if TYPE_CHECKING:
    from semcode.classify import CodeClassifier

__all__ = ["PARTICIPANTS", "without_rare_words"]

#: Participants who must have used a word, or a piece of one, for it to stay.
PARTICIPANTS = 3

_TOKEN = re.compile(r"\b\w+\b|[?!]")
_PIECES = range(2, 6)


def without_rare_words(
    model: CodeClassifier, texts: Sequence[str], groups: Sequence[str]
) -> tuple[CodeClassifier, int]:
    """Give the model without the words that few participants used, and how many went.

    Words of the codebook stay, since it travels with the model. Names of people and places
    are mostly among those that go; one that three people said stays.
    """
    from semcode.classify.features import FeatureMap

    used = _users(texts, groups)
    codebook = set(_terms(" \n ".join(s.text for s in statements(model.codebook))))
    old = model.features_
    new = FeatureMap(old.dimension, old.middle)
    new.centre, new.directions = old.centre, old.directions
    new.manner_centre, new.manner_directions = old.manner_centre, old.manner_directions
    rows: list[int] = []
    first = 0
    for name in ("word", "char"):
        terms = list(old.terms[name])
        stay = [
            place
            for place, term in enumerate(terms)
            if used.get(term, 0) >= PARTICIPANTS or term in codebook
        ]
        new.terms[name] = {terms[place]: position for position, place in enumerate(stay)}
        new.idf[name] = old.idf[name][stay]
        rows += [first + place for place in stay]
        first += len(terms)
    new.projection = np.ascontiguousarray(old.projection[rows])
    shared = copy(model)
    shared.features_ = new
    return shared, first - len(rows)


def _users(texts: Sequence[str], groups: Sequence[str]) -> Mapping[str, int]:
    """Count the participants who used each word, pair of words, and piece of a word."""
    own: dict[str, set[str]] = {}
    for text, group in zip(texts, groups, strict=True):
        own.setdefault(group, set()).update(_terms(text))
    return Counter(term for terms in own.values() for term in terms)


def _terms(text: str) -> set[str]:
    """List a text's words and pairs, and the pieces of 2 to 5 letters with edges as spaces."""
    folded = text.lower()
    tokens = _TOKEN.findall(folded)
    found = {*tokens, *(f"{a} {b}" for a, b in pairwise(tokens))}
    for word in set(folded.split()):
        padded = f" {word} "
        found |= {padded[i : i + n] for n in _PIECES for i in range(len(padded) - n + 1)}
    return found
