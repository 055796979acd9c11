"""Read the labels and participants that a person gives to `fit`, and refuse what is no label."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semcode.classify.hierarchy import parents_of, spread_labels
from semcode.codebook import Codebook
from semcode.errors import InputError

__all__ = ["key_of", "read_groups", "read_labels"]

Floats = NDArray[np.float64]


def read_labels(labels: Any, count: int, codebook: Codebook) -> Floats:
    """Give labels as (count, n_codes) with what follows from the tree filled in.

    A pandas table may mark what is unknown with NA. Raises InputError for another shape, for
    what is no number, outside 0 to 1, and for columns named like the codes in another order.
    """
    _require_order(getattr(labels, "columns", None), codebook)
    try:
        if hasattr(labels, "to_numpy"):
            y = np.array(labels.to_numpy(dtype=np.float64, na_value=np.nan))
        else:
            y = np.array(labels, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(
            "The labels are not numbers.", where="Y", remedy="Use 1, 0 and NaN for unknown."
        ) from error
    if y.shape != (count, len(codebook)):
        raise InputError(
            f"The labels have the shape {y.shape}; {count} texts and {len(codebook)} codes "
            f"need ({count}, {len(codebook)}).",
            where="Y",
            remedy="Give one row a text and one column a code, in the codebook's order.",
        )
    wrong = ~np.isnan(y) & ~((y >= 0) & (y <= 1))
    if wrong.any():
        row, column = (int(i) for i in np.argwhere(wrong)[0])
        raise InputError(
            f"The label {y[row, column]} is outside 0 to 1.",
            where=f"Y[{row}, {column}]",
            remedy="Use 1, 0, a share of coders between, and NaN for unknown.",
        )
    return spread_labels(y, parents_of(codebook))


def _require_order(columns: Any, codebook: Codebook) -> None:
    """Refuse a table whose columns name the codes, but not in the codebook's order."""
    names = [code.name for code in codebook]
    given = [str(name) for name in columns] if columns is not None else names
    if given != names and sorted(given) == sorted(names):
        raise InputError(
            "The columns are named like the codes, but stand in another order.",
            where="Y",
            remedy="Put them in order: Y[[code.name for code in codebook]]",
        )


def read_groups(groups: Sequence[Hashable] | None, texts: Sequence[Hashable]) -> Sequence[Hashable]:
    """Give the participant of each text; None makes each distinct text its own.

    Raises InputError for another number of groups, and where one is missing: texts of people
    who are not named would count as one person's.
    """
    if groups is None:
        return texts
    named = list(groups)
    if len(named) != len(texts):
        raise InputError(
            f"There are {len(named)} groups for {len(texts)} texts.",
            where="groups",
            remedy="Give the participant of each text.",
        )
    lacking = next((i for i, one in enumerate(named) if _missing(one)), None)
    if lacking is not None:
        raise InputError(
            f"The participant is missing: {named[lacking]!r}.",
            where=f"groups[{lacking}]",
            remedy="Name the participant of each text; leave groups out where all are strangers.",
        )
    return named


def _missing(group: Hashable) -> bool:
    """Tell None, NaN and pandas' NA and NaT from a name."""
    return group is None or type(group).__name__ in {"NAType", "NaTType"} or group != group


def key_of(text: str | tuple[str, str]) -> str:
    """Hash a text or (context, text) pair, to know it again without keeping it."""
    joined = text if isinstance(text, str) else "\x1f".join(text)
    return sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()
