"""What an encoder is, how one is loaded, and how a long stream of texts is encoded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from semcode.embed.registry import ModelRef, verify
from semcode.errors import ModelError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Encoder", "encode_stream", "load_encoder"]


class Encoder(Protocol):
    """Turns texts into unit vectors."""

    @property
    def ref(self) -> ModelRef:
        """Say which weights these are."""
        ...

    def encode(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """Give one vector a text: (n_texts, dimension), each of length 1.

        A text beyond `ref.max_tokens` counts up to there; the rest is left out, as in the
        reference. `progress` is told how many texts are done. The vector of a text does
        not depend on the texts around it. Raises ModelError where a value is not finite.
        """
        ...

    def encode_both(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
        """Give the vectors, and the mean of the middle layer over each text's tokens.

        The last layer keeps what a text is about; the middle one still tells how it is
        said. The mean is as the layer gives it, of no fixed length: (n_texts, width of the
        layer). None where the model's middle layer cannot be read.
        """
        ...


def load_encoder(ref: ModelRef, *, threads: int | None = None) -> Encoder:
    """Check the files of a model and load it; None or 0 threads means all cores.

    Raises ModelError where a file is missing or has changed.
    """
    folder = verify(ref)
    if ref.backend == "onnx":
        from semcode.embed.onnx import OnnxEncoder

        return OnnxEncoder(ref, folder, threads=threads)
    if ref.backend == "sentence-transformers":
        from semcode.embed.sentence import SentenceEncoder

        return SentenceEncoder(ref, folder, threads=threads)
    raise ModelError(
        f"semcode cannot run a model of the sort {ref.backend!r}.",
        where=ref.name,
        remedy="Use one of: onnx, sentence-transformers.",
    )


def encode_stream(
    encoder: Encoder, texts: Iterable[str], *, size: int = 1024
) -> Iterator[NDArray[np.float32]]:
    """Encode `size` texts at a time, so that neither texts nor vectors pile up in memory."""
    waiting = iter(texts)
    while chunk := list(islice(waiting, size)):
        yield encoder.encode(chunk)
