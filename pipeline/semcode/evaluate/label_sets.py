"""Alpha where each unit's rating is the set of its codes, with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from semcode.agreement import bootstrap_table, krippendorff_alpha, set_distance
from semcode.evaluate.data import Comparison, Options

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["set_alphas"]

_MOST_SETS = 800  # different sets; distances are computed for each two of them
_SETS_WITH_INTERVAL = 300  # a square matrix for each interview


def set_alphas(comparison: Comparison, options: Options) -> dict[str, object]:
    """Give alpha with MASI (1 - J x M, Passonneau 2006) and with Jaccard distances.

    Empty where the unit is the character; a sentence under "set_alpha_reason" where there
    are too many different sets to compare.
    """
    if comparison.counts is not None or not len(comparison.places):
        return {}
    table, sets = _indexed(comparison)
    if len(sets) > _MOST_SETS:
        return {
            "set_alpha_reason": f"{len(sets):,} different sets of codes are too many to compare."
        }
    found: dict[str, object] = {}
    for distance in ("masi", "jaccard"):
        found |= _alpha(comparison, options, table, sets, distance)
    return found


def _indexed(comparison: Comparison) -> tuple[NDArray[np.int64], list[frozenset[int]]]:
    """Number the sets of codes: units x coders, and what each number stands for."""
    n_codes, n_units, n_coders = comparison.ratings.shape
    packed = np.packbits(comparison.ratings == 1, axis=0).reshape(-1, n_units * n_coders)
    different, places = np.unique(packed, axis=1, return_inverse=True)
    bits = np.unpackbits(different, axis=0)[:n_codes]
    sets = [frozenset(np.flatnonzero(column).tolist()) for column in bits.T]
    return places.reshape(n_units, n_coders).astype(np.int64), sets


def _alpha(
    comparison: Comparison,
    options: Options,
    table: NDArray[np.int64],
    sets: list[frozenset[int]],
    distance: str,
) -> dict[str, object]:
    credit = np.ones((len(sets), len(sets)))
    for one, first in enumerate(sets):
        for two in range(one + 1, len(sets)):
            far = set_distance(first, sets[two], distance=distance)
            credit[one, two] = credit[two, one] = 1 - far
    name = f"set_alpha_{distance}"
    result = krippendorff_alpha(table, weights=credit, categories=range(len(sets)))
    found: dict[str, object] = {name: result.value}
    if result.value is None or len(sets) > _SETS_WITH_INTERVAL:
        return found
    interval = bootstrap_table(
        table,
        comparison.clusters(options),
        coefficients=("krippendorff_alpha",),
        weights=credit,
        categories=range(len(sets)),
        resamples=options.resamples,
        level=options.ci,
        seed=options.seed,
    )["krippendorff_alpha"]
    if interval.lower is not None and interval.upper is not None:
        found[f"{name}_ci"] = [interval.lower, interval.upper]
    return found
