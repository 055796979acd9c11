"""Count coded passages by level and code, and by facet or group of participants."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from semcode.findings.coded import CodedPassage, CodedStudy
from semcode.findings.data import ReportCode
from semcode.records import Level
from semcode.wording import counted

__all__ = [
    "Column",
    "SemCell",
    "SemRow",
    "code_order",
    "commonest",
    "facet_columns",
    "people_text",
    "sem_rows",
]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the matrix; `facet` and `value` are "" in the one that holds everything."""

    title: str
    facet: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class SemCell:
    """Who said it, in how many passages, and how often coders coded it there."""

    participants: frozenset[str]
    passages: tuple[CodedPassage, ...]

    @property
    def codings(self) -> int:
        """Count the codings of all coders in the cell."""
        return sum(item.codings for item in self.passages)


@dataclass(frozen=True, slots=True)
class SemRow:
    """A level (`code` None) or a code with those under it, and its cell in each column."""

    level: Level | None
    code: ReportCode | None
    cells: tuple[SemCell, ...]

    @property
    def depth(self) -> int:
        """Say how far down the tree the row is; a level is 0."""
        return len(self.code.path) if self.code else 0


def code_order(data: CodedStudy) -> tuple[ReportCode, ...]:
    """Give the codes by level from the person outwards, in the codebook's order within."""
    order = [*Level, None]
    return tuple(sorted(data.codes, key=lambda code: order.index(code.level)))


def facet_columns(data: CodedStudy) -> tuple[Column, ...]:
    """Give the column of everything, then each facet's values and those without any."""
    columns = [Column("All")]
    used = {value for item in data.passages for value in item.facets}
    for facet in data.facets:
        if used & set(facet.values):
            columns += [Column(value, facet.name, value) for value in facet.values]
            columns.append(Column(f"no {facet.name} set", facet.name))
    return tuple(columns)


def sem_rows(data: CodedStudy, columns: Sequence[Column]) -> tuple[SemRow, ...]:
    """Count each level and code in each column; a code counts those under it as well.

    A passage with two codes of one level counts once in that level's participants, and
    twice in its passages. Codes that nobody used stay, with empty cells. A level without
    codes is left out.
    """
    values = {facet.name: frozenset(facet.values) for facet in data.facets}
    fits = [_fits(column, values) for column in columns]
    under = {code.name: code.path for code in data.codes}
    level_of = {code.name: code.level for code in data.codes}
    found: dict[tuple[Hashable, int], list[CodedPassage]] = defaultdict(list)
    for item in data.passages:
        keys = [("level", level_of[item.code]), *(("code", name) for name in under[item.code])]
        for place, fit in enumerate(fits):
            if fit(item):
                for key in keys:
                    found[key, place].append(item)

    def cells(key: Hashable) -> tuple[SemCell, ...]:
        own = [tuple(found.get((key, place), ())) for place in range(len(columns))]
        return tuple(SemCell(frozenset(i.participant for i in p), p) for p in own)

    codes = code_order(data)
    rows = []
    for level in dict.fromkeys(code.level for code in codes):
        rows.append(SemRow(level, None, cells(("level", level))))
        rows += [SemRow(level, c, cells(("code", c.name))) for c in codes if c.level == level]
    return tuple(rows)


def _fits(column: Column, values: dict[str, frozenset[str]]) -> Callable[[CodedPassage], bool]:
    if column.value:
        return lambda item: column.value in item.facets
    if column.facet:
        return lambda item: not values[column.facet].intersection(item.facets)
    return lambda _item: True


def commonest(rows: Sequence[SemRow], place: int, most: int) -> str:
    """Name the codes that most participants spoke of in a column, with how many did.

    A code is left out where one above or under it in the tree is named already.
    """
    ranked = sorted(
        (row for row in rows if row.code is not None and row.cells[place].passages),
        key=lambda row: (-len(row.cells[place].participants), -len(row.cells[place].passages)),
    )
    named: list[SemRow] = []
    for row in ranked:
        if len(named) < most and not any(_related(row, other) for other in named):
            named.append(row)
    return ", ".join(
        f"{row.code.name} ({len(row.cells[place].participants):,})" for row in named if row.code
    )


def people_text(cell: SemCell, n: int) -> str:
    """Say how many of all participants a cell holds, as a share too where it is not everybody."""
    count = len(cell.participants)
    if count == n > 1:
        return f"all {counted(n, 'participant')}"
    return f"{count:,} of {counted(n, 'participant')} ({100 * count / n:.0f}%)"


def _related(one: SemRow, other: SemRow) -> bool:
    if one.code is None or other.code is None:
        return False
    return one.code.name in other.code.path or other.code.name in one.code.path
