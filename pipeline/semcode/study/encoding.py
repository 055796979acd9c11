"""Embed texts through the study's own cache: what was embedded once is never embedded again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from semcode import embed, store
from semcode.classify.labels import key_of
from semcode.config import Settings
from semcode.errors import ModelError
from semcode.store import Database

__all__ = ["CachedEncoder"]

Array = NDArray[np.float32]

#: Texts that are embedded between two commits: what a power cut can cost.
_COMMIT_EVERY = 512


class CachedEncoder:
    """An encoder whose vectors are kept in the study; the model is loaded when one is missing.

    Where the study's newest trained model came with an embedding that was fine-tuned, it is
    that one. Texts that it was trained on get the vectors of one that had not seen them.
    """

    def __init__(
        self, database: Database, settings: Settings, *, adapted: str | None = None
    ) -> None:
        """Find the weights. Raises ModelError where they are missing.

        `adapted` is the folder of a fine-tuned embedding inside the study's, "" for the
        settings' own; None for the one that the newest model was trained with.
        """
        self._database, self._settings = database, settings
        self.adapted = _newest(database) if adapted is None else adapted
        folder = database.path.parent / self.adapted
        if self.adapted and not folder.is_dir():
            raise ModelError(
                "The language model that was fine-tuned for this study is not there.",
                where=str(folder),
                remedy="Put its folder back, or go on without it: semcode train --no-finetune",
            )
        name = str(folder) if self.adapted else settings.embed.model
        self.ref = embed.resolve(name, allow_download=settings.embed.allow_download)

    def plain(self) -> CachedEncoder:
        """Give the encoder of the settings, whatever was fine-tuned."""
        if not self.adapted:
            return self
        return CachedEncoder(self._database, self._settings, adapted="")

    def encode(self, texts: Sequence[str]) -> Array:
        """Give the vectors of texts, (n_texts, dimension), from the cache or embedded now."""
        if not texts:
            return np.zeros((0, self.ref.dimension), np.float32)
        hashes = self.keep(texts)
        with self._database.read() as connection:
            found = store.vectors.get(connection, self.ref.revision, hashes)
        return np.stack([found[key] for key in hashes])

    def keep(
        self, texts: Sequence[str], *, advance: Callable[[int], None] | None = None
    ) -> list[bytes]:
        """Embed and store the texts that have no vector; give the key of each text."""
        hashes = [store.vectors.text_hash(text) for text in texts]
        lacking = self.missing(hashes)
        waiting = {h: t for h, t in zip(hashes, texts, strict=True) if h in lacking}
        while waiting:
            self.keep_some(waiting, advance=advance)
        return hashes

    def missing(self, hashes: Sequence[bytes]) -> set[bytes]:
        """Tell which texts have no vector yet."""
        with self._database.read() as connection:
            return store.vectors.missing(connection, self.ref.revision, hashes)

    def keep_some(
        self, waiting: dict[bytes, str], *, advance: Callable[[int], None] | None = None
    ) -> int:
        """Embed and store the first texts that wait, take them off, and give how many they were."""
        hashes = list(waiting)[:_COMMIT_EVERY]
        texts = [waiting.pop(key) for key in hashes]
        told = 0

        def tell(done: int) -> None:
            nonlocal told
            if advance is not None:
                advance(done - told)
            told = done

        vectors = self._encoder.encode(texts, progress=tell)
        for row, text in enumerate(texts if self._unseen else ()):
            vectors[row] = self._unseen.get(key_of(text), vectors[row])
        with self._database.write() as connection:
            store.vectors.put(connection, self.ref.revision, hashes, vectors)
        return len(texts)

    @cached_property
    def _encoder(self) -> embed.Encoder:
        return embed.load_encoder(self.ref, threads=self._settings.embed.threads or None)

    @cached_property
    def _unseen(self) -> dict[str, Array]:
        """Give the vectors of texts by models that were fine-tuned without them."""
        from semcode.classify.cross_fitted import FILE, read_vectors

        folder = self.ref.folder if self.adapted else None
        there = folder is not None and (folder / FILE).is_file()
        return read_vectors(folder) if there and folder is not None else {}


def _newest(database: Database) -> str:
    with database.read() as connection:
        row = store.models.newest(connection)
    return str(row.provenance.get("embedding") or "") if row is not None else ""
