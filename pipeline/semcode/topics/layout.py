"""Places of segments on a map, so that like ones lie together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["positions"]

Array = NDArray[np.float32]

_FEW = 30  # segments below which UMAP has nothing to learn from


def positions(vectors: Array, *, seed: int = 0) -> NDArray[np.float64]:
    """Give each segment a place (n, 2) in [0, 1] by UMAP; by two components for under 30.

    The same vectors and seed give the same map.
    """
    n = len(vectors)
    if n == 0:
        return np.zeros((0, 2))
    if n < _FEW:
        place = _components(vectors)
    else:
        from umap import UMAP

        near = min(15, n - 1)
        place = UMAP(
            n_neighbors=near, min_dist=0.1, metric="cosine", random_state=seed, n_jobs=1
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
