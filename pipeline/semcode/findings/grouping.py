"""Group participants by an attribute, and read attributes that are numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from semcode.errors import InputError
from semcode.records import Participant
from semcode.wording import natural

__all__ = ["Groups", "attribute_title", "group_people", "numbers_of"]

_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?")
_MOST_GROUPS = 12
NOT_GIVEN = "not given"


@dataclass(frozen=True, slots=True)
class Groups:
    """Labels of people by group, in reading order; `note` says how numbers were cut."""

    attribute: str
    members: Mapping[str, tuple[str, ...]]
    note: str = ""


def attribute_title(name: str) -> str:
    """Write a column's name as a heading."""
    plain = " ".join(name.replace("_", " ").split())
    return plain[:1].upper() + plain[1:]


def numbers_of(values: Sequence[str]) -> list[float] | None:
    """Read an attribute's values as numbers; None where one is none or hardly any differ.

    Two different values are a yes and a no written in figures, not a measurement.
    """
    given = [value.strip() for value in values if value.strip()]
    if len(set(given)) < 3 or not all(_NUMBER.fullmatch(value) for value in given):
        return None
    return [float(value) for value in given]


def group_people(people: Sequence[Participant], attribute: str) -> Groups:
    """Group people by the values of an attribute; numbers are cut at their median.

    Raises InputError for an attribute that nobody has, or one with too many values.
    """
    names = list(dict.fromkeys(name for person in people for name in person.attributes))
    fitting = [name for name in names if name.casefold() == attribute.casefold()]
    if not fitting:
        have = ", ".join(names) or "none; add a table with semcode add --participants"
        raise InputError(
            f"No participant has the attribute {attribute!r}.",
            where="--by",
            remedy=f"Use one of: {have}.",
        )
    name = fitting[0]
    said = {person.label: person.attributes.get(name, "").strip() for person in people}
    numbers = numbers_of(list(said.values()))
    if numbers is not None:
        return _halves(name, said, median(numbers))
    values = sorted({value for value in said.values() if value}, key=natural)
    if len(values) > _MOST_GROUPS:
        raise InputError(
            f"The attribute {name!r} has {len(values)} different values.",
            where="--by",
            remedy=f"Use one with at most {_MOST_GROUPS}, or join values in the table.",
        )
    groups = {v: tuple(label for label, own in said.items() if own == v) for v in values}
    return Groups(name, _with_missing(groups, said))


def _halves(name: str, said: Mapping[str, str], middle: float) -> Groups:
    low = tuple(label for label, own in said.items() if own and float(own) <= middle)
    high = tuple(label for label, own in said.items() if own and float(own) > middle)
    groups = {f"up to {middle:g}": low, f"over {middle:g}": high}
    note = f"{attribute_title(name)} is a number and was cut at its median, {middle:g}."
    return Groups(name, _with_missing(groups, said), note)


def _with_missing(
    groups: Mapping[str, tuple[str, ...]], said: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    missing = tuple(label for label, own in said.items() if not own)
    return {**groups, **({NOT_GIVEN: missing} if missing else {})}
