"""Places of segments on a map, so that like ones lie together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["positions"]

Array = NDArray[np.float32]

_FEW = 30  # segments below which there is nothing to learn from
_SMALL = 2_000  # segments below which t-SNE is done before UMAP is compiled


def positions(vectors: Array, *, seed: int = 0) -> NDArray[np.float64]:
    """Give each segment a place (n, 2) in [0, 1], so that like ones are neighbours.

    By two components for under 30 segments, by t-SNE for under 2,000 (2 s for 323 segments,
    where UMAP takes 20 s to be compiled in each process), by UMAP for more.
    The same vectors and seed give the same map.
    """
    n = len(vectors)
    if n == 0:
        return np.zeros((0, 2))
    if n < _FEW:
        place = _components(vectors)
    elif n < _SMALL:
        from sklearn.manifold import TSNE

        near = min(30, (n - 1) // 3)
        place = TSNE(
            perplexity=near, metric="cosine", init="random", random_state=seed, n_jobs=1
        ).fit_transform(vectors)
    else:
        from umap import UMAP

        place = UMAP(
            n_neighbors=15, min_dist=0.1, metric="cosine", random_state=seed, n_jobs=1
        ).fit_transform(vectors)
    low, high = place.min(axis=0), place.max(axis=0)
    return np.asarray((place - low) / np.maximum(high - low, 1e-12), dtype=np.float64)


def _components(vectors: Array) -> NDArray[np.float64]:
    centred = vectors - vectors.mean(axis=0)
    u, s, _ = np.linalg.svd(centred.astype(np.float64), full_matrices=False)
    place = np.zeros((len(vectors), 2))
    width = min(2, len(s))
    place[:, :width] = u[:, :width] * s[:width]
    return place
