"""The probabilities of all segments as they are now: what the review page shows and ranks by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from semcode.config import SuggestSettings
from semcode.study.learning.live_choice import LiveChoice, choice_after, nothing_chosen
from semcode.study.learning.live_segments import LiveSegments, Rows

if TYPE_CHECKING:
    from semcode.classify import CodeClassifier
    from semcode.classify.live import LiveRanking

__all__ = ["LiveScores", "moved_by", "rescored", "score_all"]

Array = NDArray[np.float32]
Floats = NDArray[np.float64]

#: Rows whose probabilities are made at once: few enough to need little memory.
_BLOCK = 65_536


@dataclass(frozen=True)
class LiveScores:
    """One state of all probabilities; it never changes, so readers need no lock.

    `columns` are those of the codebook's codes, each (n_segments,). A column that a
    decision did not move is the same object as before. `weights` are those that gave them,
    (n_codes, width + 2). `positives` counts for each code the passages that people gave it.
    `choice` is what would be suggested now.
    """

    version: str
    segments: LiveSegments
    columns: tuple[Array, ...]
    weights: Floats
    positives: Floats
    ranking: LiveRanking
    choice: LiveChoice

    @property
    def codes(self) -> list[str]:
        """Give the guids of the columns' codes."""
        return [code.guid for code in self.segments.codebook.codes]

    def of(self, segment: int, code: str) -> float | None:
        """Give a probability; None for a segment or code that is not among them."""
        return self.many([(segment, code)])[0]

    def many(self, pairs: Sequence[tuple[int, str]]) -> list[float | None]:
        """Give the probabilities of some segments and codes."""
        column = {guid: place for place, guid in enumerate(self.codes)}
        rows = self.segments.rows_of([segment for segment, _ in pairs])
        return [
            float(self.columns[column[code]][row]) if row >= 0 and code in column else None
            for row, (_, code) in zip(rows.tolist(), pairs, strict=True)
        ]

    def vectors(self, rows: Rows) -> Array:
        """Give the features of segments, to choose varied ones by."""
        return self.ranking.vectors(rows.tolist())


def score_all(
    segments: LiveSegments,
    model: CodeClassifier,
    ranking: LiveRanking,
    *,
    version: str,
    settings: SuggestSettings,
) -> LiveScores:
    """Give the probabilities of every segment and code, and what would be suggested."""
    book, count = segments.codebook, len(segments.ids)
    nothing = (np.zeros(count, np.float32),) * len(book)
    choice = nothing_chosen(book, count, settings)
    scores = LiveScores(
        version, segments, nothing, ranking.weights, np.zeros(len(book)), ranking, choice
    )
    return rescored(scores, model, range(len(nothing)), version=version)


def rescored(
    scores: LiveScores, model: CodeClassifier, codes: Iterable[int], *, version: str
) -> LiveScores:
    """Give the probabilities anew where some codes' weights moved.

    With a code go those above and below it, and where exactly one of the top codes
    applies, all of them.
    """
    from semcode.classify import hierarchy
    from semcode.classify.calibration import Calibration

    parents = hierarchy.parents_of(scores.segments.codebook)
    calibration = model.calibration_
    moved = _family(parents, codes)
    if len(calibration.rivals) and moved:
        moved = list(range(len(parents)))
    weights = scores.ranking.weights
    if not moved:
        return replace(scores, version=version, weights=weights)
    place = {code: number for number, code in enumerate(moved)}
    own = Calibration(
        calibration.slope[moved],
        calibration.shift[moved],
        np.array([place[int(code)] for code in calibration.rivals], np.intp),
    )
    above = [place.get(parents[code], -1) for code in moved]
    learned = scores.ranking.learned[moved]
    every = [scores.ranking.every(code) for code in moved]
    columns = list(scores.columns)
    for code in moved:
        columns[code] = np.empty(len(scores.segments.ids), np.float32)
    for first in range(0, len(scores.segments.ids), _BLOCK):
        part = slice(first, first + _BLOCK)
        z = np.stack([column[part] for column in every], axis=1).astype(np.float64)
        p = hierarchy.consistent(own(z), above, learned)
        for number, code in enumerate(moved):
            columns[code][part] = p[:, number]
    choice = choice_after(scores.choice, scores.columns, columns, moved)
    return replace(scores, version=version, columns=tuple(columns), weights=weights, choice=choice)


def moved_by(
    scores: LiveScores, model: CodeClassifier, pairs: Sequence[tuple[int, str]]
) -> list[dict[str, float]]:
    """Divide the log-odds of some (segment, code) among what they rest on; {} for unknown."""
    column = {guid: place for place, guid in enumerate(scores.codes)}
    rows = scores.segments.rows_of([segment for segment, _ in pairs])
    theta, calibration = scores.weights, model.calibration_
    vectors = scores.vectors(np.maximum(rows, 0)).astype(np.float64)
    found: list[dict[str, float]] = []
    for number, (row, (_, guid)) in enumerate(zip(rows.tolist(), pairs, strict=True)):
        if row < 0 or guid not in column:
            found.append({})
            continue
        code = column[guid]
        bend, weights = float(calibration.slope[code]), theta[code]
        stated = float(scores.segments.fresh.definition[row, code])
        said = stated * float(weights[-2]) * bend
        blocks = model.features_.blocks.items()
        parts = {n: float(vectors[number, b] @ weights[:-2][b]) * bend for n, b in blocks}
        usual = float(weights[-1]) * bend + float(calibration.shift[code])
        begun = model.begins_with(code)
        if scores.segments.begun and begun == "definition":
            begun = "earlier model"
        parts = {begun: said, **parts, "usual": usual}
        found.append({name: round(value, 4) for name, value in parts.items()})
    return found


def _family(parents: Sequence[int], codes: Iterable[int]) -> list[int]:
    """Give all codes of the trees that some codes stand in."""

    def root(code: int) -> int:
        return code if parents[code] < 0 else root(parents[code])

    roots = {root(int(code)) for code in codes}
    return [code for code in range(len(parents)) if root(code) in roots]
