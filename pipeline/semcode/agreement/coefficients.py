"""The agreement coefficients over a units x coders table.

Every function takes the table of `semcode.agreement.ratings.rating_table`, `weights`
(one of `semcode.agreement.weights.WEIGHTS` or a matrix), `categories` (all that could have
been chosen, in order) and `counts` (how many equal units a row stands for).

Our rule for edge tables, one for all: a coefficient whose formula is 0/0 is undefined,
its value is None and its reason says what would help. Where every rating is the same
category chance agreement is 1, so that the ratings hold no evidence on whether coders can
tell categories apart: Cohen's and Fleiss' kappa, Scott's pi, Conger's kappa and
Krippendorff's alpha are 0/0 (libraries return NaN, 1.0 or raise; we never return 1).
Brennan-Prediger and Gwet's AC need to know how many categories there were to choose from:
with one found and none named they are undefined, with `categories` named they have a value.

Missing ratings: percent, Fleiss, Conger, Brennan-Prediger and Gwet follow Gwet (2014,
Handbook of Inter-Rater Reliability, 4th ed., chapter 2): observed agreement over units
with two or more ratings, category shares over all rated units. Alpha uses units with two
or more ratings. Cohen's kappa and Scott's pi use only units that all coders rated.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from semcode.agreement.formulas import FORMULAS
from semcode.agreement.ratings import Category, RatingTable, rating_table
from semcode.agreement.result import Agreement
from semcode.agreement.standard_errors import standard_error
from semcode.agreement.tally import Tally, tally
from semcode.agreement.weights import weighting
from semcode.errors import InputError

__all__ = [
    "COEFFICIENTS",
    "agreement",
    "brennan_prediger",
    "cohen_kappa",
    "conger_kappa",
    "fleiss_kappa",
    "gwet_ac",
    "holsti",
    "krippendorff_alpha",
    "percent_agreement",
    "scott_pi",
]

COEFFICIENTS = (*sorted([*FORMULAS, "holsti"]),)
Categories = Sequence[Category] | None


def percent_agreement(
    table: object,
    *,
    weights: object = "identity",
    categories: Categories = None,
    counts: object = None,
) -> Agreement:
    """Give the mean share of agreeing pairs of ratings over units with two or more."""
    return _run("percent_agreement", table, weights, categories, counts)


def cohen_kappa(
    table: object,
    *,
    weights: object = "identity",
    categories: Categories = None,
    counts: object = None,
) -> Agreement:
    """Give Cohen's kappa of two coders over the units that both rated.

    Chance is the product of the two coders' own shares (Cohen 1960, Educational and
    Psychological Measurement 20, 37-46; weighted: Cohen 1968, Psychological Bulletin 70,
    213-220). Undefined for three or more coders: conger_kappa is its generalisation. The
    standard error is that of Fleiss, Cohen and Everitt (1969).
    """
    return _run("cohen_kappa", table, weights, categories, counts)


def conger_kappa(
    table: object,
    *,
    weights: object = "identity",
    categories: Categories = None,
    counts: object = None,
) -> Agreement:
    """Give Conger's kappa: Cohen's for two or more coders.

    Chance is the mean over pairs of coders (Conger 1980, Psychological Bulletin 88,
    322-328; with missing ratings: Gwet 2014). It uses every rating, so that for two
    coders with gaps it differs from cohen_kappa, which uses complete units only.
    """
    return _run("conger_kappa", table, weights, categories, counts)


def fleiss_kappa(
    table: object,
    *,
    weights: object = "identity",
    categories: Categories = None,
    counts: object = None,
) -> Agreement:
    """Give Fleiss' kappa, chance from the pooled shares of categories.

    Fleiss (1971, Psychological Bulletin 76, 378-382); with missing ratings and weights:
    Gwet (2014).
    """
    return _run("fleiss_kappa", table, weights, categories, counts)


def scott_pi(
    table: object,
    *,
    weights: object = "identity",
    categories: Categories = None,
    counts: object = None,
) -> Agreement:
    """Give Scott's pi over the units that all coders rated.

    Scott (1955, Public Opinion Quarterly 19, 321-325) has two coders; with more it is
    the pooled generalisation (Fleiss' kappa without incomplete units).
    """
    return _run("scott_pi", table, weights, categories, counts)


def brennan_prediger(
    table: object,
    *,
    weights: object = "identity",
    categories: Categories = None,
    counts: object = None,
) -> Agreement:
    """Give Brennan and Prediger's kappa: chance is one in the number of categories.

    Brennan and Prediger (1981, Educational and Psychological Measurement 41, 687-699);
    weighted: Gwet (2014). Name all `categories`: those nobody used count too.
    """
    return _run("brennan_prediger", table, weights, categories, counts)


def gwet_ac(
    table: object,
    *,
    weights: object = "identity",
    categories: Categories = None,
    counts: object = None,
) -> Agreement:
    """Give Gwet's AC1, or AC2 with weights other than identity.

    Gwet (2008, British Journal of Mathematical and Statistical Psychology 61, 29-48;
    2014). Name all `categories`: those nobody used count too.
    """
    return _run("gwet_ac", table, weights, categories, counts)


def krippendorff_alpha(
    table: object,
    *,
    weights: object = "identity",
    categories: Categories = None,
    counts: object = None,
) -> Agreement:
    """Give Krippendorff's alpha over units with two or more ratings.

    Krippendorff (2011, Computing Krippendorff's Alpha-Reliability; 2019, Content
    Analysis, 4th ed., chapter 12). `weights` is the level of measurement: nominal
    (identity), ordinal (Krippendorff's metric from the use of the ranks; give
    `weights_matrix("ordinal", ...)` for Gwet's, which differs), interval (quadratic),
    ratio, or any other of `WEIGHTS`. `observed` and `expected` are one less the
    disagreements, scaled by the largest distance.
    """
    return _run("krippendorff_alpha", table, weights, categories, counts)


def holsti(table: object, *, categories: Categories = None, counts: object = None) -> Agreement:
    """Give Holsti's index 2A / (N1 + N2), the mean over pairs for more than two coders.

    A counts units that both rated alike, N1 and N2 all ratings of each (Holsti 1969,
    Content Analysis for the Social Sciences and Humanities); not corrected for chance.
    Without missing ratings it equals percent agreement.
    """
    ratings = rating_table(table, categories=categories, counts=counts)
    indices = ratings.indices
    count = np.ones(len(indices)) if ratings.counts is None else ratings.counts
    present = indices >= 0
    shares = []
    for one, two in combinations(range(ratings.n_coders), 2):
        alike = present[:, one] & (indices[:, one] == indices[:, two])
        given = count @ present[:, one] + count @ present[:, two]
        shares.append(2 * float(count @ alike) / float(given))
    value = float(np.mean(shares)) if shares else None
    reason = None if shares else _too_few(ratings)
    return Agreement(
        "holsti",
        value,
        value,
        None,
        round(float(count.sum())),
        ratings.n_coders,
        len(ratings.categories),
        reason=reason,
        notes=ratings.notes,
    )


def agreement(
    coefficient: str,
    table: object,
    *,
    weights: object = "identity",
    categories: Categories = None,
    counts: object = None,
) -> Agreement:
    """Give the coefficient of that name (one of `COEFFICIENTS`)."""
    if coefficient == "holsti":
        return holsti(table, categories=categories, counts=counts)
    if coefficient not in FORMULAS:
        raise InputError(
            f"there is no coefficient called {coefficient!r}.",
            where="coefficient",
            remedy=f"Choose one of {', '.join(COEFFICIENTS)}.",
        )
    return _run(coefficient, table, weights, categories, counts)


def _run(
    name: str, table: object, weights: object, categories: Categories, counts: object
) -> Agreement:
    ratings = rating_table(table, categories=categories, counts=counts)
    q = len(ratings.categories)
    if ratings.n_coders < 2:
        return _undefined(name, ratings, weights, _too_few(ratings))
    chosen = weighting(weights, ratings, ordinal_by_rank=name == "krippendorff_alpha")
    sums = tally(ratings.indices, q, chosen, counts=ratings.counts).total()
    why = _why_not(name, ratings, sums)
    if why:
        return _undefined(name, ratings, weights, why)
    value, observed, expected = (float(part) for part in FORMULAS[name](sums, chosen))
    n_units = round(float(sums.whole if name in _WHOLE else sums.paired))
    if np.isnan(value):
        reason = _no_room(ratings, sums)
        return _record(name, ratings, chosen.name, (None, observed, expected), n_units, reason)
    parts = (value, observed, None if np.isnan(expected) else expected)
    error = standard_error(name, ratings, sums, chosen, value=value, expected=parts[2] or 0.0)
    return _record(name, ratings, chosen.name, parts, n_units, None, error)


def _record(
    name: str,
    ratings: RatingTable,
    weights: str,
    parts: tuple[float | None, float | None, float | None],
    n_units: int,
    reason: str | None,
    error: tuple[float, int] | None = None,
) -> Agreement:
    value, observed, expected = (None if part is None or np.isnan(part) else part for part in parts)
    return Agreement(
        name,
        value,
        observed,
        expected,
        n_units,
        ratings.n_coders,
        len(ratings.categories),
        weights=weights,
        se=error[0] if error else None,
        df=error[1] if error else None,
        reason=reason,
        notes=ratings.notes,
    )


def _undefined(name: str, ratings: RatingTable, weights: object, reason: str) -> Agreement:
    label = weights if isinstance(weights, str) else "custom"
    rated = (ratings.indices >= 0).sum(axis=1)
    shared = rated >= 2
    if name in _WHOLE:
        shared &= rated == ratings.n_coders
    count = np.ones(len(rated)) if ratings.counts is None else ratings.counts
    n_units = round(float(count[shared].sum()))
    return _record(name, ratings, label, (None, None, None), n_units, reason)


def _too_few(ratings: RatingTable) -> str:
    if ratings.n_coders == 0:
        return "The table holds no rating."
    return "Only one coder has ratings; agreement needs a second coder on the same units."


def _why_not(name: str, ratings: RatingTable, sums: Tally) -> str | None:
    if name == "cohen_kappa" and ratings.n_coders > 2:
        return (
            f"It compares two coders and {ratings.n_coders} have ratings; use Conger's kappa, or "
            "take the coders in pairs."
        )
    if float(sums.paired) == 0:
        return "No unit was rated by two coders; have some units coded by both."
    if name in _WHOLE and float(sums.whole) == 0:
        return (
            "No unit was rated by all coders; use a coefficient that allows missing "
            "ratings (Fleiss, Conger, Gwet, Krippendorff)."
        )
    if len(ratings.categories) == 1 and name in _NEED_CATEGORIES:
        return (
            f"Only the category {ratings.categories[0]!r} was found, and chance depends on how "
            "many there were to choose from; name all that could have been chosen (--categories)."
        )
    return None


def _no_room(ratings: RatingTable, sums: Tally) -> str:
    used = [
        str(category) for category, n in zip(ratings.categories, sums.pool, strict=True) if n > 0
    ]
    if len(used) == 1:
        one = len(ratings.categories) == 1
        return (
            f"Every compared rating is {used[0]!r}: chance agreement is 1 and the coefficient "
            "is 0/0. The units show nothing about telling categories apart; "
            + (
                "rate more units, in which another category occurs."
                if one
                else "add units in which another category occurs, or report percent agreement "
                "and AC1."
            )
        )
    return (
        "Chance agreement is 1 under these weights and the coefficient is 0/0; "
        "use weights that give less than full credit to different categories."
    )


_WHOLE = frozenset({"cohen_kappa", "scott_pi"})
_NEED_CATEGORIES = frozenset({"brennan_prediger", "gwet_ac"})
