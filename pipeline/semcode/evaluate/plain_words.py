"""What is said about a plain table: its faults, its notes, and its methods in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from semcode.agreement import WEIGHTS
from semcode.errors import InputError
from semcode.evaluate.words import TITLES
from semcode.wording import counted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from semcode.agreement import Agreement, Interval, RatingTable
    from semcode.evaluate.data import Options

__all__ = [
    "check_scale",
    "check_shared",
    "empty_columns",
    "fewer_units",
    "left_out",
    "methods",
    "spelt_alike",
]


def check_scale(table: RatingTable, level: str | None, weights: str) -> None:
    """Refuse words without an order, and negative ratings, in the words that were asked for."""
    asked = f"--level {level}" if level else f"--weights {weights}"
    if weights in ("identity", "nominal", "unweighted") or weights not in WEIGHTS:
        return
    if not table.named and any(isinstance(category, str) for category in table.categories):
        shown = ", ".join(str(category) for category in table.categories[:4])
        raise InputError(
            f"{asked} needs an order, and words ({shown}) have none of their own.",
            where="categories",
            remedy="Name them in order, lowest first: --categories low,middle,high; or write them "
            "as 1, 2, 3.",
        )
    numbers = [category for category in table.categories if not isinstance(category, str)]
    if weights == "ratio" and numbers and min(numbers) < 0:
        raise InputError(
            f"{asked} needs ratings of at least 0, and the lowest is {min(numbers):g}.",
            where="level" if level else "weights",
            remedy="Use --level interval.",
        )


def check_shared(table: RatingTable, coders: Sequence[str], names: Sequence[str]) -> None:
    """Refuse a table in which nothing can be compared, and say what each coder rated."""
    if not names:
        raise InputError(
            "the table holds no rating, only empty cells.",
            where="table",
            remedy="Fill the ratings in: units in rows, each coder in a column.",
        )
    given = {name: int(n) for name, n in zip(names, (table.indices >= 0).sum(axis=0), strict=True)}
    if len(names) >= 2 and ((table.indices >= 0).sum(axis=1) >= 2).any():
        return
    said = ", ".join(f"{name} {given.get(name, 0):,}" for name in coders[:8])
    raise InputError(
        f"no unit was rated by two coders, so that there is nothing to compare (rated: {said}).",
        where="table",
        remedy="Put the ratings of one unit on one line, or have some units rated by two coders.",
    )


def empty_columns(coders: Sequence[str], table: RatingTable) -> list[str]:
    """Name coders without any rating."""
    empty = [name for column, name in enumerate(coders) if column not in table.kept]
    if not empty:
        return []
    names = ", ".join(repr(name) for name in empty)
    return [f"{names} holds no rating (only empty cells or spaces) and was left out."]


def left_out(table: RatingTable, paired: NDArray[np.bool_], n_rows: int) -> list[str]:
    """Say how many units have no rating, or one only."""
    said = []
    alone = int((~paired).sum())
    empty = n_rows - len(table.indices)
    if empty:
        said.append(f"Left out without a rating: {empty:,} of {counted(n_rows, 'unit')}.")
    if alone:
        said.append(
            f"{alone:,} unit{' was' if alone == 1 else 's were'} rated by one coder only: no part "
            "of observed agreement, but of the category shares of Fleiss, Conger and Gwet (Gwet "
            "2014)."
        )
    return said


def fewer_units(results: Sequence[tuple[str, Agreement, Interval]]) -> list[str]:
    """Say which coefficients rest on fewer units than the others."""
    units = {name: found.n_units for name, found, _ in results if found.value is not None}
    most = max(units.values(), default=0)
    fewer = [name for name, n in units.items() if n < most]
    if not fewer:
        return []
    rest = "rests" if len(fewer) == 1 else "rest"
    return [
        f"{' and '.join(TITLES[name] for name in fewer)} {rest} on the "
        f"{counted(units[fewer[0]], 'unit')} that all coders rated, the others on the {most:,} "
        "that two or more rated."
    ]


def spelt_alike(table: RatingTable) -> list[str]:
    """Name categories that differ only in capitals or spaces."""
    spelt: dict[str, list[str]] = {}
    for category in table.categories:
        if isinstance(category, str):
            spelt.setdefault(" ".join(category.casefold().split()), []).append(category)
    return [
        f"{' and '.join(repr(name) for name in names)} differ only in capitals or spaces and count "
        "as different categories. If they are one, write them alike in the table."
        for names in spelt.values()
        if len(names) > 1
    ]


def methods(
    coders: Sequence[str],
    table: RatingTable,
    n_units: int,
    weights: str,
    level: str | None,
    clustered: bool,
    options: Options,
) -> list[str]:
    """Write the methods sentences, with every number and the formulas' sources."""
    how = (
        f"cluster bootstrap, {options.resamples:,} resamples of whole clusters, "
        f"seed {options.seed}; studentized up to 20 clusters (Efron and Tibshirani 1993), "
        "above it expanded percentiles (Hesterberg 2015)"
        if clustered
        else "analytic standard errors, which treat units as independent (Gwet 2014; Fleiss, "
        "Cohen and Everitt 1969)"
    )
    n = len(table.categories)
    scale = f"at the {level} level of measurement" if level else f"with {weights} weights"
    return [
        f"{counted(len(coders), 'coder')} ({', '.join(coders)}) were compared on {n_units:,} "
        f"unit{'s' * (n_units != 1)} that two or more of them rated, in {n:,} "
        f"categor{'y' if n == 1 else 'ies'}, {scale}. "
        "Formulas: Cohen (1960, 1968), Conger (1980), Fleiss (1971), Scott (1955), "
        "Brennan and Prediger (1981), Gwet (2008; AC2 with weights, 2014), Krippendorff (2019).",
        f"Intervals are {options.ci:.0%} ({how}).",
    ]
