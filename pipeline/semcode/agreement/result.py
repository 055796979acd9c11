"""What a coefficient returns: its value and its parts, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Agreement", "Interval", "analytic_interval"]


@dataclass(frozen=True, slots=True)
class Agreement:
    """One coefficient over one table.

    `value` is None where the coefficient is undefined; `reason` then says why and what
    would help, and it is None otherwise. `observed` and `expected` are the two agreements
    that the value compares, None where the coefficient has no such part. `n_units` counts
    the units that entered the observed agreement, `n_coders` the coders with any rating,
    `n_categories` the categories that chance could choose from. `se` is the analytic
    standard error over units (it ignores that units come from few interviews; see
    `semcode.agreement.bootstrap`), `df` its degrees of freedom. `notes` are sentences for
    the reader of the number.
    """

    coefficient: str
    value: float | None
    observed: float | None
    expected: float | None
    n_units: int
    n_coders: int
    n_categories: int
    weights: str = "identity"
    se: float | None = None
    df: int | None = None
    reason: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval, or the reason why there is none.

    `undefined_share` is the share of resamples in which the coefficient was undefined
    (a rare code that fell out); the bounds come from the others.
    """

    lower: float | None
    upper: float | None
    level: float
    method: str
    n_clusters: int | None = None
    resamples: int | None = None
    undefined_share: float = 0.0
    reason: str | None = None
    notes: tuple[str, ...] = ()


def analytic_interval(agreement: Agreement, *, level: float = 0.95) -> Interval:
    """Give value -+ t x standard error, cut at 1 as in Gwet (2014, chapter 5).

    It treats units as independent, so it is too narrow where units come from few
    interviews. The reason is set where the value or its standard error is undefined.
    """
    from scipy import stats

    lone = agreement.n_units < 2
    if agreement.value is None or agreement.se is None or agreement.df is None or lone:
        reason = agreement.reason or _no_error(agreement)
        return Interval(None, None, level, "analytic", reason=reason)
    half = float(stats.t.ppf((1 + level) / 2, agreement.df)) * agreement.se
    lower, upper = max(agreement.value - half, -1.0), min(agreement.value + half, 1.0)
    return Interval(lower, upper, level, "analytic")


def _no_error(agreement: Agreement) -> str:
    """Say why a value has no analytic standard error, and what would give an interval."""
    if agreement.n_units < 2:
        return (
            "One unit alone says nothing about how far the value could be off; have more units "
            "rated by the same coders."
        )
    return (
        "No analytic standard error is published for it; name the column of interviews "
        "(--cluster), and the interval is resampled."
    )
