"""Whether suggestions err more for some participants than for others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from semcode.agreement.resampling import draw_bounds, resampling_weights
from semcode.evaluate.data import Options

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["KINDS", "AttributeTest", "GroupError", "fairness", "grouped", "permutation_p"]

#: Which share is compared: the error, and of what.
KINDS: Mapping[str, str] = {
    "missed": "of what people coded, the share that the model did not give",
    "wrong": "of what the model gave, the share that people did not code",
}
_MOST_VALUES = 6  # numbers with more distinct values are halved at their median
_PERMUTATIONS = 9_999
_FLOOR = 0.05  # of the pooled variance: a group without a single error is not without chance
_SEEN = 2.8  # standard errors that a difference has when it is found in 4 of 5 studies


@dataclass(frozen=True, slots=True)
class GroupError:
    """One value of an attribute: `error` is None where fewer people have it than are shown."""

    value: str
    participants: int
    cells: float
    error: float | None
    interval: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class AttributeTest:
    """One kind of error over the values of one attribute.

    `p` is from a permutation of participants, `p_adjusted` after Holm over all tests of the
    study. `difference` is the largest less the smallest error of the values shown;
    `detectable` the difference between the two largest groups that would be found in four
    studies of five. All None where `reason` says why nothing is compared.
    """

    attribute: str
    kind: str
    groups: tuple[GroupError, ...]
    difference: float | None
    p: float | None
    p_adjusted: float | None
    detectable: float | None
    reason: str


def fairness(
    sums: Sequence[NDArray[np.float64]],
    people: Sequence[str],
    attributes: Mapping[str, Mapping[str, str]],
    *,
    least: int = 5,
    options: Options,
) -> list[AttributeTest]:
    """Compare errors between the values of each attribute.

    `sums` are hits, false suggestions and misses, each (participants, codes); `attributes`
    are by participant. Values that fewer than `least` people have are joined to "others",
    and neither shown nor tested where these are still fewer: a figure about two people is a
    figure about persons.
    """
    hits, false, missed = (part.sum(axis=1) for part in sums)
    parts = {"missed": (missed, hits + missed), "wrong": (false, hits + false)}
    tests = [
        _test(name, kind, *parts[kind], people, attributes, least, options)
        for name in sorted({key for own in attributes.values() for key in own})
        for kind in KINDS
    ]
    return _holm(tests)


def grouped(values: Sequence[str], *, least: int) -> list[str]:
    """Name the group of each participant: "" unknown, numbers halved, rare values joined."""
    known = [value for value in values if value]
    numbers = [_number(value) for value in known]
    if len(set(known)) > _MOST_VALUES and all(number is not None for number in numbers):
        middle = float(np.median([number for number in numbers if number is not None]))
        return [
            ""
            if not v
            else f"up to {middle:g}"
            if (_number(v) or 0.0) <= middle
            else f"above {middle:g}"
            for v in values
        ]
    counts = {value: known.count(value) for value in set(known)}
    return [v if not v or counts[v] >= least else "others" for v in values]


def permutation_p(
    errors: NDArray[np.float64],
    totals: NDArray[np.float64],
    groups: NDArray[np.int64],
    *,
    seed: int = 0,
    permutations: int = _PERMUTATIONS,
) -> float:
    """Test that the error rate (sum of errors by sum of totals) is the same in all groups.

    One number of errors and one total a participant; whole participants are permuted. The
    statistic is studentised, so that groups may differ in how much their members vary
    (Chung and Romano 2013, Annals of Statistics 41, 484-507).
    """
    rng = np.random.default_rng(seed)
    shuffled = rng.permuted(np.tile(groups, (permutations, 1)), axis=1)
    found = _statistic(errors, totals, groups[None])[0]
    others = _statistic(errors, totals, shuffled)
    return float((1 + (others >= found - 1e-12).sum()) / (1 + permutations))


def _test(
    attribute: str,
    kind: str,
    errors: NDArray[np.float64],
    totals: NDArray[np.float64],
    people: Sequence[str],
    attributes: Mapping[str, Mapping[str, str]],
    least: int,
    options: Options,
) -> AttributeTest:
    names = grouped(
        [str(attributes.get(p, {}).get(attribute, "")).strip() for p in people], least=least
    )
    asked = [bool(name) and total > 0 for name, total in zip(names, totals, strict=True)]
    found = []
    for value in sorted({name for name, use in zip(names, asked, strict=True) if use}):
        own = np.array([use and n == value for n, use in zip(names, asked, strict=True)])
        found.append(_group(value, errors[own], totals[own], least, options))
    shown = [group for group in found if group.error is not None]
    empty = AttributeTest(attribute, kind, tuple(found), None, None, None, None, "")
    if len(shown) < 2:
        reason = f"Fewer than two values have {least} participants or more."
        return replace(empty, reason=reason)
    order = {group.value: place for place, group in enumerate(shown)}
    rows = np.array([use and n in order for n, use in zip(names, asked, strict=True)])
    labels = np.array([order[n] for n, use in zip(names, rows, strict=True) if use])
    rates = [group.error for group in shown if group.error is not None]
    if not errors[rows].any():
        return replace(empty, reason="There is no such error.")
    return replace(
        empty,
        difference=max(rates) - min(rates),
        p=permutation_p(errors[rows], totals[rows], labels, seed=options.seed),
        detectable=_detectable(errors[rows], totals[rows], labels),
    )


def _group(
    value: str,
    errors: NDArray[np.float64],
    totals: NDArray[np.float64],
    least: int,
    options: Options,
) -> GroupError:
    n = len(errors)
    if n < least:
        return GroupError(value, n, float(totals.sum()), None, None)
    drawn = resampling_weights(n, options.resamples, seed=options.seed)
    draws = (drawn @ errors) / (drawn @ totals)
    low, high, _ = draw_bounds(draws, n_clusters=n, level=options.ci, method="expanded")
    interval = (float(low), float(high)) if high - low > 1e-12 else None
    return GroupError(value, n, float(totals.sum()), float(errors.sum() / totals.sum()), interval)


def _statistic(
    errors: NDArray[np.float64], totals: NDArray[np.float64], labels: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Sum over groups (rate - common rate)^2 / its cluster-robust variance, (len(labels),)."""
    rate = errors.sum() / totals.sum()
    pooled = ((errors - rate * totals) ** 2).mean()
    inverse, weighted, squared = (np.zeros(len(labels)) for _ in range(3))
    for group in range(int(labels.max()) + 1):
        own = (labels == group).astype(float)
        n, e, t = own.sum(axis=1), own @ errors, own @ totals
        r = e / t
        left = own @ errors**2 - 2 * r * (own @ (errors * totals)) + r**2 * (own @ totals**2)
        spread = np.maximum(left, 0.0) / np.maximum(n - 1, 1) + _FLOOR * pooled
        v = n * spread / t**2
        inverse += 1 / v
        weighted += r / v
        squared += r**2 / v
    between: NDArray[np.float64] = squared - weighted**2 / inverse
    return between


def _detectable(
    errors: NDArray[np.float64], totals: NDArray[np.float64], labels: NDArray[np.int64]
) -> float:
    largest = np.argsort(-np.bincount(labels), kind="stable")[:2]
    variance = 0.0
    for group in largest:
        e, t = errors[labels == group], totals[labels == group]
        left = ((e - e.sum() / t.sum() * t) ** 2).sum()
        variance += len(e) / max(len(e) - 1, 1) * left / t.sum() ** 2
    return float(_SEEN * np.sqrt(variance))


def _holm(tests: Sequence[AttributeTest]) -> list[AttributeTest]:
    """Adjust for the number of tests (Holm 1979, Scandinavian Journal of Statistics 6, 65-70)."""
    out = list(tests)
    made = sorted((test.p, place) for place, test in enumerate(tests) if test.p is not None)
    highest = 0.0
    for rank, (p, place) in enumerate(made):
        highest = max(highest, min(1.0, p * (len(made) - rank)))
        out[place] = replace(out[place], p_adjusted=highest)
    return out


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None
