"""How topics stand to the codebook: the codes that they are like, and their level."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from semcode import store
from semcode.classify import DefinitionScorer, hierarchy, statements
from semcode.codebook import Codebook
from semcode.records import Level
from semcode.store.models import ModelRow
from semcode.store.topics import TopicRow
from semcode.study.learning.learned import open_scorer
from semcode.study.progress import Progress
from semcode.study.topics.material import Material

if TYPE_CHECKING:
    from semcode.study.study import Study

__all__ = ["relate", "relation_digest"]

Floats = NDArray[np.float64]

_NEAR = 5


def relation_digest(study: Study) -> str:
    """Hash what topics are compared with: the codebook, and the model or the definitions."""
    with study.database.read() as connection:
        book, row = store.codebooks.load(connection), store.models.newest(connection)
    told = (book.digest, row.sha256 if row else "", study.settings.suggest.floor)
    return hashlib.sha256(repr(told).encode()).hexdigest()


def relate(
    study: Study,
    material: Material,
    rows: Mapping[str, Sequence[int]],
    topics: Sequence[TopicRow],
    progress: Progress,
) -> list[TopicRow]:
    """Give the topics with their level and nearest codes; `rows` are each topic's segments.

    A code is near by the share of segments that its score would be suggested for. The level
    is the one whose best codes have the highest mean score.
    """
    with study.database.read() as connection:
        book, trained = store.codebooks.load(connection), store.models.newest(connection)
    if not topics or not book.codes:
        return list(topics)
    scores = _scores(study, material, book, trained, progress)
    levels = hierarchy.level_members(book)
    floor = study.settings.suggest.floor
    return [
        replace(
            topic,
            level=_level(scores[list(rows[topic.topic])], levels),
            near=_near(scores[list(rows[topic.topic])], book, floor),
        )
        if rows.get(topic.topic)
        else topic
        for topic in topics
    ]


def _scores(
    study: Study,
    material: Material,
    book: Codebook,
    trained: ModelRow | None,
    progress: Progress,
) -> Floats:
    """Score all segments for all codes as `suggest` does, (n_segments, n_codes)."""
    encoder = material.encoder
    said = [statement.text for statement in statements(book)]
    scorer = DefinitionScorer(book, encoder.encode(said))
    learned = open_scorer(study.database, trained, encoder, book) if trained else None
    found = np.zeros((len(material.keys), len(book)), np.float64)
    with progress.stage("Comparing topics with codes", len(material.keys)) as advance:
        for _, group in groupby(range(len(material.keys)), key=lambda row: material.keys[row][0]):
            own = list(group)
            cold = scorer.scores(material.vectors[own], [material.texts[row] for row in own])
            pairs = [material.pairs[row] for row in own]
            found[own] = learned.judge(pairs, cold).p if learned else cold
            advance(len(own))
    return found


def _level(scores: Floats, levels: Mapping[Level, Sequence[int]]) -> str | None:
    means = {
        level: float(scores[:, list(codes)].max(axis=1).mean())
        for level, codes in levels.items()
        if len(codes)
    }
    return max(means, key=lambda level: means[level]).value if means else None


def _near(scores: Floats, book: Codebook, floor: float) -> tuple[tuple[str, float, float], ...]:
    """Give the codes that are nearest; a code above one that is suggested counts as well."""
    has = scores >= floor
    place = {code.guid: number for number, code in enumerate(book.codes)}
    for code in book.codes:
        for above in book.ancestors(code):
            has[:, place[above.guid]] |= scores[:, place[code.guid]] >= floor
    shares, means = has.mean(axis=0), scores.mean(axis=0)
    order = sorted(range(len(book)), key=lambda n: (-shares[n], -means[n], n))
    return tuple(
        (book.codes[n].guid, round(float(shares[n]), 4), round(float(means[n]), 4))
        for n in order[:_NEAR]
    )
