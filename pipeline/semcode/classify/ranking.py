"""The exact top of a code's queue after its weights moved, without scoring every segment.

A score is x @ w + slope * definition + intercept. Where the weights moved by e since a
segment was scored, its score moved by x @ e, and that is at most |x| |e| (Cauchy and
Schwarz). What cannot reach the list within its bound is not scored again.

Two orders: the highest scores, and the scores least far from a target, in bands: within a
band segments come in a random order that stays. A thousand segments about the threshold
are equally uncertain; taken by chance they are varied, and the first of them are found by
scoring a few hundred, whatever the number of segments.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semcode.classify.rows import FeatureRows

__all__ = ["Columns", "First"]

Array = NDArray[np.float32]
Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

#: Rows that share the weights which they were last scored with.
_BLOCK = 8192
#: The share of a block from which scoring all of it is faster than picking rows.
_MANY = 0.35
#: The blocks of a code that are scored anew at each of its decisions: one of so many.
_TURNS = 32
#: What rounding in float32 may add for each feature, twice over.
_ROUNDING = 2.0**-23


@dataclass(frozen=True, slots=True)
class First:
    """The open segments that a code's queue begins with, in order."""

    rows: Rows
    scores: Floats  # log-odds, in float64
    scored: int  # how many segments had to be scored to know


@dataclass(frozen=True, slots=True)
class _Bounds:
    """How near to and how far from the target each row may be, (n,); NaN where it is closed."""

    least: Array
    most: Array
    slack: float  # what rounding may add to a score in float32


class Columns:
    """One column of scores a code over all segments; a closed cell is NaN.

    Not safe for several threads: LiveRanking holds the lock.
    """

    def __init__(
        self,
        features: FeatureRows,
        definition: NDArray[Any],
        theta: Floats,
        *,
        seed: int = 0,
    ) -> None:
        """Score everything once.

        `definition` are log-odds by the definitions, (n, n_codes); `theta` the weights,
        slope and intercept of each code, (n_codes, width + 2); `seed` that of the order
        within a band.
        """
        self.features = features
        self._definition = np.ascontiguousarray(definition.T, dtype=np.float32)
        self._theta = theta.copy()
        self._farthest = float(np.abs(self._definition).max(initial=0.0))
        self._longest = float(features.lengths.max(initial=0.0))
        self._starts = np.arange(0, features.count, _BLOCK)
        self._lot = np.random.default_rng(seed).permutation(features.count)
        used = theta.astype(np.float32)
        self._scores = features.dot_all(np.ascontiguousarray(used[:, :-2].T))
        self._scores += used[:, -2:-1] * self._definition + used[:, -1:]
        self._used = np.repeat(used[:, None], len(self._starts), axis=1)

    def move(self, code: int, theta: Floats) -> None:
        """Give a code other weights, (width + 2,); scores follow when they are asked for."""
        self._theta[code] = theta

    def close(self, row: int, code: int) -> None:
        """Take a segment out of a code's queue."""
        self._scores[code, row] = np.nan

    def reopen(self, row: int, code: int) -> None:
        """Put a segment back into a code's queue."""
        used = self._used[code, row // _BLOCK]
        score = self.features.dot(np.array([row]), np.ascontiguousarray(used[:-2]))[0]
        self._scores[code, row] = score + used[-2] * self._definition[code, row] + used[-1]

    def is_open(self, row: int, code: int) -> bool:
        """Say whether a segment stands in a code's queue."""
        return not np.isnan(self._scores[code, row])

    def definition(self, rows: Rows) -> Array:
        """Give what the definitions say of segments, (len(rows), n_codes) log-odds."""
        return self._definition[:, rows].T

    def exact(self, rows: Rows, code: int) -> Floats:
        """Score some rows for a code in float64."""
        theta = self._theta[code]
        definition = self._definition[code, rows].astype(np.float64)
        scores = self.features.dot_exact(rows, theta[:-2])
        scores += theta[-2] * definition + theta[-1]
        return scores

    def every(self, code: int) -> Array:
        """Give a code's scores of all rows as its weights are now; NaN where it is closed."""
        for block in range(len(self._starts)):
            self._renew(block, code)
        found: Array = self._scores[code].copy()
        return found

    def highest(self, code: int, count: int) -> First:
        """Find the open segments with the highest scores; equal ones by position.

        The answer is that of a full scan in float64.
        """
        self._renew_worst(code)
        bounds = self._bound(code, np.inf)
        chosen, scored = np.flatnonzero(~np.isnan(bounds.least)), 0
        if len(chosen) > count:
            seems = bounds.least + bounds.most
            likely = np.argpartition(seems, count)[:count]
            reached = -self._approximate(likely, code).min() + 2 * bounds.slack
            chosen = np.flatnonzero(bounds.least <= np.float32(reached))
            scores, scored = self._score(chosen, code), len(chosen)
            kth = np.partition(scores, -count)[-count]
            chosen = chosen[scores >= np.float32(kth - 2 * bounds.slack)]
        exact = self.exact(chosen, code)
        order = np.lexsort((chosen, -exact))[:count]
        return First(chosen[order], exact[order], max(scored, len(chosen)))

    def unsure(self, code: int, count: int, *, target: float, step: float) -> First:
        """Find the open segments in the bands nearest to `target`, bands of `step` wide.

        In the first band |score - target| is below one step, in the next below two, and so
        on; within a band the order is that of the lots. The answer is that of a full scan
        in float64.
        """
        self._renew_worst(code)
        bounds = self._bound(code, target)
        found: list[Rows] = []
        lacking, band, scored = count, 0, 0
        while lacking > 0:
            left = np.flatnonzero((bounds.least < (band + 1) * step) & (bounds.most >= band * step))
            size = 4 * count
            while len(left) and lacking > 0:
                now, left = self._by_lot(left, size)
                bands = self._bands(now, code, bounds, target, step)
                bounds.least[now] = bounds.most[now] = (bands + 0.5) * step
                inside = now[bands == band][:lacking]
                found.append(inside)
                lacking, scored, size = lacking - len(inside), scored + len(now), 2 * size
            further = bounds.least[bounds.least >= (band + 1) * step] if lacking > 0 else left
            if not len(further):
                break
            band = max(band + 1, int(further.min() // step))
        rows = np.concatenate([*found, np.zeros(0, np.intp)])
        return First(rows, self.exact(rows, code), scored)

    def _by_lot(self, rows: Rows, size: int) -> tuple[Rows, Rows]:
        """Divide rows into the first so many by lot, in order, and the rest."""
        rest = rows[:0]
        if len(rows) > size:
            divided = rows[np.argpartition(self._lot[rows], size)]
            rows, rest = divided[:size], divided[size:]
        return rows[np.argsort(self._lot[rows])], rest

    def _bands(self, rows: Rows, code: int, bounds: _Bounds, target: float, step: float) -> Rows:
        """Say in which band rows are; in float64 where float32 cannot tell."""
        away = np.abs(self._approximate(rows, code).astype(np.float64) - target)
        slack = 2 * bounds.slack
        bands = (away // step).astype(np.intp)
        unclear = ((away - slack) // step != bands) | ((away + slack) // step != bands)
        exact = self.exact(rows[unclear], code)
        bands[unclear] = (np.abs(exact - target) // step).astype(np.intp)
        return bands

    def _bound(self, code: int, target: float) -> _Bounds:
        moved = self._theta[code] - self._used[code]
        steps = np.linalg.norm(moved[:, :-2], axis=1)
        slack = self._slack(code, float(steps.max(initial=0.0)), target)
        least, most = np.empty((2, self.features.count), np.float32)
        for block, first in enumerate(self._starts):
            part = slice(int(first), int(first) + _BLOCK)
            score = self._scores[code, part]
            if moved[block].any():
                score = self._definition[code, part] * np.float32(moved[block, -2]) + score
                score += np.float32(moved[block, -1])
            seems = -score if np.isinf(target) else np.abs(score - np.float32(target))
            radius = self.features.lengths[part] * np.float32(steps[block]) + np.float32(slack)
            np.subtract(seems, radius, out=least[part])
            np.add(seems, radius, out=most[part])
        return _Bounds(least, most, slack)

    def _score(self, rows: Rows, code: int) -> Array:
        """Score rows in float32; blocks with many of them are scored whole and kept."""
        edges = np.searchsorted(rows, np.append(self._starts, self.features.count))
        for block in np.flatnonzero(np.diff(edges) > _MANY * _BLOCK):
            self._renew(int(block), code)
        current = (self._used[code] == self._theta[code].astype(np.float32)).all(axis=1)
        kept = np.repeat(current, np.diff(edges))
        scores = np.empty(len(rows), np.float32)
        scores[kept] = self._scores[code, rows[kept]]
        scores[~kept] = self._approximate(rows[~kept], code)
        return scores

    def _approximate(self, rows: Rows, code: int) -> Array:
        theta = self._theta[code].astype(np.float32)
        scores = self.features.dot(rows, np.ascontiguousarray(theta[:-2]))
        scores += theta[-2] * self._definition[code, rows] + theta[-1]
        return scores

    def _renew_worst(self, code: int) -> None:
        """Score anew the few blocks whose weights are the oldest."""
        steps = np.linalg.norm(self._theta[code] - self._used[code], axis=1)
        for block in np.argsort(-steps)[: len(steps) // _TURNS + 1]:
            self._renew(int(block), code)

    def _renew(self, block: int, code: int) -> None:
        theta = self._theta[code].astype(np.float32)
        if np.array_equal(self._used[code, block], theta):
            return
        part = slice(int(self._starts[block]), int(self._starts[block]) + _BLOCK)
        last = min(part.stop, self.features.count)
        scores = self.features.dot_range(part.start, last, np.ascontiguousarray(theta[:-2]))
        scores += theta[-2] * self._definition[code, part] + theta[-1]
        column = self._scores[code, part]
        column[:] = np.where(np.isnan(column), np.float32(np.nan), scores)
        self._used[code, block] = theta

    def _slack(self, code: int, moved: float, target: float) -> float:
        """Give what rounding in float32 can change a score by, at most."""
        theta = self._theta[code]
        size = (float(np.linalg.norm(theta[:-2])) + 2 * moved) * max(self._longest, 1.0)
        other = abs(theta[-2]) * self._farthest + abs(theta[-1])
        other += 0.0 if np.isinf(target) else abs(target)
        return float(_ROUNDING * ((self.features.width + 8) * size + 8 * other + 1.0))
