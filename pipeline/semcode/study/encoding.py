"""Embed texts through the study's own cache: what was embedded once is never embedded again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from semcode import embed, store
from semcode.classify.labels import key_of
from semcode.classify.reader import Pair, open_reader, under_codes
from semcode.codebook import Codebook
from semcode.config import Settings
from semcode.errors import ModelError
from semcode.store import Database

__all__ = ["CachedEncoder", "CachedReader"]

Array = NDArray[np.float32]

#: Texts that are embedded between two commits: what a power cut can cost.
_COMMIT_EVERY = 512


class CachedEncoder:
    """An encoder whose vectors are kept in the study; the model is loaded when one is missing.

    Where the study's newest trained model came with a reader that was fine-tuned, it brings
    that one along.
    """

    def __init__(
        self, database: Database, settings: Settings, *, adapted: str | None = None
    ) -> None:
        """Find the weights. Raises ModelError where they are missing.

        `adapted` is the folder of a fine-tuned reader inside the study's, "" for none; None
        for the one that the newest model was trained with.
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
        allowed = settings.embed.allow_download
        self.ref = embed.resolve(settings.embed.model, allow_download=allowed)
        self.reader = CachedReader(database, folder) if self.adapted else None

    def plain(self) -> CachedEncoder:
        """Give the encoder without a reader."""
        if not self.adapted:
            return self
        return CachedEncoder(self._database, self._settings, adapted="")

    def encode(self, texts: Sequence[str]) -> Array:
        """Give the vectors of texts, (n_texts, dimension), from the cache or embedded now."""
        return self._kept(texts, self.keep(texts, middle=False), self.ref.revision)

    def encode_both(self, texts: Sequence[str]) -> tuple[Array, Array | None]:
        """Give the vectors and the middle layer's means; see semcode.embed.Encoder."""
        hashes = self.keep(texts)
        middle = self.ref.middle_revision
        vectors = self._kept(texts, hashes, self.ref.revision)
        return vectors, self._kept(texts, hashes, middle) if middle else None

    def _kept(self, texts: Sequence[str], hashes: Sequence[bytes], revision: str) -> Array:
        if not texts:
            return np.zeros((0, self.ref.dimension), np.float32)
        with self._database.read() as connection:
            found = store.vectors.get(connection, revision, hashes)
        return np.stack([found[key] for key in hashes])

    def keep(
        self,
        texts: Sequence[str],
        *,
        middle: bool = True,
        advance: Callable[[int], None] | None = None,
    ) -> list[bytes]:
        """Embed and store the texts that lack something; give the key of each text.

        See `missing` for what `middle` asks.
        """
        hashes = [store.vectors.text_hash(text) for text in texts]
        lacking = self.missing(hashes, middle=middle)
        waiting = {h: t for h, t in zip(hashes, texts, strict=True) if h in lacking}
        while waiting:
            self.keep_some(waiting, advance=advance)
        return hashes

    def missing(self, hashes: Sequence[bytes], *, middle: bool = True) -> set[bytes]:
        """Tell which texts have no vector yet or, with `middle`, no mean of the middle layer.

        Only what learns needs the latter; studies of earlier versions have none.
        """
        with self._database.read() as connection:
            lacking = store.vectors.missing(connection, self.ref.revision, hashes)
            if middle and self.ref.middle:
                lacking |= store.vectors.missing(connection, self.ref.middle_revision, hashes)
        return lacking

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

        vectors, middle = self._encoder.encode_both(texts, progress=tell)
        with self._database.write() as connection:
            store.vectors.put(connection, self.ref.revision, hashes, vectors)
            if middle is not None:
                store.vectors.put(connection, self.ref.middle_revision, hashes, middle)
        return len(texts)

    @cached_property
    def _encoder(self) -> embed.Encoder:
        return embed.load_encoder(self.ref, threads=self._settings.embed.threads or None)


class CachedReader:
    """A fine-tuned reader whose answers are kept in the study as vectors are."""

    def __init__(self, database: Database, folder: Path) -> None:
        """Open the folder; raises ModelError where it is damaged."""
        self._database, self._reader = database, open_reader(folder)
        self.revision, self.codes = self._reader.revision, self._reader.codes

    def log_odds(self, pairs: Sequence[Pair], codebook: Codebook) -> Array:
        """Give log-odds (n_texts, n_codes) of (context, text) pairs, NaN for other codes."""
        return under_codes(self._answers, pairs, self.codes, codebook)

    def _answers(self, pairs: Sequence[Pair]) -> Array:
        hashes = [bytes.fromhex(key_of(pair))[:16] for pair in pairs]
        with self._database.read() as connection:
            found = store.vectors.get(connection, self.revision, hashes)
        waiting = {h: p for h, p in zip(hashes, pairs, strict=True) if h not in found}
        new = list(waiting)
        for first in range(0, len(new), _COMMIT_EVERY):
            part = new[first : first + _COMMIT_EVERY]
            answers = self._reader.answers([waiting[key] for key in part])
            with self._database.write() as connection:
                store.vectors.put(connection, self.revision, part, answers)
            found |= dict(zip(part, answers, strict=True))
        rows = [found[key] for key in hashes]
        return np.stack(rows) if rows else np.zeros((0, len(self.codes)), np.float32)


def _newest(database: Database) -> str:
    with database.read() as connection:
        row = store.models.newest(connection)
    return str(row.provenance.get("reader") or "") if row is not None else ""
