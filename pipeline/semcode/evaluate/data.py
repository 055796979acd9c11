"""What agreement is computed from and what comes out: plain records, names as readers know them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from semcode.errors import InputError
from semcode.records import Coding, Level, Reading

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "UNITS",
    "AgreementRow",
    "CodeName",
    "Comparison",
    "Mark",
    "Options",
    "Place",
    "Source",
    "Span",
    "drop",
    "select",
]

Span = tuple[int, int]
UNITS = ("segment", "sentence", "turn", "character", "document")


@dataclass(frozen=True, slots=True)
class CodeName:
    """A code of the codebook as the tables name it; `facets` are its facets' names."""

    guid: str
    name: str
    level: Level | None
    facets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """One transcript with what is needed to rate its units, and nothing else.

    `speech` are the turns of those who are coded, `people` who speaks in each, `units` the
    chosen units (for characters: none, they follow from the codings). `order` sorts
    transcripts in time. `codings` and `readings` are those of this transcript. `codable` are
    the parts of the speech that hold more than fillers (empty: all of it), because nobody is
    ever asked to read the rest.
    """

    name: str
    text: str
    speech: Sequence[Span]
    people: Sequence[str]
    units: Sequence[Span]
    codings: Sequence[Coding]
    readings: Sequence[Reading]
    order: tuple[str, int] = ("", 0)
    codable: Sequence[Span] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a unit is; `order` sorts its transcript in time."""

    transcript: str
    participant: str
    start: int
    end: int
    order: tuple[str, int] = ("", 0)


@dataclass(frozen=True, slots=True)
class Mark:
    """One coding as it falls on one unit: indices into units, codes and coders."""

    unit: int
    code: int
    coder: int
    facets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Options:
    """How intervals are made: resamples of whole `cluster`s (interview or participant)."""

    ci: float = 0.95
    resamples: int = 2_000
    seed: int = 0
    cluster: str = "interview"

    def __post_init__(self) -> None:
        if not 0 < self.ci < 1:
            raise InputError(
                f"an interval of {self.ci} cannot be given.",
                where="ci",
                remedy="Give a share between 0 and 1, such as 0.95.",
            )
        if self.resamples < 100:
            raise InputError(
                f"{self.resamples} resamples are too few for an interval.",
                where="resamples",
                remedy="Use 2000, or at least 100.",
            )
        if self.cluster not in ("interview", "participant"):
            raise InputError(
                f"{self.cluster!r} is nothing to resample.",
                where="cluster",
                remedy="Use interview or participant.",
            )


@dataclass(frozen=True)
class Comparison:
    """Units x coders for every code.

    `ratings` is codes x units x coders: 1 the coder gave the code, 0 read the unit and did
    not, -1 is not recorded as having read it. `counts` says how many characters each unit
    stands for (None: one unit each). `marks` carry the facets. `notes` are sentences for
    the reader; `total_units` counts the units of the whole study, read or not.
    """

    unit: str
    coders: tuple[str, ...]
    codes: tuple[CodeName, ...]
    ratings: NDArray[np.int8]
    places: tuple[Place, ...]
    marks: tuple[Mark, ...] = ()
    counts: NDArray[np.float64] | None = None
    total_units: int = 0
    notes: tuple[str, ...] = ()

    def clusters(self, options: Options) -> list[str]:
        """Name what each unit is resampled with."""
        if options.cluster == "participant":
            return [place.participant for place in self.places]
        return [place.transcript for place in self.places]

    @property
    def n_units(self) -> int:
        """Count the units (characters where the unit is the character)."""
        return len(self.places) if self.counts is None else round(float(self.counts.sum()))

    @property
    def transcripts(self) -> tuple[str, ...]:
        """Name the transcripts in the order of the units."""
        return tuple(dict.fromkeys(place.transcript for place in self.places))


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """One line of a table: a code, a level, a facet's value, a transcript, a pair, a period.

    `values`, `ci`, `undefined` and `no_interval` are by the coefficient's name; a value is
    None exactly where `undefined` has its reason. `prevalence` is the share of ratings
    that have the code. `more` holds what only some tables have. `details` says for each
    coefficient on how many units it rests, its observed and expected agreement and its
    standard error (over resamples, or analytic for a table without interviews).
    """

    label: str
    level: str | None
    n: int
    n_interviews: int
    prevalence: float | None
    n_positive: int
    values: Mapping[str, float | None]
    ci: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    undefined: Mapping[str, str] = field(default_factory=dict)
    no_interval: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    more: Mapping[str, object] = field(default_factory=dict)
    details: Mapping[str, Mapping[str, float | int | None]] = field(default_factory=dict)


def select(
    comparison: Comparison, coders: Sequence[int], *, units: NDArray[np.bool_] | None = None
) -> Comparison:
    """Keep some coders, and of the units those that all of them have read."""
    columns = list(coders)
    ratings = comparison.ratings[:, :, columns]
    kept = (ratings[0] >= 0).all(axis=1) if len(ratings) else np.ones(len(comparison.places), bool)
    if units is not None:
        kept &= units
    rows = np.flatnonzero(kept)
    unit_of = {int(row): number for number, row in enumerate(rows)}
    coder_of = {column: number for number, column in enumerate(columns)}
    return replace(
        comparison,
        coders=tuple(comparison.coders[column] for column in columns),
        ratings=ratings[:, rows],
        places=tuple(comparison.places[row] for row in rows),
        counts=None if comparison.counts is None else comparison.counts[rows],
        marks=tuple(
            Mark(unit_of[mark.unit], mark.code, coder_of[mark.coder], mark.facets)
            for mark in comparison.marks
            if mark.unit in unit_of and mark.coder in coder_of
        ),
    )


def drop(comparison: Comparison, coder: int) -> Comparison:
    """Leave one coder out and keep every unit."""
    kept = [column for column in range(len(comparison.coders)) if column != coder]
    place = {column: number for number, column in enumerate(kept)}
    return replace(
        comparison,
        coders=tuple(comparison.coders[column] for column in kept),
        ratings=comparison.ratings[:, :, kept],
        marks=tuple(
            Mark(mark.unit, mark.code, place[mark.coder], mark.facets)
            for mark in comparison.marks
            if mark.coder in place
        ),
    )
