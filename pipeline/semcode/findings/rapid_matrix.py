"""The rapid-analysis matrix: participants by domains, each cell words that rest on quotes."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from semcode.codebook import Facet
from semcode.errors import InputError
from semcode.findings.axes import level_slug, level_title
from semcode.findings.blocks import Block, Finding, Grid, Heading, QuoteList
from semcode.findings.choosing import Vectors, exemplars
from semcode.findings.coded import CodedPassage, CodedStudy
from semcode.findings.data import ReportCode
from semcode.findings.printing import quote_grid, quote_json, quoted
from semcode.findings.quotes import clip
from semcode.findings.quotes_finding import chosen_codes
from semcode.findings.sem_counts import code_order
from semcode.findings.tables import Cell, Table
from semcode.records import Level
from semcode.wording import counted

__all__ = [
    "BASELINE",
    "MATRIX",
    "Comment",
    "Domain",
    "MatrixCell",
    "all_domains",
    "cell_target",
    "choose_domains",
    "draft_cells",
    "fingerprint",
    "rapid_matrix",
]

#: Sheets of the workbook: what people edit, and what it was when it was written.
MATRIX, BASELINE = "Matrix", "As written (leave)"

_LONGEST_TARGET = 64
_QUOTE = 320  # characters of a quote in a draft


@dataclass(frozen=True, slots=True)
class Domain:
    """A column of the matrix: a level, a level with one facet value, or a code."""

    key: str
    title: str
    level: Level | None
    value: str = ""
    code: str = ""

    def holds(self, item: CodedPassage, level: Level | None, path: Sequence[str]) -> bool:
        """Tell whether a passage belongs here, given its code's level and path."""
        if self.code:
            return self.code in path
        return level == self.level and (not self.value or self.value in item.facets)


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """What stands in a cell: people's own words where they wrote some, else the draft.

    `edited_by` and `edited_at` are "" for a draft, which holds nothing but quotes.
    """

    participant: str
    domain: Domain
    text: str
    passages: tuple[CodedPassage, ...]
    edited_by: str = ""
    edited_at: str = ""


@dataclass(frozen=True, slots=True)
class Comment:
    """What a reviewer said of a participant, a cell or the whole, with name and time."""

    about: str
    text: str
    by: str
    at: str


def all_domains(codes: Sequence[ReportCode], facets: Sequence[Facet]) -> dict[str, Domain]:
    """Give every domain that there can be, by title in lower case."""
    found = [_of_level(level) for level in dict.fromkeys(code.level for code in codes)]
    for facet in facets:
        found += _by_facet(codes, facet)
    found += [Domain(f"code:{code.name}", code.name, code.level, code=code.name) for code in codes]
    return {domain.title.casefold(): domain for domain in reversed(found)}


def choose_domains(
    data: CodedStudy, *, domains: str = "level", codes: Sequence[str] | None = None
) -> tuple[Domain, ...]:
    """Give the columns: these codes; or levels; or, by a facet's name, levels x its values.

    Raises InputError for a name that is no facet of the codebook.
    """
    ordered = code_order(data)
    if codes is not None:
        chosen = chosen_codes(data, codes)
        return tuple(Domain(f"code:{c.name}", c.name, c.level, code=c.name) for c in chosen)
    if domains == "level":
        return tuple(_of_level(level) for level in dict.fromkeys(code.level for code in ordered))
    facet = next((f for f in data.facets if f.name.casefold() == domains.casefold()), None)
    if facet is None:
        names = ", ".join(["level", *(f.name for f in data.facets)])
        raise InputError(
            f"{domains!r} cannot make domains.",
            where="--domains",
            remedy=f"Use one of: {names}; or name codes with --codes.",
        )
    return tuple(_by_facet(ordered, facet))


def draft_cells(
    data: CodedStudy,
    domains: Sequence[Domain],
    *,
    count: int = 2,
    vectors: Vectors | None = None,
) -> tuple[MatrixCell, ...]:
    """Draft each cell from that participant's own most typical quotes, word for word."""
    codes = {code.name: code for code in data.codes}
    own: dict[tuple[str, str], list[CodedPassage]] = defaultdict(list)
    for item in data.passages:
        code = codes[item.code]
        for domain in domains:
            if domain.holds(item, code.level, code.path):
                own[item.participant, domain.key].append(item)
    cells = []
    for person in data.people:
        for domain in domains:
            items = own.get((person.label, domain.key), [])
            best = exemplars(items, count=count, vectors=vectors)
            text = "\n".join(f"{i.code}: “{clip(i.text, _QUOTE)}”" for i in best)
            cells.append(MatrixCell(person.label, domain, text, tuple(items)))
    return tuple(cells)


def cell_target(participant: str, domain: Domain) -> str:
    """Name a cell in at most 64 characters, the same every time."""
    plain = f"{participant}|{domain.key}"
    if len(plain) <= _LONGEST_TARGET:
        return plain
    return hashlib.sha256(plain.encode()).hexdigest()


def fingerprint(text: str) -> str:
    """Tell two texts apart, whatever a spreadsheet did to white space."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:16]


def rapid_matrix(
    data: CodedStudy,
    domains: Sequence[Domain],
    cells: Sequence[MatrixCell],
    comments: Sequence[Comment] = (),
) -> Finding:
    """Lay the matrix out to read, and for a workbook that is edited and read back."""
    edited = sum(bool(cell.edited_by) for cell in cells)
    blocks: list[Block] = [
        f"{data.basis} {counted(len(data.people), 'participant')} by "
        f"{counted(len(domains), 'domain')}. "
        f"People wrote {edited:,} of {counted(len(cells), 'cell')}; the others are drafts that "
        "hold the participant’s own most typical words, cut where they are long.",
        _table(data, domains, cells),
    ]
    if comments:
        blocks.append(_comment_table(comments))
    blocks += _behind(data, cells)
    return Finding(
        "matrix",
        "Rapid-analysis matrix",
        tuple(blocks),
        _grids(data, domains, cells, comments),
        {
            "basis": data.basis,
            "domains": [domain.title for domain in domains],
            "cells": [
                {
                    "participant": cell.participant,
                    "domain": cell.domain.title,
                    "text": cell.text,
                    "draft": not cell.edited_by,
                    "edited_by": cell.edited_by or None,
                    "edited_at": cell.edited_at or None,
                    "quotes": [quote_json(item) for item in cell.passages],
                }
                for cell in cells
            ],
            "comments": [
                {"about": c.about, "text": c.text, "by": c.by, "at": c.at} for c in comments
            ],
        },
        data.notes,
    )


def _of_level(level: Level | None) -> Domain:
    return Domain(level_slug(level), level_title(level), level)


def _by_facet(codes: Sequence[ReportCode], facet: Facet) -> list[Domain]:
    return [
        Domain(f"{level_slug(level)}/{value}", f"{level_title(level)}: {value}", level, value)
        for level in dict.fromkeys(code.level for code in codes)
        for value in facet.values
    ]


def _table(data: CodedStudy, domains: Sequence[Domain], cells: Sequence[MatrixCell]) -> Table:
    found = {(cell.participant, cell.domain.key): cell for cell in cells}

    def shown(cell: MatrixCell) -> Cell:
        note = f"written by {cell.edited_by}, {cell.edited_at[:10]}" if cell.edited_by else ""
        n = len(cell.passages)
        told = counted(n, "passage") if n else ""
        lines = "\n".join(clip(line, 350) for line in cell.text.splitlines())
        return Cell(lines or "–", note="; ".join(filter(None, (note, told))))

    return Table(
        "Participants by domains.",
        ("Participant", *(domain.title for domain in domains)),
        tuple(
            (Cell(p.label), *(shown(found[p.label, domain.key]) for domain in domains))
            for p in data.people
        ),
    )


def _comment_table(comments: Sequence[Comment]) -> Table:
    return Table(
        "Comments of those who reviewed the matrix (member checking).",
        ("About", "Comment", "By", "Date"),
        tuple((Cell(c.about), Cell(c.text), Cell(c.by), Cell(c.at[:10])) for c in comments),
    )


def _behind(data: CodedStudy, cells: Sequence[MatrixCell]) -> list[Block]:
    people = {person.label: person for person in data.people}
    return [
        Heading("The quotes behind the cells"),
        *(
            QuoteList(
                f"{cell.participant}, {cell.domain.title} ({len(cell.passages):,})",
                tuple(quoted(item, people) for item in cell.passages),
                level_slug(cell.domain.level),
            )
            for cell in cells
            if cell.passages
        ),
    ]


def _grids(
    data: CodedStudy,
    domains: Sequence[Domain],
    cells: Sequence[MatrixCell],
    comments: Sequence[Comment],
) -> tuple[Grid, ...]:
    found: Mapping[tuple[str, str], MatrixCell] = {
        (cell.participant, cell.domain.key): cell for cell in cells
    }
    rows = tuple(
        (p.label, *(found[p.label, domain.key].text for domain in domains)) for p in data.people
    )
    head = ("Participant", *(domain.title for domain in domains))
    behind = [item for cell in cells for item in cell.passages]
    unique = list({(i.transcript, i.start, i.end, i.code): i for i in behind}.values())
    baseline = tuple(
        (cell.participant, cell.domain.title, fingerprint(cell.text)) for cell in cells
    )
    grids = [Grid(MATRIX, head, rows, (16, *(48 for _ in domains)))]
    grids.append(quote_grid("Quotes", unique, data))
    if comments:
        told = tuple((c.about, c.text, c.by, c.at) for c in comments)
        grids.append(Grid("Comments", ("about", "comment", "by", "at"), told, (24, 80, 20, 22)))
    grids.append(Grid(BASELINE, ("participant", "domain", "fingerprint"), baseline, (16, 30, 20)))
    return tuple(grids)
