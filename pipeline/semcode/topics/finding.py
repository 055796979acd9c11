"""Find the topics of a set of segments, with what a reader must know about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from semcode.topics.clustering import OUTLIER, Plan, choose_plan, cluster
from semcode.topics.describing import Topic, describe
from semcode.wording import counted

__all__ = ["TopicSet", "find_topics"]

Array = NDArray[np.float32]
Ints = NDArray[np.int64]

_THIN = 500  # segments below which topics are a first look
_FEW_PEOPLE = 5
_OF_ONE = 0.6  # share of a topic from which it is one person's
_MOST_OUT = 0.5


@dataclass(frozen=True)
class TopicSet:
    """Topics, the topic of each segment (-1 for none), and how they were found."""

    labels: Ints
    topics: tuple[Topic, ...]
    plan: Plan
    notes: tuple[str, ...] = ()

    @property
    def outliers(self) -> int:
        """Count the segments that belong to no topic."""
        return int((self.labels == OUTLIER).sum())


def find_topics(
    texts: Sequence[str],
    vectors: Array,
    groups: Sequence[str],
    *,
    topics: int | None = None,
    method: str | None = None,
    seed: int = 0,
    language: str = "en",
) -> TopicSet:
    """Cluster segments by their unit vectors, (n, dimension); `groups` are the participants.

    The same input and seed give the same topics. Raises InputError where there is too little
    to group.
    """
    plan = choose_plan(vectors, topics=topics, method=method, seed=seed)
    labels, _ = cluster(vectors, list(texts), plan)
    found = tuple(describe(labels, texts, vectors, groups, language=language))
    notes = _notes(labels, found, groups)
    if topics is None and plan.topics is not None:
        notes.append(
            f"Passages do not tell how many topics there are: {plan.topics} were tried for, and "
            "with another seed it may be another number. What others show: --topics N."
        )
    return TopicSet(labels, found, plan, tuple(notes))


def _notes(labels: Ints, topics: Sequence[Topic], groups: Sequence[str]) -> list[str]:
    notes = []
    people = len(set(groups))
    if len(labels) < _THIN:
        notes.append(
            f"{counted(len(labels), 'passage')} with words enough to group: few, so take these "
            "topics as a first look, not a finding."
        )
    if people < _FEW_PEOPLE:
        notes.append(f"They come from {people} participant{'s' if people > 1 else ''} only.")
    if not topics:
        notes.append("No topic was found: every passage stands alone.")
    out = float((labels == OUTLIER).mean())
    if topics and out > _MOST_OUT:
        notes.append(f"{out:.0%} of the passages belong to no topic.")
    single = [t for t in topics if t.participants == 1 or t.largest_share > _OF_ONE]
    if single and people > 1:
        names = "; ".join(", ".join(t.terms[:3]) or f"topic {t.number}" for t in single)
        notes.append(f"Mostly one person speaks of: {names}. That is no theme yet.")
    return notes
