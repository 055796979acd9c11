"""Scale vectors to length 1 and refuse values that are not finite."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from semcode.errors import ModelError

__all__ = ["checked", "scaled"]


def scaled(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Divide each row by its length, as torch.nn.functional.normalize does (at least 1e-12)."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, np.float32(1e-12)), dtype=np.float32)


def checked(vectors: NDArray[np.float32], *, name: str) -> NDArray[np.float32]:
    """Give the vectors back; raise ModelError where a value is NaN or infinite."""
    if not np.isfinite(vectors).all():
        row = int(np.flatnonzero(~np.isfinite(vectors).all(axis=1))[0])
        raise ModelError(
            f"The model {name} gave a vector that holds no number (text {row + 1}).",
            where=name,
            remedy="Install the model again; if it stays, use another one.",
        )
    return vectors
