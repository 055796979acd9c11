"""The results section: each level in sentences with counts, and quotes of its codes."""

from __future__ import annotations

from collections.abc import Sequence

from semcode.findings.axes import level_slug, level_title
from semcode.findings.blocks import Block, Finding, Heading, QuoteList
from semcode.findings.choosing import Vectors, exemplars
from semcode.findings.coded import CodedPassage, CodedStudy
from semcode.findings.printing import quoted
from semcode.findings.sem_counts import (
    Column,
    SemRow,
    commonest,
    facet_columns,
    people_text,
    sem_rows,
)
from semcode.wording import counted

__all__ = ["results"]

_NAMED = 4  # codes that a level's sentence names
_BY_FACET = 3  # codes that a sentence names for one value of a facet
_PER_CODE = 2


def results(data: CodedStudy, *, vectors: Vectors | None = None) -> Finding:
    """Write what was found at each level: how many said it, which codes, barriers and wishes.

    Quotes carry no attributes: beside a table that withholds small counts they would give
    people away. Where a code's passages carry several values of a facet, each is quoted.
    """
    columns = facet_columns(data)
    rows = sem_rows(data, columns)
    n = len(data.people)
    blocks: list[Block] = [
        "Each level from the person outwards: how many participants spoke of it, which codes "
        "were most common, and how passages were coded by facet, with quotes of every code. Counts "
        "say how widely something was said, not how much it mattered to those who said it."
    ]
    for head in (row for row in rows if row.code is None):
        own = [row for row in rows if row.code is not None and row.level == head.level]
        slug = level_slug(head.level)
        blocks.append(Heading(f"{level_title(head.level)} level", slug))
        blocks += _sentences(head, own, columns, n)
        for row in own:
            if row.code is None:
                continue
            items = [item for item in row.cells[0].passages if item.code == row.code.name]
            best = _varied(items, columns, vectors)
            if best:
                passages = counted(len(row.cells[0].passages), "passage")
                told = f"{row.code.name}: {people_text(row.cells[0], n)}, {passages}"
                shaped = tuple(quoted(item, {}) for item in best)
                blocks.append(QuoteList(told, shaped, slug, folded=False))
    return Finding("results", "Results by level", tuple(blocks))


def _varied(
    items: Sequence[CodedPassage], columns: Sequence[Column], vectors: Vectors | None
) -> list[CodedPassage]:
    """Choose quotes: the most typical ones, and one of each facet value that they lack."""
    best = list(exemplars(items, count=_PER_CODE, vectors=vectors))
    for column in columns:
        if column.value and not any(column.value in item.facets for item in best):
            own = [item for item in items if column.value in item.facets]
            best += exemplars(own, count=1, vectors=vectors)
    return best


def _sentences(
    head: SemRow, own: Sequence[SemRow], columns: Sequence[Column], n: int
) -> list[Block]:
    cell = head.cells[0]
    if not cell.passages:
        return ["No participant spoke of this level in a coded passage."]
    who = people_text(cell, n)
    common = commonest(own, 0, _NAMED)
    text = (
        f"{who[:1].upper()}{who[1:]} spoke of this level, in "
        f"{counted(len(cell.passages), 'passage')}. Most common: {common} (participants in "
        "brackets)."
    )
    silent = [row.code.name for row in own if row.code and not row.cells[0].passages]
    if silent:
        text += f" Not found in any coded passage: {', '.join(silent)}."
    by_facet: dict[str, list[str]] = {}
    for place, column in enumerate(columns):
        part = head.cells[place]
        if column.value and part.passages:
            by_facet.setdefault(column.facet, []).append(
                f"{column.value}, {counted(len(part.passages), 'passage')} of "
                f"{counted(len(part.participants), 'participant')}, above all "
                f"{commonest(own, place, _BY_FACET)}"
            )
    told = [f"By {facet}: {'; '.join(values)}." for facet, values in by_facet.items()]
    return [text, *told]
