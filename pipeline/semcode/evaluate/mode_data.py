"""What the tables of other programs are made from, and what they come out as."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field

from semcode.evaluate.data import CodeName

__all__ = ["LabelledSpan", "ModeReport", "ModeText", "by_domain"]

LabelledSpan = tuple[int, int, Hashable]


@dataclass(frozen=True, slots=True)
class ModeText:
    """One transcript that all compared coders have read: its length and each one's spans."""

    name: str
    length: int
    spans: Mapping[Hashable, Sequence[LabelledSpan]]


@dataclass(frozen=True, slots=True)
class ModeReport:
    """A table with the columns of another program; `percent` runs from 0 to 100 as there.

    `rows` and `overall` are ready for JSON. `methods` says in words what was computed.
    """

    mode: str
    unit: str
    coders: tuple[str, ...]
    n_units: int
    transcripts: tuple[str, ...]
    rows: tuple[Mapping[str, object], ...]
    overall: Mapping[str, object]
    notes: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    by: str = "code"
    extra: Mapping[str, object] = field(default_factory=dict)


def by_domain(codes: Sequence[CodeName], domains: Mapping[str, str]) -> dict[str, list[CodeName]]:
    """Gather the codes of each domain; `domains` gives its name by the code's guid."""
    members: dict[str, list[CodeName]] = {}
    for code in codes:
        members.setdefault(domains[code.guid], []).append(code)
    return members
