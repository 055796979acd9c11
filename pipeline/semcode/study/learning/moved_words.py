"""Which words of a passage moved a code's probability, and how far."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from semcode.classify import CodeClassifier

__all__ = ["moved_words"]

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_WORDS = 6  # words for, and words against, that are shown
_LEAST_WORD = 0.01  # log-odds below which a word moved nothing


def moved_words(
    model: CodeClassifier, text: str, weights: NDArray[np.float64], bend: float
) -> dict[str, list[tuple[str, float]]]:
    """Give the words that moved a code most, up and down, with the log-odds of each.

    `weights` are the code's over the word block, (256,), `bend` the slope of its calibration.
    """
    added = model.features_.word_weights(text, weights)
    whole = {word.lower() for word in _WORD.findall(text)}
    whole -= _common_words(model.codebook.language)
    scored = [
        (word, round(float(value * bend), 4))
        for word, value in added.items()
        if len(word) > 2 and word in whole
    ]
    up = sorted((x for x in scored if x[1] >= _LEAST_WORD), key=lambda x: (-x[1], x[0]))
    down = sorted((x for x in scored if x[1] <= -_LEAST_WORD), key=lambda x: (x[1], x[0]))
    return {"words_for": up[:_WORDS], "words_against": down[:_WORDS]}


def _common_words(language: str) -> frozenset[str]:
    """Give the words that say nothing of a topic, none where they are not known."""
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    return frozenset(ENGLISH_STOP_WORDS) if language == "en" else frozenset()
