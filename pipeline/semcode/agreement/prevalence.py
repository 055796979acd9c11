"""Prevalence and bias beside a coefficient: why kappa is low when percent agreement is high."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from semcode.agreement.ratings import Category, rating_table
from semcode.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Prevalence", "code_prevalence"]

RARE = 0.05
FEW_POSITIVE = 10
STRONG_PREVALENCE = 0.8
STRONG_BIAS = 0.1


@dataclass(frozen=True, slots=True)
class Prevalence:
    """How common one category is and how unequally coders use it.

    Over units that two or more coders rated. `share` is the category's share of ratings,
    `by_coder` each coder's own share. `prevalence_index` and `bias_index` are those of
    Byrt, Bishop and Carlin (1993, Journal of Clinical Epidemiology 46, 423-429): with two
    coders |a - d| / n and |b - c| / n; with more, |2 share - 1| and the mean over pairs.
    `pabak` is 2 x observed - 1. `positive` and `negative` are the proportions of specific
    agreement (Cicchetti and Feinstein 1990, Journal of Clinical Epidemiology 43, 551-558;
    for more coders Fleiss 1981): given that one coder chose (or did not choose) the
    category, the probability that another did the same; None where nobody did.
    """

    category: Category
    share: float | None
    by_coder: tuple[float | None, ...]
    prevalence_index: float | None
    bias_index: float | None
    positive: float | None
    negative: float | None
    pabak: float | None
    n_units: int
    n_positive_units: int
    warnings: tuple[str, ...]


def code_prevalence(
    table: object,
    *,
    category: Category = 1,
    categories: Sequence[Category] | None = None,
    counts: object = None,
) -> Prevalence:
    """Describe the use of one category (1 for "has the code") against all others.

    Raises InputError where `categories` are given without that category.
    """
    ratings = rating_table(table, categories=categories, counts=counts)
    if ratings.named and category not in ratings.categories:
        raise InputError(
            f"{category!r} is not among the categories.",
            where="category",
            remedy="Name one of the categories of the table.",
        )
    place = ratings.categories.index(category) if category in ratings.categories else -2
    rows = (ratings.indices >= 0).sum(axis=1) >= 2
    indices = ratings.indices[rows]
    count = np.ones(len(indices)) if ratings.counts is None else ratings.counts[rows]
    present, chosen = indices >= 0, indices == place
    n_each, yes_each = count @ present, count @ chosen
    share = over(float(yes_each.sum()), float(n_each.sum()))
    positive, negative, agree = _specific(present, chosen, count)
    found = Prevalence(
        category,
        share,
        tuple(over(yes, n) for yes, n in zip(yes_each.tolist(), n_each.tolist(), strict=True)),
        abs(2 * share - 1) if share is not None else None,
        _bias(present, chosen, count),
        positive,
        negative,
        2 * agree - 1 if agree is not None else None,
        round(float(count.sum())),
        round(float(count @ np.asarray(chosen.any(axis=1)))),
        (),
    )
    return replace(found, warnings=_warnings(found))


def over(top: float, bottom: float) -> float | None:
    """Divide; None where there is nothing to divide by."""
    return top / bottom if bottom else None


def _specific(
    present: NDArray[np.bool_], chosen: NDArray[np.bool_], count: NDArray[np.float64]
) -> tuple[float | None, float | None, float | None]:
    """Give positive, negative and overall agreement of pairs of ratings."""
    yes = chosen.sum(axis=1).astype(np.float64)
    given = present.sum(axis=1).astype(np.float64)
    no = given - yes
    each = count / np.maximum(given - 1, 1)
    both, neither = float(each @ (yes * (yes - 1))), float(each @ (no * (no - 1)))
    agree = float(each @ ((yes * (yes - 1) + no * (no - 1)) / np.maximum(given, 1)))
    return (
        over(both, float(count @ yes)),
        over(neither, float(count @ no)),
        over(agree, float(count.sum())),
    )


def _bias(
    present: NDArray[np.bool_], chosen: NDArray[np.bool_], count: NDArray[np.float64]
) -> float | None:
    gaps = []
    for one, two in combinations(range(present.shape[1]), 2):
        shared = count * (present[:, one] & present[:, two])
        if shared.sum():
            gap = float(shared @ (chosen[:, one].astype(int) - chosen[:, two].astype(int)))
            gaps.append(abs(gap) / float(shared.sum()))
    return sum(gaps) / len(gaps) if gaps else None


def _warnings(found: Prevalence) -> tuple[str, ...]:
    if found.share is None:
        return ("No unit was rated by two coders.",)
    if found.n_positive_units == 0:
        return (f"Nobody used {found.category!r}: there is nothing to agree about.",)
    said = []
    if found.n_positive_units < FEW_POSITIVE:
        said.append(
            f"Only {found.n_positive_units} units have {found.category!r} from anyone: "
            "every coefficient rests on these few."
        )
    if min(found.share, 1 - found.share) < RARE or (
        found.prevalence_index is not None and found.prevalence_index > STRONG_PREVALENCE
    ):
        said.append(
            f"{found.share:.1%} of the ratings are {found.category!r} (prevalence index "
            f"{found.prevalence_index:.2f}): kappa, pi and alpha are low for skewed categories "
            "even with few disagreements, and percent agreement is high by itself. Report "
            "positive agreement and AC1 beside them."
        )
    if found.bias_index is not None and found.bias_index > STRONG_BIAS:
        said.append(
            f"Coders use {found.category!r} unequally often (bias index "
            f"{found.bias_index:.2f}): talk about its boundary before anything else."
        )
    return tuple(said)
