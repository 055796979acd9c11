"""Draw what to double-code, and foretell what precision the draw will give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from semcode.agreement import expected_half_width
from semcode.errors import InputError
from semcode.evaluate.data import Span

__all__ = ["Candidate", "Draw", "Precision", "draw", "precision"]

_PLAN_SHARES = (0.02, 0.05, 0.1, 0.2, 0.3)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that can be drawn: a segment, or a transcript (its spans to be read).

    `stratum` is the attribute's value, or "likely" and "other" for a rare code.
    """

    transcript: str
    spans: tuple[Span, ...]
    stratum: str = ""


@dataclass(frozen=True, slots=True)
class Draw:
    """What was drawn, in the order of the transcripts, and how many from each stratum."""

    drawn: tuple[Candidate, ...]
    strata: Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Precision:
    """What half-width of kappa to expect for a code of that prevalence.

    `positives` is how many of the units are expected to have the code.
    """

    label: str
    prevalence: float
    positives: float
    half_width: float


def draw(candidates: Sequence[Candidate], n: int, *, seed: int, even: bool = False) -> Draw:
    """Draw n candidates at random, from each stratum in proportion to its size.

    Each stratum gives at least one while n allows it. `even` takes the same number from
    each (a rare code's likely places are far fewer than the others). Raises InputError for
    fewer than one or for more than there are.
    """
    if n < 1:
        raise InputError(f"{n} cannot be drawn.", where="number", remedy="Draw one or more.")
    if not candidates:
        raise InputError(
            "There is nothing left to draw: these coders have read all of it.",
            where="number",
            remedy="Compare them now with semcode agreement, or add transcripts.",
        )
    if n > len(candidates):
        raise InputError(
            f"{n:,} are wanted and there are {len(candidates):,} that can still be coded blind.",
            where="number",
            remedy=f"Draw {len(candidates):,} or fewer, or add transcripts.",
        )
    generator = np.random.default_rng(seed)
    strata: dict[str, list[int]] = {}
    for index, candidate in enumerate(candidates):
        strata.setdefault(candidate.stratum, []).append(index)
    sizes = {name: len(members) for name, members in sorted(strata.items())}
    shares = _even(sizes, n) if even else _proportional(sizes, n)
    chosen: list[int] = []
    for name, wanted in shares.items():
        chosen += generator.choice(strata[name], size=wanted, replace=False).tolist()
    drawn = tuple(candidates[index] for index in sorted(chosen))
    return Draw(drawn, {name: (wanted, sizes[name]) for name, wanted in shares.items()})


def precision(
    n_units: int,
    *,
    prevalences: Mapping[str, float],
    total: int | None,
    clusters: int,
    kappa: float = 0.7,
    icc: float = 0.05,
    level: float = 0.95,
) -> tuple[Precision, ...]:
    """Foretell kappa's half-width for each prevalence, at an assumed kappa.

    The design effect is 1 + (units an interview - 1) x `icc`, because units of one
    interview resemble each other. Without known prevalences a range of usual ones is
    taken. Raises InputError for a kappa outside [0, 1) or an icc outside [0, 1].
    """
    if not 0 <= icc <= 1:
        raise InputError(
            f"an intraclass correlation of {icc} cannot be.",
            where="icc",
            remedy="Give a number from 0 to 1, such as 0.05.",
        )
    effect = 1 + max(n_units / max(clusters, 1) - 1, 0) * icc
    wanted = dict(prevalences) or {f"a code in {share:.0%}": share for share in _PLAN_SHARES}
    return tuple(
        Precision(
            label,
            share,
            share * n_units,
            expected_half_width(
                n_units,
                prevalence=share,
                kappa=kappa,
                level=level,
                design_effect=effect,
                total=total,
            ),
        )
        for label, share in wanted.items()
        if 0 < share < 1
    )


def _proportional(sizes: Mapping[str, int], n: int) -> dict[str, int]:
    """Share out n by the largest remainder, one at least where n allows it."""
    total = sum(sizes.values())
    exact = {name: n * size / total for name, size in sizes.items()}
    shares = {name: int(part) for name, part in exact.items()}
    if n >= len(sizes):
        shares = {name: max(part, 1) for name, part in shares.items()}
    order = sorted(sizes, key=lambda name: (shares[name] - exact[name], name))
    while sum(shares.values()) < n:
        room = [name for name in order if shares[name] < sizes[name]]
        for name in room[: n - sum(shares.values())]:
            shares[name] += 1
    while sum(shares.values()) > n:
        spare = [name for name in shares if shares[name] > 1 or n < len(sizes)]
        largest = max(spare, key=lambda name: (shares[name] - exact[name], shares[name]))
        shares[largest] -= 1
    return shares


def _even(sizes: Mapping[str, int], n: int) -> dict[str, int]:
    shares = dict.fromkeys(sizes, 0)
    while sum(shares.values()) < n:
        room = [name for name in sizes if shares[name] < sizes[name]]
        least = min(room, key=lambda name: shares[name])
        shares[least] += 1
    return shares
