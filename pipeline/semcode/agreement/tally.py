"""Sufficient statistics: the sums over units that every coefficient is made of.

All of them are additive, so that the sums of a resample are resampling weights times the
sums of its clusters; a coefficient of a whole table and of each resample are one formula.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from semcode.agreement.weights import Weighting

__all__ = ["Tally", "pair_agreement", "tally"]


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums over units; each array starts with the same batch axes (clusters, resamples).

    With r coders, q categories, m ratings of a unit, and a the sum of weights over its
    ordered pairs of ratings: `rated` units with m >= 1, `paired` with m >= 2, `agree` the
    sum of a / (m (m - 1)) over the paired, `share` (q) the sum of each category's share
    of a unit, `coder` (r, q) ratings by coder; over paired units `pool` (q) ratings and
    `pooled_agree` the sum of a / (m - 1); over units that all coders rated `whole`,
    `whole_agree` and `whole_coder` (r, q). `coincidence` (q, q) is Krippendorff's matrix
    of paired values, empty (0, 0) unless asked for.
    """

    rated: NDArray[np.float64]
    paired: NDArray[np.float64]
    agree: NDArray[np.float64]
    share: NDArray[np.float64]
    coder: NDArray[np.float64]
    pool: NDArray[np.float64]
    pooled_agree: NDArray[np.float64]
    whole: NDArray[np.float64]
    whole_agree: NDArray[np.float64]
    whole_coder: NDArray[np.float64]
    coincidence: NDArray[np.float64]

    def resampled(self, weights: NDArray[np.float64]) -> Tally:
        """Sum clusters (the first axis) with each row of weights (resamples x clusters)."""
        parts = [getattr(self, part.name) for part in fields(self)]
        n_clusters = weights.shape[1]
        flat = np.concatenate([part.reshape(n_clusters, -1) for part in parts], axis=1)
        summed = weights @ flat
        stops = np.cumsum([part[0].size for part in parts])
        pieces = np.split(summed, stops[:-1], axis=1)
        shapes = [(weights.shape[0], *part.shape[1:]) for part in parts]
        return Tally(*(piece.reshape(shape) for piece, shape in zip(pieces, shapes, strict=True)))

    def total(self) -> Tally:
        """Sum the first axis away."""
        return Tally(*(getattr(self, part.name).sum(axis=0) for part in fields(self)))


def pair_agreement(indices: NDArray[np.int64], weights: Weighting) -> NDArray[np.float64]:
    """Sum the weights over each unit's ordered pairs of ratings (units,)."""
    sums = np.zeros(indices.shape[0])
    for one, two in combinations(range(indices.shape[1]), 2):
        a, b = indices[:, one], indices[:, two]
        if weights.matrix is None:
            sums += (a == b) & (a >= 0)
        else:
            both = (a >= 0) & (b >= 0)
            sums[both] += weights.matrix[a[both], b[both]]
    sums *= 2
    return sums


def tally(
    indices: NDArray[np.int64],
    n_categories: int,
    weights: Weighting,
    *,
    counts: NDArray[np.float64] | None = None,
    groups: NDArray[np.int64] | None = None,
    n_groups: int = 1,
) -> Tally:
    """Sum a units x coders table of indices (-1 missing) within each group of units.

    `groups` are group numbers from 0 (one group without it); the result's batch axis is
    the groups. `counts` multiplies units.
    """
    n_units = indices.shape[0]
    group = np.zeros(n_units, dtype=np.int64) if groups is None else groups
    count = np.ones(n_units) if counts is None else counts
    present = indices >= 0
    ratings = present.sum(axis=1)
    pairs = np.maximum(ratings * (ratings - 1), 1)
    agreed = pair_agreement(indices, weights)
    paired = ratings >= 2
    whole = paired & present.all(axis=1)

    def by_group(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(group, weights=values * count, minlength=n_groups).astype(np.float64)

    def by_category(values: NDArray[np.float64]) -> NDArray[np.float64]:
        sums = np.zeros((n_groups, indices.shape[1], n_categories))
        for coder in range(indices.shape[1]):
            rows = np.flatnonzero(present[:, coder] & (values > 0))
            cell = group[rows] * n_categories + indices[rows, coder]
            summed = np.bincount(
                cell, weights=(values * count)[rows], minlength=n_groups * n_categories
            )
            sums[:, coder] = summed.reshape(n_groups, n_categories)
        return sums

    coder = by_category(np.ones(n_units))
    complete = bool(whole.all())
    whole_coder = coder if complete else by_category(whole.astype(np.float64))
    all_paired = complete or bool(paired.all())
    pool = coder if all_paired else by_category(paired.astype(np.float64))
    share = by_category(1.0 / np.maximum(ratings, 1)).sum(axis=1)
    return Tally(
        rated=by_group((ratings >= 1).astype(np.float64)),
        paired=by_group(paired.astype(np.float64)),
        agree=by_group(agreed / pairs),
        share=share,
        coder=coder,
        pool=pool.sum(axis=1),
        pooled_agree=by_group(agreed / np.maximum(ratings - 1, 1)),
        whole=by_group(whole.astype(np.float64)),
        whole_agree=by_group(np.where(whole, agreed / pairs, 0.0)),
        whole_coder=whole_coder,
        coincidence=_coincidence(indices, n_categories, group, count, n_groups)
        if weights.by_rank
        else np.zeros((n_groups, 0, 0)),
    )


def _coincidence(
    indices: NDArray[np.int64],
    q: int,
    group: NDArray[np.int64],
    count: NDArray[np.float64],
    n_groups: int,
) -> NDArray[np.float64]:
    ratings = (indices >= 0).sum(axis=1)
    each = count / np.maximum(ratings - 1, 1)
    flat = np.zeros(n_groups * q * q)
    for one, two in combinations(range(indices.shape[1]), 2):
        rows = np.flatnonzero((indices[:, one] >= 0) & (indices[:, two] >= 0))
        cell = (group[rows] * q + indices[rows, one]) * q + indices[rows, two]
        flat += np.bincount(cell, weights=each[rows], minlength=flat.size)
    matrix = flat.reshape(n_groups, q, q)
    return matrix + matrix.transpose(0, 2, 1)
