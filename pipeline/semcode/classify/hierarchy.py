"""Keep labels and probabilities true to the tree: who is a child is also its parent."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from semcode.codebook import Codebook
from semcode.records import Level

__all__ = [
    "consistent",
    "deepest_first",
    "level_members",
    "level_scores",
    "parents_of",
    "rivals_of",
    "spread_labels",
]

Floats = NDArray[np.float64]


def parents_of(codebook: Codebook) -> list[int]:
    """Give the position of each code's parent, -1 for none."""
    place = {code.guid: position for position, code in enumerate(codebook.codes)}
    return [place[codebook[code.parent].guid] if code.parent else -1 for code in codebook.codes]


def spread_labels(y: Floats, parents: list[int]) -> Floats:
    """Fill what follows from labels: a child's yes is its parent's, a parent's no its child's.

    Where a parent is said to be no and its child yes, the child's yes counts.
    """
    y = y.copy()
    for child in deepest_first(parents):
        parent = parents[child]
        if parent >= 0:
            given = np.where(np.isnan(y[:, child]), 0.0, y[:, child])
            known = np.where(np.isnan(y[:, parent]), np.nan, np.fmax(y[:, parent], given))
            y[:, parent] = np.where(np.isnan(known) & (given > 0), given, known)
    for child in reversed(deepest_first(parents)):
        parent = parents[child]
        if parent >= 0:
            follows = np.isnan(y[:, child]) & (y[:, parent] == 0)
            y[follows, child] = 0.0
    return y


def consistent(p: Floats, parents: list[int], learned: NDArray[np.bool_]) -> Floats:
    """Let no child be likelier than its parent.

    A parent that has learned from labels caps its children; one that has not is raised to
    its likeliest child, as the cold start does.
    """
    p = p.copy()
    order = deepest_first(parents)
    for child in order:
        parent = parents[child]
        if parent >= 0 and not learned[parent]:
            np.maximum(p[:, parent], p[:, child], out=p[:, parent])
    for child in reversed(order):
        parent = parents[child]
        if parent >= 0:
            np.minimum(p[:, child], p[:, parent], out=p[:, child])
    return p


def level_members(codebook: Codebook) -> Mapping[Level, list[int]]:
    """Give the positions of each level's codes, levels in their own order."""
    found: dict[Level, list[int]] = {}
    for position, code in enumerate(codebook.codes):
        level = codebook.level_of(code)
        if level is not None:
            found.setdefault(level, []).append(position)
    return {level: found[level] for level in Level if level in found}


def level_scores(p: Floats, members: Mapping[Level, list[int]], parents: list[int]) -> Floats:
    """Give the log-odds that any code of a level applies if its top codes were independent."""
    out = np.zeros((len(p), len(members)))
    for column, codes in enumerate(members.values()):
        inside = set(codes)
        top = [code for code in codes if parents[code] not in inside]
        none = np.clip(1.0 - p[:, top], 1e-9, 1.0).prod(axis=1)
        none = np.clip(none, 1e-9, 1 - 1e-9)
        out[:, column] = np.log1p(-none) - np.log(none)
    return out


def rivals_of(y: Floats, parents: list[int]) -> list[int]:
    """Give the top codes if exactly one of them applies to each text, else none.

    Wanted are 20 texts with all top codes known, of which 99 % add up to one. Where most texts
    were asked about some codes only, those known in full are few and were chosen: none.
    """
    top = [code for code, parent in enumerate(parents) if parent < 0]
    told = ~np.isnan(y[:, top])
    known = told.all(axis=1)
    if len(top) < 2 or known.sum() < max(20, told.any(axis=1).sum() / 2):
        return []
    sums = y[known][:, top].sum(axis=1)
    return top if float((np.abs(sums - 1.0) < 1e-6).mean()) >= 0.99 else []


def deepest_first(parents: list[int]) -> list[int]:
    """Order codes so that each comes before its parent."""

    def depth(code: int) -> int:
        return 0 if parents[code] < 0 else 1 + depth(parents[code])

    return sorted(range(len(parents)), key=depth, reverse=True)
