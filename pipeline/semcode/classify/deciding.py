"""Decisions on open segments: what they teach through the tree, learned at once or taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from semcode.classify import hierarchy
from semcode.classify.calibration import Calibration
from semcode.classify.estimator import CodeClassifier
from semcode.classify.logistic import Prior
from semcode.classify.ranking import Columns
from semcode.classify.refining import Refiner
from semcode.errors import ModelError

__all__ = ["Decisions", "Learner", "Taught", "learner_of"]

Floats = NDArray[np.float64]

#: What was decided: (row, code) to 1, 0, or the share of coders who gave the code.
Decisions = Mapping[tuple[int, int], float]

#: How firm the prior is where cross-validation had nothing to choose it by yet.
_UNTAUGHT = 6.0


@dataclass(frozen=True, slots=True)
class Learner:
    """What live ranking needs of a classifier; the refiner is its own and may be changed."""

    refiner: Refiner
    parents: list[int]
    learned: NDArray[np.bool_]  # (n_codes,)
    calibration: Calibration
    threshold: Floats  # (n_codes,)


def learner_of(model: CodeClassifier, width: int) -> Learner:
    """Copy what live ranking needs of a classifier, for features of a width.

    One that learned nothing yet starts from the definitions. Raises ModelError where the
    features are not the classifier's, or it was saved without its rows.
    """
    codes = len(model.codebook)
    parents = hierarchy.parents_of(model.codebook)
    if not hasattr(model, "refiner_"):
        refiner = Refiner(width, codes, Prior(_UNTAUGHT), np.ones(width))
        same = Calibration(np.ones(codes), np.zeros(codes), np.zeros(0, np.intp))
        return Learner(refiner, parents, np.zeros(codes, bool), same, np.full(codes, 0.5))
    taught = model.refiner_
    if taught.theta.shape[1] != width + 2:
        raise ModelError(
            f"The model learned from {taught.theta.shape[1] - 2} features, the segments have "
            f"{width}.",
            remedy="Encode the segments with this model.",
        )
    if not taught.size and model.learned_.any():
        raise ModelError(
            "The model was saved without the rows it learned from, so decisions cannot be added.",
            remedy="Call fit with the labels, or save it with rows=True.",
        )
    refiner = Refiner(width, codes, taught.prior, taught.scale)
    refiner.append(*taught.rows)
    refiner.take(model.weights_)
    return Learner(
        refiner, parents, model.learned_.copy(), model.calibration_, model.cutoffs_.threshold
    )


class Taught:
    """Open segments and a learner that agree with all decisions made so far."""

    def __init__(
        self,
        learner: Learner,
        columns: Columns,
        *,
        decided: Decisions,
        places: Sequence[int] = (),
        closing: bool = True,
    ) -> None:
        """Take the learner's rows for decisions, and learn of `decided` what it has not.

        What is decided is closed, unless `closing` is off.

        `places` are the segments that its rows were made of, -1 for rows that are none of
        them. Of these segments `decided` says what a person said; without it, all that the
        learner knows counts as said.
        """
        self.learner, self.columns, self._closing = learner, columns, closing
        self.decided: dict[tuple[int, int], float] = {}
        self._of_row: dict[int, dict[int, float]] = {}
        self.closed: set[int] = set()
        self._place = {int(row): place for place, row in enumerate(places) if row >= 0}
        _, y, weight, _ = learner.refiner.rows
        for row, place in self._place.items():
            for code in np.flatnonzero(weight[place]):
                self._close(row, int(code))
                self._keep(row, int(code), float(y[place, code]))
        self._say(decided)

    def _say(self, decided: Decisions) -> None:
        rows = {row for row, _ in decided if row in self._place}
        for row in rows:
            for code in self._of_row.pop(row, {}):
                self.decided.pop((row, code), None)
        for (row, code), label in decided.items():
            if row in rows:
                self._keep(row, code, label)
        for (row, code), label in decided.items():
            if row not in rows:
                self.decide(row, code, label)

    def label(self, row: int, code: int) -> float | None:
        """Give what was decided of a segment and code, None for nothing."""
        return self.decided.get((row, code))

    def decide(self, row: int, code: int, label: float | None) -> list[int]:
        """Learn a decision, or with None unlearn it; give the codes whose weights moved.

        A code's yes is its parents' too and a parent's no its children's, as in a fit.
        """
        before = self._known(row)
        if label is None:
            self.decided.pop((row, code), None)
            self._of_row.get(row, {}).pop(code, None)
        else:
            self._keep(row, code, label)
        after = self._known(row)
        same = (before == after) | (np.isnan(before) & np.isnan(after))
        touched = [int(one) for one in np.flatnonzero(~same)]
        if touched:
            place = self._place_of(row)
            for one in touched:
                self._teach(row, one, place, before[one], after[one])
        return touched

    def close(self, row: int) -> list[int]:
        """Take a segment that was read out of every queue; give the codes that it stood in."""
        self.closed.add(row)
        standing = [c for c in range(len(self.learner.parents)) if self.columns.is_open(row, c)]
        for code in standing:
            self.columns.close(row, code)
        return standing

    def _teach(self, row: int, code: int, place: int, before: float, after: float) -> None:
        """Change one cell's label and bring its code to the new optimum."""
        refiner, known = self.learner.refiner, not np.isnan(after)
        refiner.prepare(code)
        refiner.relabel(place, code, after if known else 0.0, float(known))
        refiner.refit(code, changed=[place] if known and np.isnan(before) else [])
        self.columns.move(code, refiner.theta[code])
        self.learner.learned[code] = True
        if known:
            self._close(row, code)
        elif row not in self.closed:
            self.columns.reopen(row, code)

    def _close(self, row: int, code: int) -> None:
        if self._closing:
            self.columns.close(row, code)

    def _place_of(self, row: int) -> int:
        if row not in self._place:
            codes = len(self.learner.parents)
            features = self.columns.features.take(np.array([row]))
            definition = self.columns.definition(np.array([row])).astype(np.float64)
            nothing = np.zeros((1, codes))
            added = self.learner.refiner.append(features, nothing, nothing, definition)
            self._place[row] = added.start
        return self._place[row]

    def _known(self, row: int) -> Floats:
        y = np.full((1, len(self.learner.parents)), np.nan)
        for code, label in self._of_row.get(row, {}).items():
            y[0, code] = label
        known: Floats = hierarchy.spread_labels(y, self.learner.parents)[0]
        return known

    def _keep(self, row: int, code: int, label: float) -> None:
        self.decided[row, code] = label
        self._of_row.setdefault(row, {})[code] = label
