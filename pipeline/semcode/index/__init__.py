"""Nearest neighbours among embeddings: exact inner products with FAISS."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["VectorIndex"]


class VectorIndex:
    """Find the rows of a matrix of unit vectors that are nearest to others.

    Exact up to about a million rows; approximate kinds lose some neighbours and take
    minutes to build.
    """

    def __init__(self, vectors: NDArray[np.float32]) -> None:
        """Take unit vectors, (n_rows, dimension); n_rows may be 0."""
        import faiss

        self.size = len(vectors)
        self._index = faiss.IndexFlatIP(vectors.shape[1])
        if self.size:
            self._index.add(np.ascontiguousarray(vectors, dtype=np.float32))

    def search(
        self, queries: NDArray[np.float32], count: int
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Give cosine similarities and row numbers, both (n_queries, min(count, size)).

        The nearest row comes first.
        """
        wanted = min(count, self.size)
        if not wanted or not len(queries):
            shape = (len(queries), wanted)
            return np.zeros(shape, np.float32), np.zeros(shape, np.int64)
        similarity, rows = self._index.search(
            np.ascontiguousarray(queries, dtype=np.float32), wanted
        )
        return similarity, rows
