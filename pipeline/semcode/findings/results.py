"""The results section: each level in sentences with counts, and quotes of its codes."""

from __future__ import annotations

from collections.abc import Sequence

from semcode.findings.axes import level_slug, level_title
from semcode.findings.blocks import Block, Finding, Heading, QuoteList
from semcode.findings.choosing import Vectors, exemplars
from semcode.findings.coded import CodedStudy
from semcode.findings.printing import quoted
from semcode.findings.sem_counts import Column, SemRow, facet_columns, sem_rows
from semcode.findings.sem_matrix import interval_text

__all__ = ["results"]

_NAMED = 3  # codes that a level's sentence names
_PER_CODE = 2


def results(data: CodedStudy, *, vectors: Vectors | None = None) -> Finding:
    """Write what was found at each level: how many said it, which codes, barriers and wishes.

    Quotes carry no attributes: beside a table that withholds small counts they would give
    people away.
    """
    columns = facet_columns(data)
    rows = sem_rows(data, columns)
    n = len(data.people)
    blocks: list[Block] = []
    for head in (row for row in rows if row.code is None):
        own = [row for row in rows if row.code is not None and row.level == head.level]
        slug = level_slug(head.level)
        blocks.append(Heading(f"{level_title(head.level)} level", slug))
        blocks.append(_sentence(head, own, columns, n))
        for row in own:
            if row.code is None:
                continue
            items = [item for item in row.cells[0].passages if item.code == row.code.name]
            best = exemplars(items, count=_PER_CODE, vectors=vectors)
            if best:
                told = f"{row.code.name}: {_people(row, n)}"
                shaped = tuple(quoted(item, {}) for item in best)
                blocks.append(QuoteList(told, shaped, slug, folded=False))
    return Finding("results", "Results by level", tuple(blocks))


def _sentence(head: SemRow, own: Sequence[SemRow], columns: Sequence[Column], n: int) -> str:
    cell = head.cells[0]
    if not cell.passages:
        return "No participant spoke of this level in a coded passage."
    ranked = sorted(
        own, key=lambda row: (-len(row.cells[0].participants), -len(row.cells[0].passages))
    )
    named = [row for row in ranked if row.cells[0].passages][:_NAMED]
    common = ", ".join(f"{row.code.name} ({_people(row, n)})" for row in named if row.code)
    text = (
        f"{_people(head, n)} spoke of this level, in {len(cell.passages):,} passages. Most "
        f"common were {common}."
    )
    by_facet: dict[str, list[str]] = {}
    for column, part in zip(columns, head.cells, strict=True):
        if column.value and part.passages:
            by_facet.setdefault(column.facet, []).append(
                f"{column.value} in {len(part.passages):,} passages of "
                f"{len(part.participants):,} participants"
            )
    for facet, told in by_facet.items():
        text += f" By {facet}: {'; '.join(told)}."
    return text


def _people(row: SemRow, n: int) -> str:
    count = len(row.cells[0].participants)
    return f"{count:,} of {n:,} participants, {interval_text(count, n)}"
