"""The cache of embeddings: one float16 vector a text and layer of a model, in the study file."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from semcode.store import schema

__all__ = ["get", "missing", "put", "text_hash"]

#: SQLite takes up to 32,766 parameters; a query of this many stays well below.
_CHUNK = 1_000


def text_hash(text: str) -> bytes:
    """Give the key of a text: the first 16 bytes of its sha256."""
    return sha256(text.encode()).digest()[:16]


def get(
    connection: Connection, model: str, hashes: Sequence[bytes]
) -> dict[bytes, NDArray[np.float32]]:
    """Read the vectors that are stored for some texts; missing ones are left out."""
    v = schema.vector
    found: dict[bytes, NDArray[np.float32]] = {}
    for first in range(0, len(hashes), _CHUNK):
        wanted = hashes[first : first + _CHUNK]
        rows = connection.execute(
            select(v.c.text_hash, v.c.data).where(v.c.model == model, v.c.text_hash.in_(wanted))
        )
        for key, data in rows:
            found[key] = np.frombuffer(data, dtype="<f2").astype(np.float32)
    return found


def missing(connection: Connection, model: str, hashes: Sequence[bytes]) -> set[bytes]:
    """Tell which texts have no vector yet."""
    v = schema.vector
    lacking = set(hashes)
    for first in range(0, len(hashes), _CHUNK):
        wanted = hashes[first : first + _CHUNK]
        stored = select(v.c.text_hash).where(v.c.model == model, v.c.text_hash.in_(wanted))
        lacking.difference_update(connection.execute(stored).scalars())
    return lacking


def put(
    connection: Connection, model: str, hashes: Sequence[bytes], vectors: NDArray[np.float32]
) -> None:
    """Store vectors, (n_texts, dimension); a text that has one keeps it."""
    rows = [
        {"model": model, "text_hash": key, "data": row.astype("<f2").tobytes()}
        for key, row in zip(hashes, vectors, strict=True)
    ]
    if rows:
        connection.execute(insert(schema.vector).on_conflict_do_nothing(), rows)
