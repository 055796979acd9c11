"""Withhold small counts so that nobody can be found out by subtraction."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["withheld", "withheld_rows", "withheld_table"]


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


def withheld_rows(
    rows: Sequence[Sequence[int]],
    parents: Sequence[int | None],
    *,
    sizes: Sequence[int],
    smallest: int,
) -> tuple[frozenset[int], list[frozenset[int]]]:
    """Give the groups to leave blank altogether, and the places to leave blank in each row.

    `rows` are people by group, their totals known; `parents` name the row whose people a row's
    are among: a level, or the code above. A group of fewer than `smallest` people goes, with
    another where its size would follow from the number of all. Then places are added until
    what is shown bounds no small count to one value: by its row's total, the groups' sizes,
    and the rows above and under it (bounds as in Hundepool and others 2012, section 4.4).
    """
    gone = withheld(sizes, smallest=smallest)
    blank = [set(withheld(row, smallest=smallest, most=sizes)) | gone for row in rows]
    small = [(r, g) for r, row in enumerate(rows) for g, n in enumerate(row) if 0 < n < smallest]
    while True:
        low, high = _bounds(rows, parents, blank, sizes)
        pinned = next(((r, g) for r, g in small if low[r][g] == high[r][g]), None)
        more = _to_add(rows, parents, blank, pinned) if pinned else None
        if more is None:
            return gone, [frozenset(own) for own in blank]
        blank[more[0]].add(more[1])


def _bounds(
    rows: Sequence[Sequence[int]],
    parents: Sequence[int | None],
    blank: Sequence[set[int]],
    sizes: Sequence[int],
) -> tuple[list[list[int]], list[list[int]]]:
    """Give the least and the most that a reader can tell of each count."""
    places = range(len(sizes))
    low = [
        [0 if g in own else row[g] for g in places] for row, own in zip(rows, blank, strict=True)
    ]
    high = [
        [sizes[g] if g in own else row[g] for g in places]
        for row, own in zip(rows, blank, strict=True)
    ]
    changed = True
    while changed:
        changed = False
        for r, row in enumerate(rows):
            total, least, most = sum(row), sum(low[r]), sum(high[r])
            above = parents[r]
            for g in places:
                bottom = max(low[r][g], total - (most - high[r][g]))
                top = min(high[r][g], total - (least - low[r][g]))
                if above is not None:
                    top = min(top, high[above][g])
                    if low[above][g] < bottom:
                        low[above][g], changed = bottom, True
                if (bottom, top) != (low[r][g], high[r][g]):
                    least, most = least + bottom - low[r][g], most + top - high[r][g]
                    low[r][g], high[r][g], changed = bottom, top, True
    return low, high


def _to_add(
    rows: Sequence[Sequence[int]],
    parents: Sequence[int | None],
    blank: Sequence[set[int]],
    pinned: tuple[int, int],
) -> tuple[int, int] | None:
    """Choose what to leave blank beside a count that can be told: in its row, above, or under."""
    r, g = pinned
    row = rows[r]
    rest = sorted((not row[o], row[o], o) for o in range(len(row)) if o not in blank[r])
    if rest:
        return r, rest[0][2]
    family = [parents[r], *(c for c, above in enumerate(parents) if above == r)]
    while family:
        other = family.pop(0)
        if other is None:
            continue
        if g not in blank[other]:
            return other, g
        free = [o for o in range(len(row)) if o not in blank[other]]
        if free:
            return other, free[0]
        if other < r:
            family.append(parents[other])
    return None
