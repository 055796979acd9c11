"""The stored suggestions with the learner's scores of now, and what it would suggest besides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from semcode.study.learning.live_scores import LiveScores
from semcode.study.review.beyond import Cells, newcomers

if TYPE_CHECKING:
    from semcode.study.review.queueing import Loaded

__all__ = ["LiveRows"]

Ints = NDArray[np.intp]
Floats = NDArray[np.float64]


class LiveRows:
    """Where each stored suggestion stands among the learner's rows and columns.

    `row` and `column` are -1 for a suggestion that the learner does not know.
    """

    def __init__(
        self,
        loaded: Loaded,
        live: LiveScores,
        *,
        floor: float,
        topical: Ints,
    ) -> None:
        """Find the rows; `topical` are those that an accepted topic offers: they stay."""
        self.loaded, self.segments = loaded, live.segments
        self._floor = floor
        place = {guid: number for number, guid in enumerate(live.codes)}
        columns = np.array([place.get(guid, -1) for guid in loaded.codes], np.intp)
        self.row: Ints = live.segments.rows_of(loaded.segment)
        self.column: Ints = columns[loaded.code] if len(loaded) else np.zeros(0, np.intp)
        self.row[self.column < 0] = -1
        self._of = [
            np.flatnonzero((self.column == code) & (self.row >= 0))
            for code in range(len(live.columns))
        ]
        self._stored = [np.zeros(len(live.segments.ids), np.bool_) for _ in live.columns]
        for code, own in enumerate(self._of):
            self._stored[code][self.row[own]] = True
        self._newcomers: Cells | None = None
        self._topical = topical
        self._known: LiveScores | None = None
        self._scores: Floats = loaded.score.copy()

    def scores(self, live: LiveScores) -> Floats:
        """Give each suggestion's score of now; only the columns that moved are read."""
        if live is not self._known:
            scores = self._scores.copy()
            for code, column in enumerate(live.columns):
                if self._known is None or column is not self._known.columns[code]:
                    own = self._of[code]
                    scores[own] = column[self.row[own]]
            kept = self._topical
            learned = live.ranking.learned[self.column[kept]] & (self.row[kept] >= 0)
            least = np.where(learned, self._floor, self.loaded.score[kept])
            scores[kept] = np.maximum(scores[kept], least)
            self._known, self._scores, self._newcomers = live, scores, None
        return self._scores

    def newcomers(self, live: LiveScores) -> Cells:
        """Give what would be suggested now and is not stored."""
        self.scores(live)
        if self._newcomers is None:
            self._newcomers = newcomers(live, self._stored)
        return self._newcomers
