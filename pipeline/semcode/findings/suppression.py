"""Withhold small counts so that nobody can be found out by subtraction."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["withheld", "withheld_table"]


def withheld(
    counts: Sequence[int], *, smallest: int, most: Sequence[int] | None = None
) -> frozenset[int]:
    """Give the places of a row to leave blank when its total is known.

    A count from 1 to `smallest` - 1 is withheld; so is every count of a group that has
    itself fewer people (`most`: each group's size, where the counts are of people in
    groups). Then the next smallest counts are, until no withheld count follows from the
    total and the others (Hundepool A et al. 2012. Statistical Disclosure Control, Wiley,
    chapter 4: primary and secondary suppression). All blanks are to look alike.
    """
    total = sum(counts)
    limits = list(most) if most is not None else [total] * len(counts)
    hidden = {
        place
        for place, count in enumerate(counts)
        if 0 < count < smallest or (most is not None and 0 < limits[place] < smallest)
    }
    _make_safe(counts, hidden, limits, 0)
    return frozenset(hidden)


def _make_safe(counts: Sequence[int], hidden: set[int], limits: Sequence[int], least: int) -> None:
    """Withhold more of a row until nothing withheld follows from its total."""
    while hidden and _gives_away(counts, hidden, limits, least):
        rest = [place for place in range(len(counts)) if place not in hidden]
        if not rest:
            return
        hidden.add(min(rest, key=lambda place: (counts[place] == 0, counts[place], place)))


def _gives_away(counts: Sequence[int], hidden: set[int], limits: Sequence[int], least: int) -> bool:
    """Tell whether a withheld count can only have one value, given the sum of them all."""
    together = sum(counts[place] for place in hidden)
    for place in hidden:
        others = sum(limits[other] for other in hidden if other != place)
        low = max(least, together - others)
        high = min(limits[place], together - least * (len(hidden) - 1))
        if low >= high:
            return True
    return False


def withheld_table(
    rows: Sequence[Sequence[int]], *, smallest: int, least: int = 0
) -> frozenset[tuple[int, int]]:
    """Give the (row, column) places to leave blank when totals of rows and columns are known.

    `least` is what a reader knows of every count: 1 where only values in use have a row.

    Each row and each column is made safe by itself, in turn, until all are; what could be
    worked out from several rows and columns together is not searched for.
    """
    hidden = {(r, c) for r, row in enumerate(rows) for c, n in enumerate(row) if 0 < n < smallest}
    lines = [[(r, c) for c in range(len(row))] for r, row in enumerate(rows)]
    lines += [[(r, c) for r in range(len(rows))] for c in range(len(rows[0]) if rows else 0)]
    # A line with one place alone is its own total, which stands elsewhere and is withheld there.
    lines = [line for line in lines if len(line) > 1]
    before = -1
    while len(hidden) != before:
        before = len(hidden)
        for line in lines:
            counts = [rows[r][c] for r, c in line]
            own = {place for place, key in enumerate(line) if key in hidden}
            _make_safe(counts, own, [sum(counts)] * len(counts), least)
            hidden |= {line[place] for place in own}
    return frozenset(hidden)
