"""How much must be double-coded: precision from planned size, and size from wanted precision."""

from __future__ import annotations

import math
from dataclasses import dataclass

from semcode.agreement.result import Interval
from semcode.errors import InputError

__all__ = ["Plan", "expected_half_width", "units_for_half_width", "units_from_interval"]


@dataclass(frozen=True, slots=True)
class Plan:
    """A number of units to double-code.

    `share` is their share of all units, None where the total is unknown; `enough` is
    False where even all of them would not reach the wanted half-width.
    """

    n_units: int
    share: float | None
    half_width: float
    enough: bool


def expected_half_width(
    n_units: int,
    *,
    prevalence: float,
    kappa: float = 0.7,
    level: float = 0.95,
    design_effect: float = 1.0,
    total: int | None = None,
) -> float:
    """Foretell half the interval's width of kappa (pi, alpha) for one code and two coders.

    The large-sample variance of the intraclass kappa at equal prevalence: (1 - k) / n
    x ((1 - k)(1 - 2k) + k (2 - k) / (2 p (1 - p))) (Bloch and Kraemer 1989, Biometrics
    45, 269-287; Donner and Eliasziw 1992, Statistics in Medicine 11, 1511-1519).
    `design_effect` is 1 + (units an interview - 1) x intraclass correlation. `total`
    shrinks it where the sample is a large part of all units. Raises InputError for
    shares outside (0, 1) or fewer than one unit.
    """
    _check(prevalence=prevalence, level=level, kappa=kappa, design_effect=design_effect)
    if n_units < 1:
        raise InputError("no unit is planned.", where="n_units", remedy="Plan at least one.")
    spread = _unit_variance(prevalence, kappa) * design_effect
    if total is not None and total > 1:
        spread *= max(total - n_units, 0) / (total - 1)
    return _quantile(level) * math.sqrt(spread / n_units)


def units_for_half_width(
    half_width: float,
    *,
    prevalence: float,
    kappa: float = 0.7,
    level: float = 0.95,
    design_effect: float = 1.0,
    total: int | None = None,
) -> Plan:
    """Say how many units two coders must both code to expect that half-width.

    Turns `expected_half_width` round; with `total` units in the study the finite
    population correction applies and `share` says how much of the set that is. Raises
    InputError for a half-width that is not positive.
    """
    _check(prevalence=prevalence, level=level, kappa=kappa, design_effect=design_effect)
    if not half_width > 0:
        raise InputError(
            f"a half-width of {half_width} cannot be reached.",
            where="half_width",
            remedy="Ask for a positive half-width, such as 0.1.",
        )
    spread = _unit_variance(prevalence, kappa) * design_effect
    needed = spread * (_quantile(level) / half_width) ** 2
    if total is not None:
        needed = needed * total / (needed + max(total - 1, 1))
    n_units = max(math.ceil(needed - 1e-9), 1)
    if total is not None:
        n_units = min(n_units, total)
    reached = expected_half_width(
        n_units,
        prevalence=prevalence,
        kappa=kappa,
        level=level,
        design_effect=design_effect,
        total=total,
    )
    share = n_units / total if total else None
    return Plan(n_units, share, reached, reached <= half_width + 1e-9)


def units_from_interval(
    interval: Interval, *, n_units: int, half_width: float, total: int | None = None
) -> Plan | None:
    """Say how many units in all would bring an interval found to that half-width.

    Widths shrink with the root of the number of interviews, so the new units must come
    from new interviews with as many units each. None where there is no interval to start
    from. `enough` is False where the study has fewer units.
    """
    if interval.lower is None or interval.upper is None:
        return None
    if not half_width > 0:
        raise InputError(
            f"a half-width of {half_width} cannot be reached.",
            where="half_width",
            remedy="Ask for a positive half-width, such as 0.1.",
        )
    now = (interval.upper - interval.lower) / 2
    needed = max(math.ceil(n_units * (now / half_width) ** 2 - 1e-9), 1)
    possible = needed if total is None else min(needed, total)
    reached = now * math.sqrt(n_units / possible)
    share = possible / total if total else None
    return Plan(possible, share, reached, reached <= half_width + 1e-9)


def _unit_variance(p: float, kappa: float) -> float:
    """Give the variance of kappa times the number of units."""
    inner = (1 - kappa) * (1 - 2 * kappa) + kappa * (2 - kappa) / (2 * p * (1 - p))
    return (1 - kappa) * inner


def _quantile(level: float) -> float:
    from statistics import NormalDist

    return NormalDist().inv_cdf((1 + level) / 2)


def _check(*, prevalence: float, level: float, kappa: float, design_effect: float) -> None:
    for name, value, fits, remedy in (
        ("prevalence", prevalence, 0 < prevalence < 1, "Give a share between 0 and 1."),
        ("ci", level, 0 < level < 1, "Give a share between 0 and 1, such as 0.95."),
        ("kappa", kappa, 0 <= kappa < 1, "Give a number from 0 to below 1, such as 0.7."),
        ("design effect", design_effect, design_effect > 0, "Give a number above 0."),
    ):
        if not fits:
            raise InputError(f"{value:g} is out of range.", where=name, remedy=remedy)
