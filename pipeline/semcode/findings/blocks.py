"""The parts of a finding, in the order in which they are read, whatever file they go into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from semcode.findings.tables import Table

__all__ = ["Block", "Drawing", "Figure", "Finding", "Grid", "Heading", "QuoteList", "Quoted"]

Value = str | int | float | None


@dataclass(frozen=True, slots=True)
class Grid:
    """A table for a spreadsheet: numbers as numbers; `widths` are in characters."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    widths: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a finding; `slug` is a level's colour."""

    text: str
    slug: str = ""


@dataclass(frozen=True, slots=True)
class Quoted:
    """A passage as it is printed; `who` is the participant's label, `about` what is known."""

    text: str
    who: str
    about: str
    where: str
    facets: tuple[str, ...] = ()
    coders: tuple[str, ...] = ()
    score: float | None = None


@dataclass(frozen=True, slots=True)
class QuoteList:
    """Quotes under one title; folded on the page until somebody asks for them."""

    title: str
    quotes: tuple[Quoted, ...]
    slug: str = ""
    path: str = ""
    folded: bool = True


@dataclass(frozen=True, slots=True)
class Figure:
    """A plotly figure as plain data, with what it shows in words.

    `table` holds its numbers, None where the table stands beside it anyway; `width` is the
    least in pixels that it needs.
    """

    key: str
    caption: str
    alt: str
    spec: Mapping[str, Any]
    table: Table | None = None
    width: int = 0


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawing in SVG that holds no text of the study unescaped."""

    key: str
    caption: str
    alt: str
    svg: str


Block = Heading | str | Table | QuoteList | Figure | Drawing


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of finding: to read (`blocks`), for a spreadsheet (`grids`), for programs (`data`).

    `notes` are cautions that stand before everything else.
    """

    kind: str
    title: str
    blocks: Sequence[Block]
    grids: Sequence[Grid] = ()
    data: Mapping[str, object] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
