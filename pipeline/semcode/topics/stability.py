"""How far topics hold when chance or one interview is taken away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from semcode.topics.clustering import OUTLIER, Plan, assign
from semcode.topics.matching import match_topics

__all__ = ["Stability", "stability"]

Array = NDArray[np.float32]
Ints = NDArray[np.int64]

#: Below this share of segments that keep their topic, topics are said not to be stable.
ENOUGH = 0.6
_SEEDS = 10


@dataclass(frozen=True, slots=True)
class Stability:
    """Shares of segments that keep their topic, in [0, 1]; None where it was not tried.

    `seeds` is the mean over other seeds, `left_out` over leaving one interview out, `topics`
    the mean of both for each topic.
    """

    seeds: float | None
    left_out: float | None
    topics: tuple[float, ...]

    @property
    def overall(self) -> float | None:
        """Give the lower of the two: what breaks first."""
        tried = [share for share in (self.seeds, self.left_out) if share is not None]
        return min(tried) if tried else None

    @property
    def enough(self) -> bool:
        """Tell whether topics hold well enough to be reported."""
        return self.overall is not None and self.overall >= ENOUGH


def stability(
    vectors: Array,
    groups: Sequence[str],
    labels: Ints,
    plan: Plan,
    *,
    seeds: int = _SEEDS,
    most_left_out: int | None = None,
    advance: Callable[[int], None] = lambda _done: None,
) -> Stability:
    """Cluster again with other seeds, and without each interview (`groups`) in turn.

    A segment keeps its topic where the topic it falls into is the one matched to its own;
    only segments with a topic are asked. `most_left_out` limits how many interviews are left
    out, the ones with most segments first; None tries all.
    """
    people = np.asarray(groups, dtype=object)
    kept: list[NDArray[np.float64]] = []
    by_seed = []
    for seed in range(plan.seed + 1, plan.seed + 1 + seeds):
        again = assign(vectors, replace(plan, seed=seed))
        share = _kept(labels, again)
        by_seed.append(_mean(share, labels))
        kept.append(share)
        advance(1)
    names, counts = np.unique(people.astype(str), return_counts=True)
    order = names[np.argsort(-counts, kind="stable")][:most_left_out]
    by_person = []
    for name in order if len(names) > 2 else []:
        rest = np.flatnonzero(people.astype(str) != name)
        if plan.topics is not None and len(rest) <= plan.topics:
            continue
        again = assign(vectors[rest], plan)
        share = np.full(len(labels), np.nan)
        share[rest] = _kept(labels[rest], again)
        by_person.append(_mean(share, labels))
        kept.append(share)
        advance(1)
    return Stability(
        seeds=float(np.mean(by_seed)) if by_seed else None,
        left_out=float(np.mean(by_person)) if by_person else None,
        topics=tuple(_of_topics(kept, labels)),
    )


def _kept(labels: Ints, again: Ints) -> NDArray[np.float64]:
    """Tell of each segment whether it kept its topic (1, 0)."""
    before = _members(labels)
    after = _members(again)
    goes_on = match_topics(before, after, least=0.0)
    now = np.array([goes_on.get(int(label), OUTLIER - 1) for label in again])
    return np.asarray((now == labels) & (labels != OUTLIER), dtype=np.float64)


def _members(labels: Ints) -> list[list[int]]:
    most = int(labels.max(initial=OUTLIER))
    return [np.flatnonzero(labels == topic).tolist() for topic in range(most + 1)]


def _mean(share: NDArray[np.float64], labels: Ints) -> float:
    own = share[(labels != OUTLIER) & ~np.isnan(share)]
    return float(own.mean()) if len(own) else 0.0


def _of_topics(kept: Sequence[NDArray[np.float64]], labels: Ints) -> list[float]:
    topics = range(int(labels.max(initial=OUTLIER)) + 1)
    if not kept:
        return [0.0 for _ in topics]
    whole = np.stack(kept)
    return [float(np.nanmean(whole[:, labels == topic])) for topic in topics]
