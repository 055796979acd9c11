"""The model against people, apart from people against people, with the same coefficients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from semcode.agreement import model_gap
from semcode.evaluate.data import AgreementRow, CodeName, Comparison, Options, select
from semcode.evaluate.measures import FEWEST_CLUSTERS, measure
from semcode.evaluate.views import pooled
from semcode.wording import counted

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["GapRow", "ModelTable", "model_table"]


@dataclass(frozen=True, slots=True)
class GapRow:
    """One code: alpha among people, alpha of model and person, and their difference.

    `verdict` is "behind" (the interval is below 0), "ahead" (above), "open" (it holds 0),
    or "unknown" (no interval); `reason` says why there is none. `people_positive` and
    `model_positive` are the proportions of positive agreement, means over the pairs.
    """

    code: str
    level: str | None
    people: float | None
    model: float | None
    gap: float | None
    interval: tuple[float, float] | None
    verdict: str
    reason: str | None
    people_positive: float | None = None
    model_positive: float | None = None


@dataclass(frozen=True, slots=True)
class ModelTable:
    """The model against each person (`pairs`, all codes pooled), by code, and the gaps.

    `by_code` holds, for each code, the coefficients of the model and one person, the mean
    over people where there are several (intervals then in `gaps`). `people` names the
    persons, `n_units` the units that all of them and the model have. `among` is people
    with each other on these units, `overall` the gap over all codes pooled.
    """

    name: str
    people: tuple[str, ...]
    n_units: int
    pairs: tuple[AgreementRow, ...]
    by_code: tuple[tuple[str, AgreementRow], ...]
    gaps: tuple[GapRow, ...]
    reason: str | None
    notes: tuple[str, ...]
    among: AgreementRow | None = None
    overall: GapRow | None = None


def model_table(
    comparison: Comparison, *, model: int, options: Options, notes: Sequence[str] = ()
) -> ModelTable:
    """Compare the model's column with every person's on the units that all of them have."""
    everyone = select(comparison, range(len(comparison.coders)))
    people = [column for column in range(len(comparison.coders)) if column != model]
    names = tuple(comparison.coders[column] for column in people)
    pairs, by_code = [], []
    for person in people:
        two = select(everyone, (model, person))
        pairs.append(pooled(two, options, f"{two.coders[0]} and {two.coders[1]}"))
        rows = measure(
            [(code.name, code.level) for code in two.codes],
            two.ratings,
            two.clusters(options),
            options=options,
            counts=two.counts,
        )
        by_code += [(two.coders[1], row) for row in rows]
    reason = None
    gaps: tuple[GapRow, ...] = ()
    among = overall = None
    if len(people) >= 2:
        among = pooled(select(everyone, people), options, " and ".join(names))
    if len(people) < 2:
        reason = (
            "Whether the model agrees with people as well as they agree with each other needs "
            "two people; have a second person code some of the same units blind."
        )
    elif not everyone.n_units:
        reason = "No unit was read by all people and by the model."
    elif everyone.counts is not None:
        reason = "The difference is given for units, not for characters: use --unit segment."
    else:
        gaps = _gaps(everyone, model, options)
        [overall] = _gaps(_as_one(everyone), model, options)
    return ModelTable(
        comparison.coders[model],
        names,
        everyone.n_units,
        tuple(pairs),
        tuple(by_code),
        gaps,
        reason,
        tuple(notes),
        among,
        overall,
    )


def _as_one(comparison: Comparison) -> Comparison:
    """Pool all decisions (unit x code) into one code."""
    n_codes, n_units, n_coders = comparison.ratings.shape
    return replace(
        comparison,
        codes=(CodeName("", "all codes", None),),
        ratings=comparison.ratings.reshape(1, n_codes * n_units, n_coders),
        places=comparison.places * n_codes,
        marks=(),
    )


def _positive(table: NDArray[np.int8], pairs: Sequence[tuple[int, int]]) -> float | None:
    """Give 2 x both / (one + two), the mean over the pairs in which anybody gave the code."""
    given = table == 1
    found = []
    for one, two in pairs:
        total = int(given[:, one].sum() + given[:, two].sum())
        if total:
            found.append(2 * int((given[:, one] & given[:, two]).sum()) / total)
    return sum(found) / len(found) if found else None


def _gaps(comparison: Comparison, model: int, options: Options) -> tuple[GapRow, ...]:
    ratings = comparison.ratings
    found = model_gap(
        ratings,
        comparison.clusters(options),
        model=model,
        resamples=options.resamples,
        level=options.ci,
        seed=options.seed,
    )
    people = [column for column in range(len(comparison.coders)) if column != model]
    rows = []
    enough = found.n_clusters >= FEWEST_CLUSTERS
    for place, code in enumerate(comparison.codes):
        human, machine, gap, low, high = (
            None if np.isnan(array[place]) else float(array[place])
            for array in (found.people, found.model, found.gap, found.lower, found.upper)
        )
        bounds = (low, high) if low is not None and high is not None and high > low else None
        interval = bounds if enough else None
        rows.append(
            GapRow(
                code.name,
                code.level,
                human,
                machine,
                gap,
                interval,
                _verdict(interval),
                None if interval else _why(ratings[place], people, model, gap, found.n_clusters),
                _positive(ratings[place], list(combinations(people, 2))),
                _positive(ratings[place], [(model, person) for person in people]),
            )
        )
    return tuple(rows)


def _verdict(interval: tuple[float, float] | None) -> str:
    if interval is None:
        return "unknown"
    if interval[1] < 0:
        return "behind"
    return "ahead" if interval[0] > 0 else "open"


def _why(
    table: NDArray[np.int8], people: Sequence[int], model: int, gap: float | None, clusters: int
) -> str:
    if not (table[:, people] == 1).any():
        return "No person used the code in these units."
    if clusters < FEWEST_CLUSTERS:
        return f"The units come from fewer than {FEWEST_CLUSTERS} interviews."
    if gap is None:
        pairs = [*combinations(people, 2), *((model, person) for person in people)]
        lacking = sum(not (table[:, list(pair)] == 1).any() for pair in pairs)
        of = counted(len(pairs), "pair")
        return f"No alpha in {lacking} of {of} (the code was not used by them)."
    return "The code occurs in too few interviews to resample."
