"""Encode with sentence-transformers: the reference, and whatever folder a person gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from semcode.embed.offline import offline_and_quiet
from semcode.embed.registry import ModelRef
from semcode.embed.vectors import checked, scaled
from semcode.errors import ModelError

__all__ = ["SentenceEncoder"]

CHUNK = 1024  # texts sorted together: bounds the memory


class SentenceEncoder:
    """A SentenceTransformer on the CPU; needs no network and shows no progress bars."""

    def __init__(self, ref: ModelRef, folder: Path, *, threads: int | None = None) -> None:
        from sentence_transformers import SentenceTransformer

        self.ref = ref
        self._threads = threads or 0
        with offline_and_quiet():
            try:
                self._model = SentenceTransformer(
                    str(folder),
                    device="cpu",
                    local_files_only=True,
                    trust_remote_code=False,
                    model_kwargs={"use_safetensors": True},
                )
            except (OSError, ValueError, KeyError) as error:
                raise ModelError(
                    f"sentence-transformers cannot load this model: {error}",
                    where=str(folder),
                    remedy="Copy the whole folder of the model again, or use another model.",
                ) from error

    def encode(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """Give one unit vector a text; see Encoder."""
        vectors = np.empty((len(texts), self.ref.dimension), dtype=np.float32)
        with _torch_threads(self._threads):
            for start in range(0, len(texts), CHUNK):
                rows = slice(start, start + CHUNK)
                found = self._model.encode(
                    list(texts[rows]), show_progress_bar=False, convert_to_numpy=True
                )
                vectors[rows] = scaled(self._fitting(np.asarray(found, dtype=np.float32)))
                checked(vectors[rows], name=self.ref.name)
                if progress is not None:
                    progress(min(start + CHUNK, len(texts)))
        return vectors

    def encode_both(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> tuple[NDArray[np.float32], None]:
        """Give the vectors alone: the layers of a folder's model are not looked into."""
        return self.encode(texts, progress=progress), None

    def _fitting(self, found: NDArray[np.float32]) -> NDArray[np.float32]:
        if found.shape[1] != self.ref.dimension:
            raise ModelError(
                f"The model gives vectors of {found.shape[1]} numbers, and its settings say "
                f"{self.ref.dimension}.",
                where=self.ref.name,
                remedy="Copy the whole folder of the model again.",
            )
        return found


@contextmanager
def _torch_threads(threads: int) -> Iterator[None]:
    """Let torch use so many threads; 0 leaves its own choice."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(threads or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)
