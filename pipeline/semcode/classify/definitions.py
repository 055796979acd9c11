"""The cold start: how near a segment is to what the codebook says of each code."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semcode.codebook import Codebook, load_codebook

__all__ = ["DefinitionScorer", "Statement", "background_digest", "plain_words", "statements"]

Array = NDArray[np.float32]

#: What a kind of statement counts for in a code's prototype.
_WEIGHTS = {"definition": 1.0, "example": 1.0, "include": 0.5, "exclude": 0.0}
#: What it costs to be nearer to what a code excludes than to the code.
_EXCLUDE_COST = 0.2
#: What likeness of words counts for beside likeness of meaning.
_WORDS_WEIGHT = 2.0
#: The logistic curve from the sum of both to [0, 1].
_INTERCEPT, _SLOPE = -6.1, 9.9

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that the codebook says of a code; `field` is where it says it."""

    code: int
    field: str
    text: str


def statements(codebook: Codebook) -> list[Statement]:
    """List what the codebook says of each code: definition, in- and exclusion, examples."""
    found = []
    for position, code in enumerate(codebook.codes):
        found.append(Statement(position, "definition", f"{code.name}. {code.definition}".strip()))
        if code.include:
            found.append(Statement(position, "include", code.include))
        if code.exclude:
            found.append(Statement(position, "exclude", code.exclude))
        found += [Statement(position, "example", text) for text in code.examples]
    return found


def plain_words(text: str) -> set[str]:
    """Give the words of four letters and more, in lower case, without contractions."""
    return {word.lower() for word in _WORD.findall(text) if len(word) > 3 and word.isalpha()}


class DefinitionScorer:
    """Score segments by what the codebook says, before anything was learned from people.

    A code's prototype is the weighted mean of its definition, its examples and what it
    includes; prototypes and segments are centred near the mean of all statements, so that
    what every code says counts for little. To the cosine with the prototype comes the
    likeness of words (TF-IDF over character 3- to 5-grams, fitted on this codebook and the
    general one that travels with semcode). What a code excludes costs a segment that is nearer
    to it than to the code a part of the difference. A logistic curve turns the sum into [0, 1]; its
    constants were fitted to the share of coders who gave a code in the two starter studies,
    so the scores are there to rank by: how far they are probabilities in another study is
    not known. A segment's score depends on itself and the codebook only.
    """

    def __init__(self, codebook: Codebook, vectors: Array) -> None:
        """Take the unit vectors of `statements(codebook)`, (n_statements, dimension)."""
        self.codebook = codebook
        self.statements = statements(codebook)
        self._vectors = vectors
        self._owner = np.array([s.code for s in self.statements])
        # The mean of few codes says more of them than of the language: it is shrunk.
        self._says = np.array([s.field != "exclude" for s in self.statements])
        shrink = np.float32(len(codebook) / (len(codebook) + 2))
        self._centre = vectors[self._says].mean(axis=0) * shrink
        self._prototypes = _unit(self._weighted_means() - self._centre)
        codes = codebook.codes
        self._parent = [codes.index(codebook[c.parent]) if c.parent else -1 for c in codes]

    def scores(self, vectors: Array, texts: Sequence[str]) -> Array:
        """Score n segments by unit vectors, (n, dimension), and texts: (n, n_codes) in [0, 1].

        A code's score is never above its parent's.
        """
        meaning = _unit(vectors - self._centre) @ self._prototypes.T
        meaning -= _EXCLUDE_COST * np.maximum(self._nearness_to_excluded(vectors) - meaning, 0)
        both = meaning + _WORDS_WEIGHT * self._likeness_of_words(texts)
        scores = (1 / (1 + np.exp(-_INTERCEPT - _SLOPE * both))).astype(np.float32)
        for code in _children_first(self._parent):
            parent = self._parent[code]
            if parent >= 0:
                np.maximum(scores[:, parent], scores[:, code], out=scores[:, parent])
        return scores

    def best_statement(self, vector: Array, code: int) -> tuple[Statement, float]:
        """Give what the codebook says of a code that is nearest to a segment, and how near."""
        rows = np.flatnonzero((self._owner == code) & self._says)
        similarity = self._vectors[rows] @ vector
        best = int(similarity.argmax())
        return self.statements[rows[best]], float(similarity[best])

    def _nearness_to_excluded(self, vectors: Array) -> Array:
        """Give cosines with what each code excludes, (n, n_codes); -1 where it says nothing."""
        nearness = np.full((len(vectors), len(self.codebook)), -1, np.float32)
        rows = np.flatnonzero(~self._says)
        if len(rows):
            excluded = _unit(self._vectors[rows] - self._centre)
            nearness[:, self._owner[rows]] = _unit(vectors - self._centre) @ excluded.T
        return nearness

    def telling_words(self, code: int) -> frozenset[str]:
        """Give the words that the codebook uses of this code and of hardly any other."""
        return self._telling[code]

    def _weighted_means(self) -> Array:
        weights = np.zeros((len(self.codebook), len(self.statements)), np.float32)
        alike = Counter((s.code, s.field) for s in self.statements)
        for column, said in enumerate(self.statements):
            weights[said.code, column] = _WEIGHTS[said.field] / alike[said.code, said.field]
        means: Array = weights @ self._vectors / weights.sum(axis=1, keepdims=True)
        return means

    def _likeness_of_words(self, texts: Sequence[str]) -> Array:
        if not len(texts):
            return np.zeros((0, len(self.codebook)), np.float32)
        vectorizer, of_codes = self._ngrams
        likeness: Array = (vectorizer.transform(texts) @ of_codes.T).toarray()
        return likeness

    @cached_property
    def _ngrams(self) -> tuple[Any, Any]:
        from sklearn.feature_extraction.text import TfidfVectorizer

        own = _documents(self.codebook)
        vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True)
        vectorizer.fit([*own, *_background(self.codebook.language)])
        return vectorizer, vectorizer.transform(own)

    @cached_property
    def _telling(self) -> list[frozenset[str]]:
        words: list[set[str]] = [set() for _ in self.codebook]
        for code, text in enumerate(_documents(self.codebook)):
            words[code] |= plain_words(text)
        uses = Counter(word for of_code in words for word in of_code)
        most = max(1, len(self.codebook) // 8)
        common = _common_words(self.codebook.language)
        return [frozenset(w for w in of_code - common if uses[w] <= most) for of_code in words]


def _documents(codebook: Codebook) -> list[str]:
    documents = [""] * len(codebook)
    for statement in statements(codebook):
        if statement.field != "exclude":
            documents[statement.code] += statement.text + "\n"
    return documents


def _common_words(language: str) -> frozenset[str]:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    return frozenset(ENGLISH_STOP_WORDS) if language == "en" else frozenset()


def background_digest(language: str) -> str:
    """Hash the texts that a scorer takes in beside the codebook."""
    return sha256("\n".join(_background(language)).encode()).hexdigest()


def _background(language: str) -> list[str]:
    """Give texts that tell which n-grams are common, so that a codebook of two codes works."""
    general = load_codebook("sem")
    return _documents(general) if general.language == language else []


def _children_first(parents: Sequence[int]) -> list[int]:
    def depth(code: int) -> int:
        return 0 if parents[code] < 0 else 1 + depth(parents[code])

    return sorted(range(len(parents)), key=depth, reverse=True)


def _unit(rows: Array) -> Array:
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: Array = rows / np.maximum(length, np.float32(1e-12))
    return unit
