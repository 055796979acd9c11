"""Group segments by meaning: BERTopic's default way for large sets, a steadier one for small."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from semcode.errors import InputError
from semcode.wording import counted

if TYPE_CHECKING:
    from bertopic import BERTopic

__all__ = [
    "OUTLIER",
    "Plan",
    "assign",
    "choose_plan",
    "cluster",
    "divide",
    "model_of",
    "prepared",
]

Array = NDArray[np.float32]
Ints = NDArray[np.int64]

#: The number of segments that belong to no topic, as BERTopic has it.
OUTLIER = -1

_FEWEST = 12  # segments: below this there is nothing to group
_LARGE = 5_000  # segments from which density clustering has enough to go by
_COMPONENTS = 50
_SMALLEST = 5  # segments of a topic
_PER_PART = 3  # segments of a part that a topic is split into
_PER_TOPIC = 25  # segments a topic should have on average, in a small set
_FAR = 0.10  # share of a small set's segments that lie farthest from their topic


@dataclass(frozen=True, slots=True)
class Plan:
    """How a set is clustered: `method` is "density" (UMAP, HDBSCAN) or "centres" (PCA, k-means).

    `topics` is the number of centres (None for density, which finds it), `smallest` the
    fewest segments of a topic.
    """

    method: str
    topics: int | None
    smallest: int
    seed: int = 0


def choose_plan(
    vectors: Array, *, topics: int | None = None, method: str | None = None, seed: int = 0
) -> Plan:
    """Choose the method by size, and the number of centres by the mean silhouette.

    Raises InputError for fewer than 12 segments, for vectors that are all the same, and for
    a number of topics that cannot be.
    """
    n = len(vectors)
    if n < _FEWEST:
        raise InputError(
            f"{counted(n, 'passage')} with words enough to group: too few to find topics in.",
            remedy=f"Add transcripts: topics need at least {_FEWEST} passages of four words or "
            "more, and are a first look below 500.",
        )
    if float(np.ptp(vectors, axis=0).max()) < 1e-6:
        raise InputError(
            "All passages say the same, so that there are no topics among them.",
            remedy="Check that the right files were added.",
        )
    if topics is not None and not 2 <= topics <= n // 2:
        raise InputError(
            f"{counted(topics, 'topic')} cannot be made of {counted(n, 'passage')}.",
            where="--topics",
            remedy=f"Choose between 2 and {n // 2}.",
        )
    if method not in (None, "density", "centres"):
        raise InputError(f"{method!r} is no way of clustering.", remedy="Use density or centres.")
    chosen = method or ("density" if n >= _LARGE and topics is None else "centres")
    smallest = max(_SMALLEST, n // 200) if chosen == "density" else _SMALLEST
    if chosen == "density":
        return Plan(chosen, None, smallest, seed)
    if topics is None:
        with _one_thread():
            topics = _best_number(prepared(vectors), seed)
    return Plan(chosen, topics, smallest, seed)


def prepared(vectors: Array) -> Array:
    """Project unit vectors on their first 50 principal components, rows of length 1."""
    from sklearn.decomposition import PCA

    components = min(_COMPONENTS, len(vectors) - 1, vectors.shape[1])
    low = PCA(components, svd_solver="full").fit_transform(vectors.astype(np.float64))
    lengths = np.linalg.norm(low, axis=1, keepdims=True)
    return np.asarray(low / np.maximum(lengths, 1e-12), dtype=np.float32)


def cluster(vectors: Array, texts: list[str], plan: Plan) -> tuple[Ints, BERTopic]:
    """Fit BERTopic on vectors that exist already; give the topic of each segment, and the model.

    Topics are numbered by falling size; -1 is no topic. The fit's own assignments are given:
    BERTopic's `transform` agrees with them only in part.
    """
    model = model_of(plan)
    with _one_thread():
        work = prepared(vectors) if plan.method == "centres" else vectors
        found, _ = model.fit_transform(texts, embeddings=work)
    return _settled(work, np.asarray(found, dtype=np.int64), plan), model


def assign(vectors: Array, plan: Plan) -> Ints:
    """Give the topics that `cluster` gives, without the words that BERTopic counts for them."""
    reduce, group = _parts(plan)
    with _one_thread():
        work = prepared(vectors) if plan.method == "centres" else vectors
        low = reduce.fit_transform(work) if reduce is not None else work
        found = group.fit_predict(low)
    return _settled(work, np.asarray(found, dtype=np.int64), plan)


def _one_thread() -> Any:
    """Compute on one thread: the same topics whatever the cores, and no slower at these sizes."""
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    return threadpool_limits(limits=1)


def _settled(work: Array, labels: Ints, plan: Plan) -> Ints:
    if plan.method == "centres":
        labels = _without_far(work, labels)
    return _by_size(labels, plan.smallest)


def divide(vectors: Array, *, parts: int, seed: int = 0) -> Ints:
    """Cluster the segments of one topic again, by k-means; give the part of each.

    Parts are numbered by falling size. Raises InputError where there are fewer than 3
    segments for each part, or where segments do not differ.
    """
    from sklearn.cluster import KMeans

    n = len(vectors)
    if parts < 2 or n < parts * _PER_PART:
        raise InputError(
            f"{counted(n, 'passage')} cannot be split into {counted(parts, 'part')}.",
            remedy=f"Use 2 parts or more, with {_PER_PART} passages for each.",
        )
    if float(np.ptp(vectors, axis=0).max()) < 1e-6:
        raise InputError("All passages of this topic say the same.", remedy="Leave it whole.")
    labels = KMeans(parts, n_init=10, random_state=seed).fit_predict(prepared(vectors))
    return _by_size(np.asarray(labels, dtype=np.int64), 1)


def model_of(plan: Plan) -> BERTopic:
    """Make the BERTopic model of a plan; it embeds nothing and reads no file."""
    from bertopic import BERTopic
    from bertopic.dimensionality import BaseDimensionalityReduction

    reduce, group = _parts(plan)
    return BERTopic(
        embedding_model=None,
        umap_model=reduce if reduce is not None else BaseDimensionalityReduction(),
        hdbscan_model=group,
        vectorizer_model=_counts(),
        calculate_probabilities=False,
        verbose=False,
    )


def _parts(plan: Plan) -> tuple[Any, Any]:
    """Give what makes vectors smaller (None: nothing more than `prepared`), and what groups."""
    if plan.method == "centres":
        from sklearn.cluster import KMeans

        return None, KMeans(plan.topics or 2, n_init=10, random_state=plan.seed)
    from hdbscan import HDBSCAN
    from umap import UMAP

    reduce = UMAP(
        n_neighbors=15,
        n_components=5,
        min_dist=0.0,
        metric="cosine",
        random_state=plan.seed,
        n_jobs=1,
    )
    return reduce, HDBSCAN(min_cluster_size=plan.smallest, prediction_data=False)


def _counts() -> object:
    """Count words only for BERTopic's own needs; the terms shown are made elsewhere."""
    from sklearn.feature_extraction.text import CountVectorizer

    return CountVectorizer(token_pattern=r"(?u)\b\w+\b")  # noqa: S106 - no password


def _best_number(work: Array, seed: int) -> int:
    """Give the number of centres with the best mean silhouette, from few to n / 10."""
    from sklearn.cluster import KMeans
    from sklearn.metrics import silhouette_score

    n = len(work)
    most = max(3, min(60, n // 10))
    middle = max(3, n // _PER_TOPIC)
    tried = sorted({min(most, max(2, round(middle * f))) for f in (0.4, 0.6, 0.8, 1.0, 1.3, 1.6)})
    sample = min(n, 2_000)
    scores = {}
    for k in tried:
        labels = KMeans(k, n_init=3, random_state=seed).fit_predict(work)
        if len(set(labels)) > 1:
            scores[k] = silhouette_score(work, labels, sample_size=sample, random_state=seed)
    return max(scores, key=lambda k: (scores[k], -k)) if scores else 2


def _without_far(work: Array, labels: Ints) -> Ints:
    """Leave out of their topics the tenth of all segments that lies farthest from its centre."""
    near = np.empty(len(work))
    for topic in np.unique(labels):
        own = labels == topic
        centre = work[own].mean(axis=0)
        near[own] = work[own] @ (centre / max(float(np.linalg.norm(centre)), 1e-12))
    return np.where(near < np.quantile(near, _FAR), OUTLIER, labels)


def _by_size(labels: Ints, smallest: int) -> Ints:
    """Number topics by falling size; what is too small is no topic."""
    topics, sizes = np.unique(labels[labels != OUTLIER], return_counts=True)
    order = sorted(
        (
            (-int(size), int(topic))
            for topic, size in zip(topics, sizes, strict=True)
            if size >= smallest
        )
    )
    number = {topic: place for place, (_, topic) in enumerate(order)}
    return np.array([number.get(int(label), OUTLIER) for label in labels], dtype=np.int64)
