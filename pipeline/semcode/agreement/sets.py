"""Krippendorff's alpha where each rating is a set of codes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from semcode.agreement.coefficients import krippendorff_alpha
from semcode.agreement.ratings import RatingTable, rating_table
from semcode.agreement.result import Agreement
from semcode.agreement.weights import MOST_CATEGORIES
from semcode.errors import InputError

__all__ = ["SET_DISTANCES", "set_alpha", "set_distance"]

Labels = frozenset[object]


def set_alpha(
    table: Sequence[Sequence[Iterable[object] | None]], *, distance: str = "masi"
) -> Agreement:
    """Give alpha over a units x coders table of sets; None is missing, an empty set is not.

    An empty set says that the coder read the unit and gave it no code. `distance` is one
    of `SET_DISTANCES`:

    * "masi": 1 - J M, J the Jaccard index and M = 1 for equal sets, 2/3 where one holds
      the other, 1/3 where they overlap, 0 where they do not (Passonneau 2006, LREC,
      831-836; the form of NLTK).
    * "masi_product": (1 - J)(1 - M) with M as above, the form of DKPro Statistics. It is
      smaller, and 1/3 between an empty and a non-empty set, where "masi" is 1.
    * "jaccard": 1 - J.
    * "set": 0, 1/3, 2/3, 1 for equal, contained, overlapping and disjoint sets
      (Passonneau 2004, LREC, 1503-1506).

    Raises InputError for an unknown distance, a cell of text, or too many different sets.
    """
    measure = _measure(distance)
    ratings, found = _indexed(table)
    if len(found) > MOST_CATEGORIES:
        raise InputError(
            f"{len(found)} different sets of codes are too many to compare.",
            where="ratings",
            remedy="Compare the codes one by one, or by the levels above them.",
        )
    credit = np.ones((len(found), len(found)))
    for one, first in enumerate(found):
        for two in range(one + 1, len(found)):
            credit[one, two] = credit[two, one] = 1 - measure(first, found[two])
    result = krippendorff_alpha(ratings, weights=credit) if found else krippendorff_alpha([])
    return Agreement(
        "set_alpha",
        result.value,
        result.observed,
        result.expected,
        result.n_units,
        result.n_coders,
        len(found),
        weights=distance,
        se=result.se,
        df=result.df,
        reason=result.reason,
        notes=result.notes,
    )


def set_distance(one: Iterable[object], two: Iterable[object], *, distance: str = "masi") -> float:
    """Give the distance between two sets, 0 for equal and 1 for nothing in common."""
    return _measure(distance)(frozenset(one), frozenset(two))


def _measure(distance: str) -> Callable[[Labels, Labels], float]:
    if distance not in SET_DISTANCES:
        raise InputError(
            f"there is no distance between sets called {distance!r}.",
            where="distance",
            remedy=f"Choose one of {', '.join(SET_DISTANCES)}.",
        )
    return _DISTANCES[distance]


def _indexed(
    table: Sequence[Sequence[Iterable[object] | None]],
) -> tuple[RatingTable, list[Labels]]:
    places: dict[Labels, int] = {}
    rows = []
    for number, row in enumerate(table, 1):
        line = []
        for cell in row:
            if cell is None or (isinstance(cell, float) and np.isnan(cell)):
                line.append(np.nan)
                continue
            if isinstance(cell, str) or not isinstance(cell, Iterable):
                raise InputError(
                    f"{cell!r} is not a set of codes.",
                    where=f"row {number}",
                    remedy="Give each cell as a list of codes, empty for none, None for unread.",
                )
            line.append(float(places.setdefault(frozenset(cell), len(places))))
        rows.append(line)
    names = list(range(len(places))) or None
    ratings = rating_table(rows, categories=names)
    return ratings, list(places)


def _jaccard(one: Labels, two: Labels) -> float:
    return len(one & two) / len(one | two) if one or two else 1.0


def _monotone(one: Labels, two: Labels) -> float:
    if one == two:
        return 1.0
    if one <= two or two <= one:
        return 2 / 3
    return 1 / 3 if one & two else 0.0


_DISTANCES: dict[str, Callable[[Labels, Labels], float]] = {
    "jaccard": lambda one, two: 1 - _jaccard(one, two),
    "masi": lambda one, two: 1 - _jaccard(one, two) * _monotone(one, two),
    "masi_product": lambda one, two: (1 - _jaccard(one, two)) * (1 - _monotone(one, two)),
    "set": lambda one, two: 1 - _monotone(one, two),
}
SET_DISTANCES = tuple(sorted(_DISTANCES))
