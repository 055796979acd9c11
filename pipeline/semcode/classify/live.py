"""Suggestions that follow every decision at once, while a full refit runs behind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import RLock
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from semcode.classify import hierarchy
from semcode.classify.deciding import Decisions, Learner, Taught, learner_of
from semcode.classify.opening import Fresh
from semcode.classify.ranking import Columns, First
from semcode.classify.rows import FeatureRows
from semcode.classify.threads import give_way, one_thread
from semcode.errors import InputError, ModelError

__all__ = ["LiveRanking", "Ranking"]

Array = NDArray[np.float32]
Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

#: Log-odds between which a model counts as equally unsure.
_BAND = 0.25
#: Decisions that may wait for the lock while a refit is swapped in.
_LAST = 2


@dataclass(frozen=True, slots=True)
class Ranking:
    """The top of the queue at one moment; it never changes.

    Each open segment and code that is among its code's first, by `margins`: the log-odds
    between its probability and the code's threshold, or with the order "likely" its negated
    log-odds. Which segments are a code's first is exact: with the order "uncertain" those of
    the smallest margin in steps of 0.25, of equal steps by lot (see Columns.unsure).
    """

    version: int
    rows: Rows
    codes: Rows
    scores: Floats
    margins: Floats
    scored: int  # how many scores the last decision needed

    def top(self, count: int, *, code: int | None = None) -> list[tuple[int, int]]:
        """Give the first so many (row, code), of one code or of all."""
        kept = slice(None) if code is None else self.codes == code
        rows, codes = self.rows[kept][:count], self.codes[kept][:count]
        return [(int(row), int(one)) for row, one in zip(rows, codes, strict=True)]


class LiveRanking:
    """The open segments and their scores, kept true to every decision; for several threads.

    `decide` learns in milliseconds: the code's weights become those of a full refit and
    the first `depth` segments of each code's queue are exact. One thread writes at a time;
    readers take `now`, which is never half of two states. `refit` learns everything anew
    in a thread behind and swaps it in without losing what was decided meanwhile.
    """

    def __init__(
        self,
        fresh: Fresh,
        *,
        decided: Decisions | None = None,
        depth: int = 24,
        order: Literal["uncertain", "likely"] = "uncertain",
        closing: bool = True,
    ) -> None:
        """Start from a classifier that has learned from `decided` (None: from its rows).

        What is decided leaves the queue; without `closing` it stays, for whoever asks
        several people about the same segment and knows who said what. Raises InputError
        for features that do not fit or are no numbers.
        """
        self._depth, self._order, self._closing = depth, order, closing
        self._lock = RLock()
        self._behind = ThreadPoolExecutor(1, thread_name_prefix="semcode-refit")
        self._refit: Future[int] | None = None
        self._state = _State(self, fresh, decided or {})
        self._now = self._state.ranking(0)

    @property
    def now(self) -> Ranking:
        """Give the current top of the queue."""
        return self._now

    @property
    def decisions(self) -> dict[tuple[int, int], float]:
        """Give what was decided so far, by segment and code."""
        with self._lock:
            return dict(self._state.taught.decided)

    @property
    def weights(self) -> Floats:
        """Give weights, slope and intercept of each code, (n_codes, width + 2)."""
        with self._lock:
            return self._state.taught.learner.refiner.theta.copy()

    @property
    def learned(self) -> NDArray[np.bool_]:
        """Tell which codes have learned from labels, (n_codes,)."""
        with self._lock:
            return self._state.taught.learner.learned.copy()

    def decide(self, row: int, code: int, label: float | None) -> Ranking:
        """Learn a decision and give the new top: 1 yes, 0 no, a share between, None undone.

        The same decision twice changes nothing; another one replaces the earlier. Raises
        InputError for a segment or code that is not there, a label that is none, and for
        undoing what was not decided.
        """
        with self._lock, one_thread():
            self._require(row, code, label)
            if label == self._state.taught.label(row, code):
                return self._now
            touched = self._state.taught.decide(row, code, label)
            return self._publish(touched)

    def close(self, rows: Sequence[int]) -> Ranking:
        """Take segments that were read, or are not to be asked, out of every queue."""
        with self._lock, one_thread():
            touched: set[int] = set()
            for row in rows:
                self._require(row, 0, 0.0)
                touched.update(self._state.taught.close(row))
            return self._publish(sorted(touched))

    def scores(self, rows: Sequence[int]) -> Floats:
        """Give the log-odds of segments for every code, (len(rows), n_codes)."""
        with self._lock, one_thread():
            return self._state.scores(np.asarray(rows, np.intp))

    def probabilities(self, rows: Sequence[int]) -> Floats:
        """Give the calibrated probabilities of segments, none above its parent's."""
        with self._lock, one_thread():
            learner = self._state.taught.learner
            p = learner.calibration(self._state.scores(np.asarray(rows, np.intp)))
            return hierarchy.consistent(p, learner.parents, learner.learned)

    def every(self, code: int) -> Array:
        """Give the log-odds of all segments for a code, in float32; NaN for closed ones."""
        with self._lock, one_thread():
            return self._state.taught.columns.every(code)

    def vectors(self, rows: Sequence[int]) -> Array:
        """Give the features of segments, to choose varied ones by."""
        return self._state.taught.columns.features.take(np.asarray(rows, np.intp))

    def at_random(self, count: int, *, seed: int) -> list[tuple[int, int]]:
        """Draw so many open (row, code) at random, fewer where hardly any are open.

        A few of these among the first of the queue tell the learner what it does not ask
        about, and how common codes are.
        """
        with self._lock:
            rows, codes = self._state.shape
            rng, drawn = np.random.default_rng(seed), dict[tuple[int, int], None]()
            for _ in range(20 * count if rows else 0):
                cell = (int(rng.integers(rows)), int(rng.integers(codes)))
                if self._state.taught.columns.is_open(*cell):
                    drawn[cell] = None
                if len(drawn) == count:
                    break
            return list(drawn)

    def refit(self, build: Callable[[Decisions], Fresh]) -> Future[int]:
        """Learn everything anew behind; the future gives the version that it came in with.

        `build` takes the decisions and gives a classifier that has learned from them, with
        the same segments in the same order. Decisions go on meanwhile and are carried over.
        While one refit runs, asking again gives that one.
        """
        with self._lock:
            if self._refit is None or self._refit.done():
                before = dict(self._state.taught.decided)
                self._refit = self._behind.submit(self._rebuild, build, before)
            return self._refit

    def shut(self) -> None:
        """Take no more refits; one that runs is waited for."""
        self._behind.shutdown(cancel_futures=True)

    def _rebuild(self, build: Callable[[Decisions], Fresh], before: Decisions) -> int:
        with give_way(), one_thread():
            state = _State(self, build(before), before)
            if state.shape != self._state.shape:
                raise ModelError(
                    f"The refit has {state.shape[0]:,} segments and {state.shape[1]} codes, the "
                    f"queue {self._state.shape[0]:,} and {self._state.shape[1]}.",
                    remedy="Start live ranking anew when segments or codes have changed.",
                )
            state.take_closed(self._state)
            while True:
                missed = state.missed(self.decisions)
                if len(missed) <= _LAST:
                    break
                state.catch_up(missed)
            with self._lock:
                state.catch_up(state.missed(self.decisions))
                state.take_closed(self._state)
                self._state = state
                return self._publish([]).version

    def _publish(self, touched: Sequence[int]) -> Ranking:
        self._state.find(touched)
        self._now = self._state.ranking(self._now.version + 1)
        return self._now

    def _require(self, row: int, code: int, label: float | None) -> None:
        rows, codes = self._state.shape
        if not 0 <= row < rows or not 0 <= code < codes:
            raise InputError(
                f"There is no segment {row} with code {code}: there are {rows:,} open segments "
                f"and {codes} codes.",
                where="decision",
                remedy="Count both from 0.",
            )
        if label is None and self._state.taught.label(row, code) is None:
            raise InputError(
                f"Nothing was decided of segment {row} and code {code} that could be undone.",
                where="decision",
            )
        if label is not None and not 0 <= label <= 1:
            raise InputError(
                f"The label {label} is outside 0 to 1.",
                where="decision",
                remedy="Use 1 for yes, 0 for no, None to undo.",
            )


class _State:
    """A learner, its columns and the first of each queue; replaced as a whole by a refit."""

    def __init__(self, owner: LiveRanking, fresh: Fresh, decided: Decisions) -> None:
        features = FeatureRows(fresh.features)
        learner = (
            fresh.model
            if isinstance(fresh.model, Learner)
            else learner_of(fresh.model, features.width)
        )
        codes = len(learner.parents)
        self.shape = (features.count, codes)
        _require_shape(fresh, self.shape)
        columns = Columns(features, fresh.definition, learner.refiner.theta)
        self.taught = Taught(
            learner, columns, decided=decided, places=fresh.places, closing=owner._closing
        )
        for code in range(codes):
            learner.refiner.prepare(code)
        self._depth = owner._depth
        threshold = np.clip(learner.threshold, 1e-6, 1 - 1e-6)
        cut = np.log(threshold) - np.log1p(-threshold)
        self._slope, self._shift = learner.calibration.slope, learner.calibration.shift
        self._targets = (cut - self._shift) / self._slope
        self._likely = owner._order == "likely"
        self._first: list[First] = [self._find(code) for code in range(codes)]
        self._scored = 0

    def find(self, codes: Sequence[int]) -> None:
        """Find the first of these codes' queues anew."""
        for code in codes:
            self._first[code] = self._find(code)
        self._scored = sum(self._first[code].scored for code in codes)

    def ranking(self, version: int) -> Ranking:
        """Join the queues of all codes."""
        rows = np.concatenate([one.rows for one in self._first])
        codes = np.repeat(np.arange(len(self._first)), [len(one.rows) for one in self._first])
        scores = np.concatenate([one.scores for one in self._first])
        margins = (
            -(self._slope[codes] * scores + self._shift[codes])
            if self._likely
            else self._slope[codes] * np.abs(scores - self._targets[codes])
        )
        order = np.lexsort((rows, codes, margins))
        return Ranking(
            version, rows[order], codes[order], scores[order], margins[order], self._scored
        )

    def scores(self, rows: Rows) -> Floats:
        """Score segments for every code in float64."""
        columns, theta = self.taught.columns, self.taught.learner.refiner.theta
        scores: Floats = columns.features.take(rows).astype(np.float64) @ theta[:, :-2].T
        scores += columns.definition(rows) * theta[:, -2] + theta[:, -1]
        return scores

    def missed(self, decided: Decisions) -> dict[tuple[int, int], float | None]:
        """Say what was decided, changed or undone since this state was begun."""
        own = self.taught.decided
        found: dict[tuple[int, int], float | None] = {
            cell: label for cell, label in decided.items() if own.get(cell) != label
        }
        return found | dict.fromkeys(own.keys() - decided.keys())

    def catch_up(self, missed: dict[tuple[int, int], float | None]) -> None:
        """Learn decisions that this state has missed."""
        touched: set[int] = set()
        for (row, code), label in missed.items():
            touched.update(self.taught.decide(row, code, label))
        self.find(sorted(touched))

    def take_closed(self, other: _State) -> None:
        """Close the segments that another state has closed."""
        touched: set[int] = set()
        for row in other.taught.closed - self.taught.closed:
            touched.update(self.taught.close(row))
        self.find(sorted(touched))

    def _find(self, code: int) -> First:
        columns = self.taught.columns
        if self._likely:
            return columns.highest(code, self._depth)
        step = _BAND / float(self._slope[code])
        target = float(self._targets[code])
        return columns.unsure(code, self._depth, target=target, step=step)


def _require_shape(fresh: Fresh, shape: tuple[int, int]) -> None:
    if fresh.definition.shape != shape:
        raise InputError(
            f"The scores by the definitions have the shape {fresh.definition.shape}, not {shape}.",
            where="definition",
            remedy="Give one row a segment and one column a code.",
        )
    if not np.isfinite(fresh.definition).all():
        raise InputError("The scores by the definitions are not all numbers.", where="definition")
    if len(fresh.places) and max(fresh.places) >= shape[0]:
        raise InputError(
            f"Row {max(fresh.places)} was learned from, and there are {shape[0]:,} segments.",
            where="places",
        )
