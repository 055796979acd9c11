"""The open segments' features: checked, read block by block, in memory or mapped from disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semcode.errors import InputError

__all__ = ["FeatureRows", "map_features", "write_features"]

Array = NDArray[np.float32]
Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

#: Rows that are read at once: few enough to stay in the processor's cache.
_CHUNK = 256
#: The bits of a float16 that make a float32 of the same digits, and by what that is too small.
_DIGITS, _MISSING = np.int32(~0x70000000), np.float32(2.0**112)
#: What weights bear of it without leaving float32; the product bears the rest.
_BORNE = np.float32(2.0**100)


class FeatureRows:
    """Features (n, width) in float32 or float16, with the product that ranking lives on.

    float16 may be a map of a file, so that a million rows need no memory of their own. It
    is widened by its bits, which gives the same numbers as numpy's cast in a fifth of the
    time; the power of two that is then missing goes into the weights.
    """

    def __init__(self, features: NDArray[Any]) -> None:
        """Take the rows as they are. Raises InputError where a value is not a number."""
        if features.ndim != 2:
            raise InputError(
                f"The features have {features.ndim} dimensions.",
                where="features",
                remedy="Give one row a segment and one column a feature.",
            )
        kept = features.dtype in (np.dtype(np.float32), np.dtype("<f2"))
        self._rows = features if kept else features.astype(np.float32)
        self._half = self._rows.dtype == np.dtype("<f2")
        self.count, self.width = self._rows.shape
        self.lengths = np.empty(self.count, np.float32)
        for first, block in self._blocks():
            self.lengths[first : first + len(block)] = np.sqrt(np.einsum("ij,ij->i", block, block))
        self._refuse_unsound()

    def take(self, rows: Rows) -> Array:
        """Give some rows, (len(rows), width)."""
        taken: Array = np.take(self._rows, rows, axis=0).astype(np.float32)
        return taken

    def dot(self, rows: Rows, w: Array) -> Array:
        """Give the products of some rows with a weight vector (width,), in float32."""
        out = np.empty(len(rows), np.float32)
        taken, wide = self._buffers()
        for first in range(0, len(rows), _CHUNK):
            chosen = rows[first : first + _CHUNK]
            block = taken[: len(chosen)]
            np.take(self._rows, chosen, axis=0, out=block, mode="clip")
            self._multiply(block, w, wide, out[first : first + len(chosen)])
        return out

    def dot_range(self, first: int, last: int, w: Array) -> Array:
        """Give the products of the rows from `first` up to `last` with a vector (width,)."""
        out = np.empty(last - first, np.float32)
        _, wide = self._buffers()
        step = _CHUNK if self._half else max(last - first, 1)
        for start in range(first, last, step):
            stop = min(start + step, last)
            self._multiply(self._rows[start:stop], w, wide, out[start - first : stop - first])
        return out

    def dot_all(self, w: Array) -> Array:
        """Give the products of all rows with weights (width, m), (m, n)."""
        out = np.empty((w.shape[1], self.count), np.float32)
        for first, block in self._blocks():
            out[:, first : first + len(block)] = (block @ w).T
        return out

    def dot_exact(self, rows: Rows, w: Floats) -> Floats:
        """Give the products of some rows with a vector (width,), in float64."""
        out = np.empty(len(rows), np.float64)
        for first in range(0, len(rows), _CHUNK):
            chosen = rows[first : first + _CHUNK]
            out[first : first + len(chosen)] = self.take(chosen).astype(np.float64) @ w
        return out

    def _blocks(self) -> Iterator[tuple[int, Array]]:
        _, wide = self._buffers()
        for first in range(0, self.count, _CHUNK):
            block = self._rows[first : first + _CHUNK]
            if self._half:
                block = _widened(block, wide)
                block *= _MISSING
            yield first, block

    def _buffers(self) -> tuple[NDArray[Any], Array]:
        return (
            np.empty((_CHUNK, self.width), self._rows.dtype),
            np.empty((_CHUNK, self.width) if self._half else (0, self.width), np.float32),
        )

    def _multiply(self, block: NDArray[Any], w: Array, wide: Array, out: Array) -> None:
        if self._half:
            np.dot(_widened(block, wide), w * _BORNE, out=out)
            out *= _MISSING / _BORNE
        else:
            np.dot(block, w, out=out)

    def _refuse_unsound(self) -> None:
        # A float16 that is no number reads as 65,536 or more, and no sound row is that long.
        most = 60_000.0 if self._half else np.inf
        bad = ~(self.lengths < most)
        if bad.any():
            raise InputError(
                f"The features of {int(bad.sum()):,} of {self.count:,} segments hold a value that "
                "is not a number.",
                where=f"segment {int(bad.argmax())}",
                remedy="Embed these segments again: the ranking takes only sound vectors.",
            )


def _widened(block: NDArray[Any], wide: Array) -> Array:
    """Give float16 values as float32, each too small by the same power of two."""
    out = wide[: len(block)]
    bits = out.view(np.int32)
    np.copyto(bits, block.view(np.int16))
    np.left_shift(bits, 13, out=bits)
    np.bitwise_and(bits, _DIGITS, out=bits)
    return out


def write_features(path: Path, blocks: Iterator[Array], *, count: int, width: int) -> None:
    """Write rows (count, width) to a numpy file of float16, block after block."""
    file = np.lib.format.open_memmap(path, mode="w+", dtype="<f2", shape=(count, width))
    first = 0
    for block in blocks:
        file[first : first + len(block)] = block
        first += len(block)
    file.flush()


def map_features(path: Path) -> NDArray[Any]:
    """Map a file that write_features wrote, without reading it."""
    mapped: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    return mapped
