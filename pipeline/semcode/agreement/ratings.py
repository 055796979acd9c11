"""Turn a units x coders table of numbers or words into category indices."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from semcode.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["MISSING", "Category", "RatingTable", "rating_table", "ratings_from_rows"]

MISSING = -1
Category = float | int | str

_KEEP = "Leave missing cells empty, and write every category in one way."


@dataclass(frozen=True, slots=True)
class RatingTable:
    """Ratings as indices: `indices` is units x coders, -1 where missing.

    Units without any rating and coders without any rating are left out; `notes` says so.
    `counts` says how many equal units each row stands for (None: one each). `kept` are
    the columns of the original table that are left. `named` is True where the categories
    were given, not found.
    """

    indices: NDArray[np.int64]
    categories: tuple[Category, ...]
    counts: NDArray[np.float64] | None = None
    notes: tuple[str, ...] = ()
    kept: tuple[int, ...] = ()
    kept_rows: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    n_rows: int = 0
    named: bool = False

    @property
    def n_coders(self) -> int:
        """Count the coders with any rating."""
        return int(self.indices.shape[1])


def rating_table(
    table: object,
    *,
    categories: Sequence[Category] | None = None,
    counts: object = None,
) -> RatingTable:
    """Read a units x coders table; None, NaN and blank text are missing.

    Takes a list of rows, an array or a pandas DataFrame; numbers, booleans or words.
    Words that are all numbers ("1", "2") are read as numbers. Without `categories` they
    are those found, sorted; with it they are exactly those, in that order, so that a
    category nobody used still counts. `counts` (one number a row) lets a row stand for
    several equal units. Raises InputError for a table that is not two-dimensional, mixes
    numbers and words, or holds a category that was not named.
    """
    if isinstance(table, RatingTable):
        return table
    cells = _cells(table)
    if categories is not None:
        found, indices = _named(cells, categories)
    else:
        found, indices = _found(cells)
    weights = _counts(counts, indices.shape[0])
    return _trimmed(indices, found, weights, named=categories is not None)


def ratings_from_rows(
    rows: Sequence[tuple[Hashable, Hashable, Any]],
) -> tuple[list[list[Any]], list[Hashable], list[Hashable]]:
    """Turn (unit, coder, rating) rows into a table, with its unit and coder names.

    The order is that of first appearance. Raises InputError where a coder rated a unit
    twice with different ratings; an exact repetition is ignored.
    """
    units: dict[Hashable, int] = {}
    coders: dict[Hashable, int] = {}
    cells: dict[tuple[int, int], Any] = {}
    for unit, coder, rating in rows:
        key = (units.setdefault(unit, len(units)), coders.setdefault(coder, len(coders)))
        if key in cells and cells[key] != rating:
            raise InputError(
                f"coder {coder} rated it {cells[key]!r} and {rating!r}.",
                where=f"unit {unit}",
                remedy="Keep one rating of each coder for each unit.",
            )
        cells[key] = rating
    table: list[list[Any]] = [[None] * len(coders) for _ in units]
    for (row, column), rating in cells.items():
        table[row][column] = rating
    return table, list(units), list(coders)


def _cells(table: object) -> NDArray[Any]:
    if hasattr(table, "to_numpy"):
        array = table.to_numpy()
    elif isinstance(table, np.ndarray):
        array = table
    else:
        rows = [list(row) for row in table]  # type: ignore[attr-defined]
        if len({len(row) for row in rows}) > 1:
            raise InputError(
                "the rows of the table have different lengths.",
                where="ratings",
                remedy="Give each unit one cell for each coder, empty where missing.",
            )
        array = np.empty((len(rows), len(rows[0]) if rows else 0), dtype=object)
        for index, row in enumerate(rows):
            array[index] = row
    array = np.asarray(array)
    if array.ndim != 2:
        raise InputError(
            f"the table has {array.ndim} dimension(s), not two.",
            where="ratings",
            remedy="Put units in rows and coders in columns.",
        )
    return array


def _found(cells: NDArray[Any]) -> tuple[tuple[Category, ...], NDArray[np.int64]]:
    values = _numbers(cells)
    if values is None:
        return _found_words(cells)
    present = ~np.isnan(values)
    levels, positions = np.unique(values[present], return_inverse=True)
    indices = np.full(values.shape, MISSING, dtype=np.int64)
    indices[present] = positions
    return tuple(_plain(level) for level in levels.tolist()), indices


def _found_words(cells: NDArray[Any]) -> tuple[tuple[Category, ...], NDArray[np.int64]]:
    words = [None if _is_missing(cell) else str(cell).strip() for cell in cells.ravel()]
    present = {word for word in words if word is not None}
    numeric = sorted(word for word in present if _number(word) is not None)
    if numeric:
        other = sorted(present.difference(numeric))
        raise InputError(
            f"the table mixes numbers ({numeric[0]!r}, ...) and words ({other[0]!r}, ...).",
            where=_place(cells, other[0]),
            remedy=_KEEP,
        )
    levels = {word: index for index, word in enumerate(sorted(present))}
    flat = [MISSING if word is None else levels[word] for word in words]
    return tuple(levels), np.array(flat, dtype=np.int64).reshape(cells.shape)


def _named(
    cells: NDArray[Any], categories: Sequence[Category]
) -> tuple[tuple[Category, ...], NDArray[np.int64]]:
    plain = tuple(_plain(category) for category in categories)
    keys = {_key(category): index for index, category in enumerate(plain)}
    if not keys or len(keys) < len(plain):
        raise InputError(
            "the categories are empty or repeat one.",
            where="categories",
            remedy="Name each category once.",
        )
    unknown: dict[str, None] = {}

    def place(cell: object) -> int:
        if _is_missing(cell):
            return MISSING
        index = keys.get(_key(cell))
        if index is None:
            unknown.setdefault(str(cell))
            return MISSING
        return index

    flat = np.array([place(cell) for cell in cells.ravel().tolist()], dtype=np.int64)
    if unknown:
        raise InputError(
            f"{', '.join(list(unknown)[:5])}: not among the categories.",
            where=_place(cells, next(iter(unknown))),
            remedy="Add it to the categories or leave the cell empty.",
        )
    return plain, flat.reshape(cells.shape)


def _trimmed(
    indices: NDArray[np.int64],
    categories: tuple[Category, ...],
    counts: NDArray[np.float64] | None,
    *,
    named: bool,
) -> RatingTable:
    rated = indices >= 0
    columns = np.asarray(rated.any(axis=0))
    rows = np.asarray(rated.any(axis=1))
    if counts is not None:
        rows &= counts > 0
    notes = []
    if indices.shape[1] and not columns.all():
        empty = ", ".join(str(number + 1) for number in np.flatnonzero(~columns))
        notes.append(f"Column {empty} holds no rating and was left out.")
    if not (columns.all() and rows.all()):
        indices = indices[rows][:, columns]
        counts = None if counts is None else counts[rows]
    kept = tuple(np.flatnonzero(columns).tolist())
    kept_rows = np.flatnonzero(rows)
    return RatingTable(indices, categories, counts, tuple(notes), kept, kept_rows, len(rows), named)


def _counts(counts: object, n_rows: int) -> NDArray[np.float64] | None:
    if counts is None:
        return None
    array = np.asarray(counts, dtype=np.float64)
    if array.shape != (n_rows,) or not np.isfinite(array).all() or (array < 0).any():
        raise InputError(
            f"counts must be {n_rows} numbers of at least 0, one for each row.",
            where="counts",
            remedy="Give the number of equal units that each row stands for.",
        )
    return array


def _numbers(cells: NDArray[Any]) -> NDArray[np.float64] | None:
    """Read all cells as numbers with NaN for missing; None where some are words."""
    if cells.dtype.kind in "buif":
        values = cells.astype(np.float64)
    else:
        flat = np.full(cells.size, np.nan)
        for index, cell in enumerate(cells.ravel().tolist()):
            if _is_missing(cell):
                continue
            number = _number(cell)
            if number is None:
                return None
            flat[index] = number
        values = flat.reshape(cells.shape)
    if np.isinf(values).any():
        raise InputError("a rating is infinite.", where="ratings", remedy=_KEEP)
    return values


def _is_missing(cell: object) -> bool:
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return True
    if isinstance(cell, float):
        return math.isnan(cell)
    return type(cell).__name__ in {"NAType", "NaTType"}


def _number(cell: object) -> float | None:
    try:
        value = float(cell)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return None if math.isnan(value) else value


def _plain(value: Category) -> Category:
    if isinstance(value, str):
        return value.strip()
    return int(value) if float(value).is_integer() else float(value)


def _key(value: object) -> object:
    number = _number(value)
    return str(value).strip() if number is None else number


def _place(cells: NDArray[Any], text: str) -> str:
    for row, column in np.ndindex(cells.shape):
        if not _is_missing(cells[row, column]) and str(cells[row, column]).strip() == text.strip():
            return f"row {row + 1}, column {column + 1}"
    return "ratings"
