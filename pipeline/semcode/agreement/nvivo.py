"""Agreement as NVivo's coding comparison counts it: characters, per code and source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from semcode.agreement.coefficients import cohen_kappa
from semcode.agreement.units import character_table
from semcode.errors import InputError

__all__ = ["NvivoAverage", "NvivoRow", "nvivo_average", "nvivo_comparison"]

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class NvivoRow:
    """One code in one source: NVivo's columns, percentages from 0 to 100.

    `kappa` is what NVivo shows. Where the users agree on every character NVivo shows 1
    even if nobody coded anything, where Cohen's kappa is 0/0; `note` then says so.
    """

    size: int
    percent: float
    both: float
    neither: float
    only_a: float
    only_b: float
    kappa: float
    note: str | None = None


@dataclass(frozen=True, slots=True)
class NvivoAverage:
    """The mean over rows, weighted by source size or not; how many rows had NVivo's 1 for 0/0."""

    percent: float
    kappa: float
    n_rows: int
    n_undefined: int


def nvivo_comparison(user_a: Sequence[Span], user_b: Sequence[Span], *, size: int) -> NvivoRow:
    """Compare the spans of one code by two users over a source of `size` characters.

    A user group codes what any member codes: give the members' spans together. Percent
    agreement is (both + neither) / size, kappa Cohen's over characters (NVivo help,
    Coding Comparison query). Raises InputError for spans outside the source or an empty
    source.
    """
    if size <= 0:
        raise InputError(
            "the source has no characters.", where="size", remedy="Leave empty sources out."
        )
    table, lengths = character_table({"a": user_a, "b": user_b}, extent=(0, size))
    a, b = table[:, 0] == 1, table[:, 1] == 1
    shares = [float(lengths[rows].sum()) / size * 100 for rows in (a & b, ~a & ~b, a & ~b, ~a & b)]
    result = cohen_kappa(table, categories=[0, 1], counts=lengths)
    note = None
    if result.value is None:
        note = f"NVivo shows 1; Cohen's kappa is undefined. {result.reason}"
    both, neither, only_a, only_b = shares
    kappa = 1.0 if result.value is None else result.value
    return NvivoRow(size, both + neither, both, neither, only_a, only_b, kappa, note)


def nvivo_average(rows: Iterable[NvivoRow], *, by_size: bool = True) -> NvivoAverage:
    """Average percent agreement and kappa over rows, weighted by source size or equally.

    NVivo leaves this to a spreadsheet and describes both ways. Raises InputError without
    rows.
    """
    found = list(rows)
    if not found:
        raise InputError(
            "there is nothing to average.", where="rows", remedy="Compare a source first."
        )
    weights = [row.size if by_size else 1 for row in found]
    total = sum(weights)
    return NvivoAverage(
        sum(row.percent * weight for row, weight in zip(found, weights, strict=True)) / total,
        sum(row.kappa * weight for row, weight in zip(found, weights, strict=True)) / total,
        len(found),
        sum(row.note is not None for row in found),
    )
