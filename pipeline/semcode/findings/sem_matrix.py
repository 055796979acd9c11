"""The SEM matrix: levels and codes by facet or by group of participants, with quotes behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from semcode.findings.axes import level_slug, level_title
from semcode.findings.blocks import Block, Finding, Grid, Heading, QuoteList
from semcode.findings.choosing import exemplars
from semcode.findings.coded import CodedStudy
from semcode.findings.grouping import Groups, attribute_title, group_people
from semcode.findings.intervals import wilson
from semcode.findings.matrix_plots import sem_figure
from semcode.findings.printing import quote_grid, quote_json, quoted
from semcode.findings.sem_counts import Column, SemCell, SemRow, facet_columns, sem_rows
from semcode.findings.suppression import withheld_rows
from semcode.findings.tables import Cell, Table
from semcode.wording import counted

__all__ = ["WITHHELD", "interval_text", "sem_by_attribute", "sem_matrix"]

#: What stands where a small count is withheld.
WITHHELD = "*"

_BEHIND = 5  # quotes on the page behind each code; the workbook has all


def sem_matrix(data: CodedStudy, *, quotes: int = _BEHIND) -> Finding:
    """Count participants and passages for each level and code, in all and by facet value.

    `quotes` are how many passages stand behind each code on the page; data and grids have
    every one.
    """
    columns = facet_columns(data)
    rows = sem_rows(data, columns)
    n = len(data.people)
    table = _table(data, rows, columns)
    blocks: list[Block] = [
        f"{data.basis} Of {counted(n, 'participant')}; passages in brackets. A code counts "
        "the codes under it as well; a passage with two codes counts for each. The interval is "
        "Wilson’s, 95%, of the share of participants.",
    ]
    if n and data.passages:
        blocks.append(sem_figure(rows, columns, n))
    blocks.append(table)
    if quotes:
        blocks += _quotes(data, rows, quotes)
    grids = (_grid(rows, columns, n), quote_grid("Quotes", data.passages, data))
    return Finding(
        "sem",
        "Findings by level of the Socio-Ecological Model",
        tuple(blocks),
        grids,
        _json(data, rows, columns),
        data.notes,
    )


def sem_by_attribute(data: CodedStudy, attribute: str, *, smallest: int = 3) -> Finding:
    """Count participants for each level and code by the values of an attribute.

    Shares are of the group's participants, with Wilson's interval. Small counts, and
    counts of small groups, are withheld everywhere, in `data` and `grids` too. Raises
    InputError for an attribute that cannot group people.
    """
    groups = group_people(data.people, attribute)
    sizes = [len(members) for members in groups.members.values()]
    rows = sem_rows(data, (Column("All"),))
    counted = [
        [len(row.cells[0].participants.intersection(m)) for m in groups.members.values()]
        for row in rows
    ]
    gone, hidden = withheld_rows(counted, _parents(rows), sizes=sizes, smallest=smallest)
    heads = {
        name: _group_name(name, size, withheld=place in gone)
        for place, (name, size) in enumerate(zip(groups.members, sizes, strict=True))
    }
    title = attribute_title(groups.attribute)
    text = (
        f"{data.basis} Participants who said it, of each group: n, share and Wilson’s 95% "
        f"interval. A * withholds a count from 1 to {smallest - 1}, a group of fewer than "
        f"{smallest}, and what would give one of these away."
        if smallest > 1
        else f"{data.basis} Participants who said it, of each group: n, share, Wilson’s interval."
    )
    blocks: list[Block] = [text, *([groups.note] if groups.note else [])]
    if len(gone) == len(sizes):
        blocks.append(
            f"Nothing can be shown: a group has fewer than {smallest} participants, and the others "
            "would give it away. Join values of the attribute in the participants table."
        )
    blocks.append(_group_table(title, heads, groups, rows, counted, hidden, data))
    return Finding(
        "sem",
        f"Findings by level and {title.lower()}",
        tuple(blocks),
        (_group_grid(heads, groups, rows, counted, hidden),),
        {
            "basis": data.basis,
            "attribute": groups.attribute,
            "smallest": smallest,
            "groups": {
                name: None if place in gone else size
                for place, (name, size) in enumerate(zip(groups.members, sizes, strict=True))
            },
            "rows": _group_json(groups, rows, counted, hidden),
        },
        data.notes,
    )


def _parents(rows: Sequence[SemRow]) -> list[int | None]:
    """Give for each row the row whose participants its own are among."""
    places = {row.code.name: place for place, row in enumerate(rows) if row.code}
    levels = {row.level: place for place, row in enumerate(rows) if row.code is None}
    found: list[int | None] = []
    for row in rows:
        above = row.code.path[:-1] if row.code else ()
        # A code may stand under one of another level; its level counts it nonetheless.
        known = next((places[name] for name in reversed(above) if name in places), None)
        found.append(None if row.code is None else levels[row.level] if known is None else known)
    return found


def _group_name(name: str, size: int, *, withheld: bool) -> str:
    return f"{name} (n withheld)" if withheld else f"{name} (n = {size:,})"


def interval_text(count: int, n: int) -> str:
    """Write a share with its 95% interval: 43% (16 to 75)."""
    bounds = wilson(count, n)
    if bounds is None:
        return "–"
    return f"{100 * count / n:.0f}% ({100 * bounds[0]:.0f} to {100 * bounds[1]:.0f})"


def _name(row: SemRow) -> Cell:
    if row.code is None:
        return Cell(level_title(row.level), slug=level_slug(row.level))
    return Cell("\u2003" * row.depth + row.code.name)


def _shown(cell: SemCell) -> str:
    return f"{len(cell.participants):,} ({len(cell.passages):,})" if cell.passages else ""


def _table(data: CodedStudy, rows: Sequence[SemRow], columns: Sequence[Column]) -> Table:
    n = len(data.people)
    return Table(
        f"Participants (of {n:,}) who spoke of each level and code, passages in brackets. Empty: "
        "nobody. A passage may carry values of several facets.",
        (
            "Level and code",
            columns[0].title,
            "Share (95% interval)",
            *(c.title for c in columns[1:]),
        ),
        tuple(
            (
                _name(row),
                Cell(_shown(row.cells[0]) or "0"),
                Cell(interval_text(len(row.cells[0].participants), n)),
                *(Cell(_shown(cell)) for cell in row.cells[1:]),
            )
            for row in rows
        ),
        numeric=tuple(range(1, len(columns) + 2)),
    )


def _quotes(data: CodedStudy, rows: Sequence[SemRow], count: int) -> list[Block]:
    people = {person.label: person for person in data.people}
    blocks: list[Block] = [Heading("The quotes behind the numbers")]
    level: object = ""
    for row in rows:
        own = [item for item in row.cells[0].passages if row.code and item.code == row.code.name]
        if row.code is None or not own:
            continue
        if row.level != level:
            level = row.level
            blocks.append(Heading(level_title(row.level), level_slug(row.level)))
        chosen = exemplars(own, count=count)
        title = f"{row.code.name}: {len(chosen)} of {len(own):,}"
        path = " › ".join(row.code.path)
        shaped = tuple(quoted(item, people) for item in chosen)
        blocks.append(QuoteList(title, shaped, level_slug(row.level), path))
    return blocks


def _grid(rows: Sequence[SemRow], columns: Sequence[Column], n: int) -> Grid:
    header = ["level", "code", "code path", "participants", "of", "share", "low", "high"]
    header += ["passages", "codings"]
    for column in columns[1:]:
        name = f"{column.facet}: {column.value or 'not set'}"
        header += [f"{name}, participants", f"{name}, passages", f"{name}, codings"]
    return Grid(
        "SEM matrix",
        tuple(header),
        tuple(tuple(_values(row, n)) for row in rows),
        (15, 30, 40, 12, 7, 8, 8, 8, 10, 10),
    )


def _values(row: SemRow, n: int) -> list[str | int | float | None]:
    first = row.cells[0]
    count = len(first.participants)
    low, high = wilson(count, n) or (None, None)
    values: list[str | int | float | None] = [
        level_title(row.level),
        row.code.name if row.code else "",
        " > ".join(row.code.path) if row.code else "",
        count,
        n,
        count / n if n else None,
        low,
        high,
        len(first.passages),
        first.codings,
    ]
    for cell in row.cells[1:]:
        values += [len(cell.participants), len(cell.passages), cell.codings]
    return values


def _json(data: CodedStudy, rows: Sequence[SemRow], columns: Sequence[Column]) -> dict[str, object]:
    n = len(data.people)
    numbers = {id(item): place for place, item in enumerate(data.passages)}
    return {
        "basis": data.basis,
        "participants": n,
        "coders": list(data.coders),
        "suggestions": data.suggestions,
        "rows": [
            {
                "level": row.level,
                "code": row.code.name if row.code else None,
                "path": list(row.code.path) if row.code else [],
                "share": _share(len(row.cells[0].participants), n),
                "cells": [
                    {
                        "facet": column.facet or None,
                        "value": column.value or None,
                        "participants": len(cell.participants),
                        "passages": len(cell.passages),
                        "codings": cell.codings,
                        "quotes": [numbers[id(item)] for item in cell.passages],
                    }
                    for column, cell in zip(columns, row.cells, strict=True)
                ],
            }
            for row in rows
        ],
        "quotes": [quote_json(item) for item in data.passages],
    }


def _share(count: int, n: int) -> dict[str, float] | None:
    bounds = wilson(count, n)
    if bounds is None:
        return None
    return {"value": count / n, "low": bounds[0], "high": bounds[1]}


def _group_table(
    title: str,
    heads: Mapping[str, str],
    groups: Groups,
    rows: Sequence[SemRow],
    counted: Sequence[Sequence[int]],
    hidden: Sequence[frozenset[int]],
    data: CodedStudy,
) -> Table:
    sizes = [len(members) for members in groups.members.values()]
    n = len(data.people)

    def cell(own: Sequence[int], gone: frozenset[int], place: int) -> Cell:
        if place in gone:
            return Cell(WITHHELD)
        return Cell(f"{own[place]:,}", note=interval_text(own[place], sizes[place]))

    return Table(
        f"Participants by {title.lower()}, level and code.",
        (
            "Level and code",
            f"All (n = {n:,})",
            *heads.values(),
        ),
        tuple(
            (
                _name(row),
                Cell(f"{len(row.cells[0].participants):,}"),
                *(cell(own, gone, place) for place in range(len(sizes))),
            )
            for row, own, gone in zip(rows, counted, hidden, strict=True)
        ),
        numeric=tuple(range(1, len(sizes) + 2)),
    )


def _group_json(
    groups: Groups,
    rows: Sequence[SemRow],
    counted: Sequence[Sequence[int]],
    hidden: Sequence[frozenset[int]],
) -> list[dict[str, object]]:
    sizes = [len(members) for members in groups.members.values()]
    return [
        {
            "level": row.level,
            "code": row.code.name if row.code else None,
            "participants": len(row.cells[0].participants),
            "groups": {
                name: None
                if place in gone
                else {"participants": own[place], "share": _share(own[place], sizes[place])}
                for place, name in enumerate(groups.members)
            },
        }
        for row, own, gone in zip(rows, counted, hidden, strict=True)
    ]


def _group_grid(
    heads: Mapping[str, str],
    groups: Groups,
    rows: Sequence[SemRow],
    counted: Sequence[Sequence[int]],
    hidden: Sequence[frozenset[int]],
) -> Grid:
    sizes: Mapping[str, int] = {name: len(m) for name, m in groups.members.items()}
    header = ["level", "code", "all"]
    for head in heads.values():
        header += [head, "share", "low", "high"]
    body = []
    for row, own, gone in zip(rows, counted, hidden, strict=True):
        values: list[str | int | float | None] = [
            level_title(row.level),
            row.code.name if row.code else "",
            len(row.cells[0].participants),
        ]
        for place, size in enumerate(sizes.values()):
            bounds = wilson(own[place], size)
            if place in gone or bounds is None:
                values += [WITHHELD if place in gone else 0, None, None, None]
            else:
                values += [own[place], own[place] / size, *bounds]
        body.append(tuple(values))
    return Grid("By group", tuple(header), tuple(body), (15, 30, 8))
