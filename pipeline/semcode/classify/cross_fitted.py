"""An encoder that was trained on a study, and answers for the study's texts as if it was not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semcode.classify.features import Embedder
from semcode.classify.labels import key_of
from semcode.errors import ModelError

__all__ = ["FILE", "CrossFitted", "read_vectors", "with_cross_fitted", "write_vectors"]

Array = NDArray[np.float32]

#: The file in a fine-tuned model's folder that holds hashes of texts and their vectors.
FILE = "cross_fitted.safetensors"


class CrossFitted:
    """Give texts that were trained on the vector of a model that had not seen them.

    Such a model places its own training texts better than any others; what is learned,
    chosen and calibrated on those vectors would promise too much. Other texts get the
    vector of the model trained on everything.
    """

    def __init__(self, encoder: Embedder, vectors: dict[str, Array]) -> None:
        self.encoder, self.vectors = encoder, vectors

    @property
    def ref(self) -> Any:
        """Say which weights these are."""
        return getattr(self.encoder, "ref", None)

    def encode(self, texts: Sequence[str]) -> Array:
        """Give one unit vector a text, (n_texts, dimension)."""
        kept = [self.vectors.get(key_of(text)) for text in texts]
        new = [text for text, vector in zip(texts, kept, strict=True) if vector is None]
        fresh = iter(np.asarray(self.encoder.encode(new), np.float32) if new else ())
        rows = [next(fresh) if vector is None else vector for vector in kept]
        return np.stack(rows) if rows else np.asarray(self.encoder.encode([]), np.float32)


def write_vectors(folder: Path, vectors: dict[str, Array]) -> None:
    """Write vectors under the hashes of their texts (no text) into a model's folder."""
    from safetensors.numpy import save_file

    keys = np.array([list(bytes.fromhex(key)) for key in vectors], np.uint8).reshape(-1, 32)
    save_file({"keys": keys, "vectors": np.stack(list(vectors.values()))}, str(folder / FILE))


def read_vectors(folder: Path) -> dict[str, Array]:
    """Read what write_vectors wrote; raises ModelError where it is damaged."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        found = load_file(str(folder / FILE))
        keys, vectors = found["keys"], found["vectors"]
    except (OSError, KeyError, SafetensorError) as error:
        raise ModelError(
            f"The vectors of the texts that were trained on cannot be read: {error}.",
            where=str(folder / FILE),
            remedy="Copy the whole folder of the fine-tuned model again.",
        ) from error
    return {bytes(key).hex(): vector for key, vector in zip(keys, vectors, strict=True)}


def with_cross_fitted(encoder: Embedder) -> Embedder:
    """Wrap an encoder whose folder holds cross-fitted vectors; give any other back."""
    folder = getattr(getattr(encoder, "ref", None), "folder", None)
    if folder is None or not (Path(folder) / FILE).is_file():
        return encoder
    return CrossFitted(encoder, read_vectors(Path(folder)))
