"""What a probability of the learner behind the page rests on, for one passage and code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from semcode.index import VectorIndex
from semcode.study.learning.live_learned import LiveLearned
from semcode.study.learning.live_scores import LiveScores, moved_by
from semcode.study.learning.moved_words import moved_words

__all__ = ["Grounds", "Near", "grounds_of"]

Array = NDArray[np.float32]

_NEIGHBOURS = 16  # some are left out where a coder may not see them yet


class Near(NamedTuple):
    """A passage that people gave the code: a transcript's id, start and end, and likeness."""

    transcript: int
    start: int
    end: int
    participant: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Grounds:
    """What speaks for a code and against it, and where people gave it.

    `statement` is the nearest of the codebook, with its likeness; `telling` are the passage's
    words that the codebook uses of this code; `moved` divides the log-odds, `words` names those
    that moved them (words_for, words_against); `nearest` are the nearest passages with the
    code, the nearest first.
    """

    field: str
    statement: str
    similarity: float
    telling: Sequence[str]
    moved: Mapping[str, float]
    words: Mapping[str, Sequence[tuple[str, float]]]
    nearest: Sequence[Near]


def grounds_of(
    scores: LiveScores, learned: LiveLearned, segment: int, guid: str, text: str
) -> Grounds | None:
    """Say what a segment's probability of a code rests on; None where either is unknown.

    `text` are the segment's words.
    """
    from semcode.classify import plain_words

    [row] = scores.segments.rows_of([segment])
    if row < 0 or guid not in scores.codes:
        return None
    code, model = scores.codes.index(guid), learned.model
    blocks, scorer = model.features_.blocks, model.definitions
    vector = _directions(scores, blocks["meaning"], [int(row)])
    said, similarity = scorer.best_statement(vector[0], code)
    weights = scores.weights[code][:-2]
    rows = [one for one in learned.given(code) if one != row]
    near = VectorIndex(_directions(scores, blocks["meaning"], rows)).search(vector, _NEIGHBOURS)
    return Grounds(
        field=said.field,
        statement=said.text,
        similarity=similarity,
        telling=sorted(plain_words(text) & scorer.telling_words(code)),
        moved=moved_by(scores, model, [(segment, guid)])[0],
        words=moved_words(
            model, text, weights[blocks["words"]], float(model.calibration_.slope[code])
        ),
        nearest=[
            _near(scores, rows[int(place)], float(likeness))
            for likeness, place in zip(near[0][0], near[1][0], strict=True)
        ],
    )


def _directions(scores: LiveScores, block: slice, rows: Sequence[int]) -> Array:
    """Give the embeddings of rows, each of length 1."""
    vectors = scores.vectors(np.array(rows, np.intp))[:, block].astype(np.float32)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Array = vectors / np.maximum(lengths, np.float32(1e-6))
    return unit


def _near(scores: LiveScores, row: int, likeness: float) -> Near:
    segments = scores.segments
    [transcript] = segments.transcripts_of(np.array([row], np.intp)).tolist()
    start, end = segments.units[transcript][row - segments.first[transcript]]
    return Near(transcript, start, end, segments.groups[row], likeness)
