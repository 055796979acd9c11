"""Describe the participants: n (%) for categories, mean, median and range for numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, median, stdev

from semcode.records import Participant

__all__ = ["AttributeSummary", "describe_participants"]

MAX_CATEGORIES = 10
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?")


@dataclass(frozen=True, slots=True)
class AttributeSummary:
    """One attribute; `rows` are `(value or statistic, what stands beside it)`."""

    name: str
    rows: tuple[tuple[str, str], ...]


def describe_participants(people: Sequence[Participant]) -> tuple[AttributeSummary, ...]:
    """Summarise every attribute in the order of its first appearance.

    An attribute is a number where every value given is one and more than two differ.
    Percentages are of all participants, those without a value included.
    """
    names = dict.fromkeys(name for person in people for name in person.attributes)
    return tuple(_describe(name, people) for name in names)


def _describe(name: str, people: Sequence[Participant]) -> AttributeSummary:
    given = [person.attributes.get(name, "").strip() for person in people]
    values = [value for value in given if value]
    numeric = all(_NUMBER.fullmatch(value) for value in values) and len(set(values)) > 2
    rows = _numbers([float(value) for value in values]) if numeric else _shares(values, len(people))
    missing = len(people) - len(values)
    if missing:
        rows.append(("Not given", _n_percent(missing, len(people))))
    heading = (name[:1].upper() + name[1:]).replace("_", " ")
    return AttributeSummary(heading, tuple(rows))


def _numbers(values: Sequence[float]) -> list[tuple[str, str]]:
    return [
        ("Mean (SD)", f"{mean(values):.1f} ({stdev(values):.1f})"),
        ("Median (range)", f"{median(values):g} ({min(values):g} to {max(values):g})"),
    ]


def _shares(values: Sequence[str], total: int) -> list[tuple[str, str]]:
    ranked = sorted(Counter(values).items(), key=lambda pair: (-pair[1], pair[0]))
    rows = [(value, _n_percent(n, total)) for value, n in ranked[:MAX_CATEGORIES]]
    rest = ranked[MAX_CATEGORIES:]
    if rest:
        label = f"{len(rest)} other values"
        rows.append((label, _n_percent(sum(n for _, n in rest), total)))
    return rows


def _n_percent(n: int, total: int) -> str:
    return f"{n} ({100 * n / total:.1f}%)"
