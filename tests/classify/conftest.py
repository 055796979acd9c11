from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from semcode.classify import CodeClassifier
from semcode.codebook import Code, Codebook
from semcode.records import Level


class WordEncoder:
    """Means of one fixed random direction a word: likeness of words, without weights."""

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        out = np.zeros((len(texts), 48), np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().split():
                out[row] += np.random.default_rng(zlib.crc32(word.encode())).normal(size=48)
        length = np.linalg.norm(out, axis=1, keepdims=True)
        return (out / np.maximum(length, 1e-6)).astype(np.float32)


class MannerEncoder(WordEncoder):
    """Adds a middle layer that tells how a text is written, and whether it is loud."""

    def encode_both(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        said = [[1, text.isupper(), text.count("?"), text.count("a")] for text in texts]
        return self.encode(texts), np.array(said, np.float32)


TOPICS = {
    "housing": "rent eviction shelter landlord apartment lease",
    "childcare": "daycare babysitter kids toddler nursery sitter",
    "transport": "bus car ride driver gas train",
}
SUBTOPIC = "bus"


@pytest.fixture
def encoder() -> WordEncoder:
    return WordEncoder()


@pytest.fixture
def manner_encoder() -> MannerEncoder:
    return MannerEncoder()


@pytest.fixture
def codebook() -> Codebook:
    return Codebook(
        codes=(
            Code("housing", "rent and shelter", level=Level.COMMUNITY),
            Code("childcare", "daycare for kids", level=Level.INTERPERSONAL),
            Code("transport", "how people get a ride", level=Level.COMMUNITY),
            Code("buses", "taking the bus", parent="transport"),
        )
    )


def invent(count: int, *, seed: int = 0) -> tuple[list[tuple[str, str]], np.ndarray, list[str]]:
    """Invent texts of fillers and topic words: pairs, labels (count, 4) and participants."""
    rng = np.random.default_rng(seed)
    fillers = (
        "well",
        "you",
        "know",
        "was",
        "just",
        "like",
        "going",
        "over",
        "there",
        "and",
        "then",
    )
    pairs, y = [], np.zeros((count, 4))
    for row in range(count):
        words = list(rng.choice(fillers, 9))
        for column, said in enumerate(TOPICS.values()):
            if rng.random() < 0.3:
                chosen = list(rng.choice(said.split(), 2))
                words += chosen
                y[row, column] = 1
                y[row, 3] = max(y[row, 3], SUBTOPIC in chosen)
        rng.shuffle(words)
        pairs.append((str(rng.choice(["what happened", "and how was it"])), " ".join(words)))
    return pairs, y, [f"P{row % 8}" for row in range(count)]


@pytest.fixture
def spoken() -> Callable[..., tuple[list[tuple[str, str]], np.ndarray, list[str]]]:
    return invent


@pytest.fixture
def trained(codebook: Codebook, encoder: WordEncoder) -> CodeClassifier:
    return CodeClassifier(codebook, encoder=encoder).fit(*invent(160))
