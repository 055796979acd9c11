"""The findings on one page: who spoke of which level, and what was commonest there."""

from __future__ import annotations

from collections.abc import Sequence

from semcode.findings.axes import level_slug, level_title
from semcode.findings.blocks import Block, Finding, Grid
from semcode.findings.coded import CodedStudy
from semcode.findings.sem_counts import Column, SemRow, commonest, facet_columns, sem_rows
from semcode.findings.tables import Cell, Table
from semcode.records import Level
from semcode.wording import counted

__all__ = ["at_a_glance"]

_NAMED = 4


def at_a_glance(data: CodedStudy) -> Finding:
    """Answer a study's questions in two tables: levels by facet value, participants by level."""
    columns = facet_columns(data)
    rows = sem_rows(data, columns)
    heads = [row for row in rows if row.code is None]
    n = len(data.people)
    widest = max(heads, key=lambda row: len(row.cells[0].passages), default=None)
    text = (
        f"{counted(len(data.interviews), 'interview')} with {counted(n, 'participant')} gave "
        f"{counted(len(data.passages), 'coded passage')} at "
        f"{counted(sum(bool(row.cells[0].passages) for row in heads), 'level')}."
    )
    if widest is not None and widest.cells[0].passages:
        text += (
            f" Most passages, {len(widest.cells[0].passages):,}, are at the "
            f"{level_title(widest.level).lower()} level."
        )
    valued = [(place, column) for place, column in enumerate(columns) if column.value]
    blocks: list[Block] = [text, _levels(rows, heads, valued, n), _people(data)]
    return Finding("glance", "Findings at a glance", tuple(blocks), (_grid(data),))


def _levels(
    rows: Sequence[SemRow], heads: Sequence[SemRow], valued: Sequence[tuple[int, Column]], n: int
) -> Table:
    used = [
        (place, column)
        for place, column in valued
        if any(row.cells[place].passages for row in heads)
    ]
    shown = used or [(0, Column("Most common codes"))]
    body = []
    for head in heads:
        own = [row for row in rows if row.code is not None and row.level == head.level]
        count = len(head.cells[0].participants)
        share = f"{count:,} ({100 * count / n:.0f}%)" if n else "–"
        body.append(
            (
                Cell(level_title(head.level), slug=level_slug(head.level)),
                Cell(share),
                *(Cell(commonest(own, place, _NAMED) or "–") for place, _ in shown),
            )
        )
    titles = [f"{c.facet}: {c.value}" if c.facet else c.title for _, c in shown]
    return Table(
        f"Levels of the Socio-Ecological Model: participants (of {n:,}) who spoke of each, and the "
        "codes most of them spoke of, participants in brackets.",
        ("Level", "Participants", *(title[:1].upper() + title[1:] for title in titles)),
        tuple(body),
    )


def _counts(data: CodedStudy) -> tuple[list[Level | None], dict[tuple[str, Level | None], int]]:
    level_of = {code.name: code.level for code in data.codes}
    order = [level for level in [*Level, None] if level in set(level_of.values())]
    counts: dict[tuple[str, Level | None], int] = {}
    for item in data.passages:
        key = (item.participant, level_of[item.code])
        counts[key] = counts.get(key, 0) + 1
    return order, counts


def _people(data: CodedStudy) -> Table:
    order, counts = _counts(data)
    return Table(
        "Coded passages of each participant by level. What each of them said stands in the "
        "rapid-analysis matrix: semcode findings matrix.",
        ("Participant", *(level_title(level) for level in order), "All"),
        tuple(
            (
                Cell(p.label),
                *(Cell(f"{counts.get((p.label, level), 0) or '–'}") for level in order),
                Cell(f"{sum(counts.get((p.label, level), 0) for level in order):,}"),
            )
            for p in data.people
        ),
        numeric=tuple(range(1, len(order) + 2)),
    )


def _grid(data: CodedStudy) -> Grid:
    order, counts = _counts(data)
    rows: tuple[tuple[str | int, ...], ...] = tuple(
        (p.label, *(counts.get((p.label, level), 0) for level in order)) for p in data.people
    )
    head = ("participant", *(level_title(level) for level in order))
    return Grid("Participants by level", head, rows, (16, *(16 for _ in order)))
