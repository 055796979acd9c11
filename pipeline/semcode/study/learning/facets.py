"""Labels for facets: which values a coded passage has, once there are enough to learn from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from semcode.codebook import Code, Codebook, Facet
from semcode.study.learning.labels import FacetMark, Labels
from semcode.study.learning.learned import code_text

__all__ = ["FacetLabels", "facet_labels"]

Floats = NDArray[np.float64]

#: Coded passages with a value, and without, that are needed before it is suggested.
LEAST = 10


@dataclass(frozen=True)
class FacetLabels:
    """Coded passages x values: `codebook` has a code a value, named "facet: value".

    `texts` are (the code that was given, what was said). `counts` are passages with and
    without each value; `left_out` says why a value is not learned.
    """

    codebook: Codebook
    y: Floats
    texts: list[tuple[str, str]]
    groups: list[str]
    counts: Mapping[str, tuple[int, int]]
    left_out: Mapping[str, str]


def facet_labels(labels: Labels) -> FacetLabels:
    """Gather which facets people gave; a coder who never uses a facet says nothing about it.

    Of a coder who does, a coding without a value has not got it. Over coders the share counts.
    """
    book = labels.codebook
    values = [(facet, value) for facet in book.facets for value in facet.values]
    uses = {
        (mark.coder, facet.name)
        for mark in labels.marks
        for facet in book.facets
        if set(facet.values) & set(mark.facets)
    }
    cells: dict[tuple[int, int], list[FacetMark]] = {}
    for mark in labels.marks:
        cells.setdefault((mark.row, mark.code), []).append(mark)
    y = np.full((len(cells), len(values)), np.nan)
    for place, ((_, code), marks) in enumerate(cells.items()):
        for column, (facet, value) in enumerate(values):
            said = [value in m.facets for m in marks if (m.coder, facet.name) in uses]
            if said and facet.name in book.codes[code].facets:
                y[place, column] = np.mean(said)
    groups = [labels.groups[row] for row, _ in cells]
    texts = [(code_text(book.codes[code]), labels.texts[row][1]) for row, code in cells]
    return _enough(book, values, y, texts, groups)


def _enough(
    book: Codebook,
    values: list[tuple[Facet, str]],
    y: Floats,
    texts: list[tuple[str, str]],
    groups: list[str],
) -> FacetLabels:
    """Keep the values with enough passages that have it and have not, of two participants."""
    counts: dict[str, tuple[int, int]] = {}
    left_out: dict[str, str] = {}
    kept: list[int] = []
    for column, (facet, value) in enumerate(values):
        name = f"{facet.name}: {value}"
        yes, no = np.flatnonzero(y[:, column] >= 0.5), np.flatnonzero(y[:, column] < 0.5)
        counts[name] = (len(yes), len(no))
        people = len({groups[int(row)] for row in yes})
        if min(len(yes), len(no)) < LEAST or people < 2:
            left_out[name] = (
                f"{len(yes):,} coded passages with it and {len(no):,} without; "
                f"{LEAST} of each are needed, of two participants or more"
            )
        else:
            kept.append(column)
    codes = tuple(
        Code(f"{values[c][0].name}: {values[c][1]}", _defined(values[c][0], values[c][1]))
        for c in kept
    )
    own = Codebook(codes, name=f"facets of {book.name}", language=book.language)
    return FacetLabels(own, y[:, kept], texts, groups, counts, left_out)


def _defined(facet: Facet, value: str) -> str:
    """Give what the facet's definition says of one value, all of it where it names none."""
    others = "|".join(re.escape(other) for other in facet.values)
    said = re.search(
        rf"\b{re.escape(value)}:\s*(.+?)(?=\s*\b(?:{others}):|$)", facet.definition, re.S | re.I
    )
    return said.group(1).strip() if said else facet.definition
