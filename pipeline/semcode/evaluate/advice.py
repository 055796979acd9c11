"""What to do about disagreement: confused codes, disputed units, what to mend, how much more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from semcode.agreement import (
    CodeDispute,
    Interval,
    code_disputes,
    confused_codes,
    disputed_units,
    units_for_half_width,
    units_from_interval,
)
from semcode.evaluate.data import AgreementRow, Comparison, Options, Place
from semcode.wording import counted

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "Confusion",
    "Dispute",
    "Mend",
    "MoreUnits",
    "confusion_matrix",
    "confusions",
    "disputes",
    "more_units",
    "what_to_mend",
]

_SCHEMATIC_KAPPA = 0.7
_MOSTLY = 0.5
_LEANING = 0.6
_LEANING_LEAST = 5
_SPARSE = 5


@dataclass(frozen=True, slots=True)
class Confusion:
    """Two codes that coders put in each other's place, `count` times; `share` of all such."""

    one: str
    two: str
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class Dispute:
    """A unit with disagreement: what each coder gave it; `n` codes x pairs of coders.

    `text` is "" until somebody looks it up.
    """

    place: Place
    n: int
    given: tuple[tuple[str, tuple[str, ...]], ...]
    text: str = ""


@dataclass(frozen=True, slots=True)
class Mend:
    """A code whose definition to mend, why, and what to do; the first is the first to mend."""

    code: str
    level: str | None
    disagreements: int
    share: float
    positive_agreement: float | None
    advice: str


@dataclass(frozen=True, slots=True)
class MoreUnits:
    """How many units in all both coders need for the wanted half-width of alpha.

    `half_width` is what there is now, `needed` units in all and `more` beyond those both
    have read; `share` is that of the study's units to be double-coded. `enough` is False
    where even the whole study would not do: then `more` must come from new interviews.
    `basis` says what it was reckoned from.
    """

    code: str
    level: str | None
    half_width: float | None
    wanted: float
    needed: int | None
    more: int | None
    share: float | None
    enough: bool
    basis: str


def confusions(comparison: Comparison) -> tuple[Confusion, ...]:
    """List the pairs of codes that coders confused, worst first."""
    names = [code.name for code in comparison.codes]
    return tuple(
        Confusion(names[int(pair.one)], names[int(pair.two)], round(pair.count), pair.share)
        for pair in confused_codes(comparison.ratings)
    )


def confusion_matrix(comparison: Comparison) -> NDArray[np.int64]:
    """Count units x pairs of coders: both gave the code (diagonal), or one each (symmetric).

    Off the diagonal stands how often one coder gave only the first and the other only the
    second of two codes.
    """
    n_codes = len(comparison.codes)
    matrix = np.zeros((n_codes, n_codes), dtype=np.int64)
    given = comparison.ratings == 1
    for one, two in combinations(range(len(comparison.coders)), 2):
        first = (given[:, :, one] & ~given[:, :, two]).astype(np.float32)
        second = (given[:, :, two] & ~given[:, :, one]).astype(np.float32)
        crossed = np.rint(first @ second.T).astype(np.int64)
        matrix += crossed + crossed.T
        matrix[np.diag_indices(n_codes)] += (given[:, :, one] & given[:, :, two]).sum(axis=1)
    return matrix


def disputes(comparison: Comparison, *, most: int | None = None) -> tuple[Dispute, ...]:
    """List the units with disagreement, worst first."""
    found = []
    names = [code.name for code in comparison.codes]
    marked = (comparison.ratings == 1).transpose(1, 2, 0)
    for unit, n in disputed_units(comparison.ratings)[:most]:
        given = tuple(
            (coder, tuple(names[code] for code in np.flatnonzero(marked[unit, column])))
            for column, coder in enumerate(comparison.coders)
        )
        found.append(Dispute(comparison.places[unit], n, given))
    return tuple(found)


def what_to_mend(comparison: Comparison, rows: Sequence[AgreementRow]) -> tuple[Mend, ...]:
    """Rank codes by the disagreement that they cause, and say what would help each."""
    by_name = {row.label: row for row in rows}
    found = []
    for item in code_disputes(comparison.ratings):
        code = comparison.codes[item.code]
        row = by_name.get(code.name)
        positive = row.more.get("positive_agreement") if row else None
        found.append(
            Mend(
                code.name,
                code.level,
                item.disagreements,
                item.share,
                positive if isinstance(positive, float) else None,
                _advice(item, comparison, row),
            )
        )
    return tuple(found)


def _advice(item: CodeDispute, comparison: Comparison, row: AgreementRow | None) -> str:
    parts = []
    if item.confused >= _MOSTLY and item.confused_with is not None:
        other = comparison.codes[item.confused_with].name
        parts.append(
            f"In {item.confused:.0%} of the disagreements the other coder gave another code, most "
            f"often {other!r}: write into both definitions where the one ends and the other begins."
        )
    elif item.omitted > _MOSTLY:
        parts.append(
            f"In {item.omitted:.0%} of the disagreements the other coder gave nothing else "
            "instead: say in its include rule how little is enough, with a borderline example."
        )
    if item.leaning >= _LEANING and item.disagreements >= _LEANING_LEAST:
        parts.append(
            f"It is mostly one coder who gives it ({_leaner(item.code, comparison)}): read five of "
            "these passages together before anything else."
        )
    if row is not None and 0 < row.n_positive < _SPARSE:
        parts.append(
            f"It rests on {counted(row.n_positive, 'unit')}: see more of them before you judge it."
        )
    return " ".join(parts) or "Read the disputed passages together."


def _leaner(code: int, comparison: Comparison) -> str:
    given = (comparison.ratings[code] == 1).sum(axis=0)
    return comparison.coders[int(given.argmax())]


def more_units(
    comparison: Comparison,
    rows: Sequence[AgreementRow],
    *,
    half_width: float,
    options: Options,
) -> tuple[MoreUnits, ...]:
    """Say for each code how many units both must code for alpha's half-width.

    From the interval found where there is one; else from the large-sample variance at the
    prevalence found and a kappa of 0.7. Codes that nobody used are left out.
    """
    total = max(comparison.total_units, comparison.n_units)
    return tuple(_more(row, half_width, options, total) for row in rows if row.n_positive)


def _more(row: AgreementRow, half_width: float, options: Options, total: int) -> MoreUnits:
    interval = row.ci.get("krippendorff_alpha")
    if interval is not None:
        plan = units_from_interval(
            Interval(*interval, options.ci, "expanded", row.n_interviews),
            n_units=row.n,
            half_width=half_width,
        )
        now = (interval[1] - interval[0]) / 2
        basis = "its interval here"
    else:
        now, basis = None, f"its prevalence here and a kappa of {_SCHEMATIC_KAPPA}"
        share = row.prevalence or 0.0
        plan = None
        if 0 < share < 1:
            plan = units_for_half_width(
                half_width,
                prevalence=share,
                kappa=_SCHEMATIC_KAPPA,
                level=options.ci,
            )
    if plan is None:
        return MoreUnits(row.label, row.level, now, half_width, None, None, None, False, basis)
    return MoreUnits(
        row.label,
        row.level,
        now,
        half_width,
        plan.n_units,
        max(plan.n_units - row.n, 0),
        min(plan.n_units / total, 1.0) if total else None,
        plan.n_units <= total,
        basis,
    )
