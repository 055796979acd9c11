"""The learner behind the review page: it follows the log, and every decision moves the scores.

Two threads work behind the page. One follows the log: what anybody decided since, here or in
another process, is looked up as `labels` knows it and learned in milliseconds. The other learns
everything anew from time to time (features' weights, calibration, anchors) and swaps that in.
Neither is ever waited for by a decision, and a fault of theirs is kept and said, not raised.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from threading import Condition, Thread
from time import monotonic
from typing import Any

import numpy as np
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from semcode import store
from semcode.config import Settings
from semcode.errors import SemcodeError
from semcode.store import Database
from semcode.study.learning.labels import gather_labels
from semcode.study.learning.live_grounds import Grounds, grounds_of
from semcode.study.learning.live_learned import LiveLearned, counts_after, labels_touched
from semcode.study.learning.live_scores import LiveScores, moved_by, rescored, score_all
from semcode.study.learning.live_segments import LiveSegments, open_segments, structure
from semcode.study.learning.training import LEAST

__all__ = ["LiveLearner"]

Pair = tuple[int, str]

#: Seconds between two looks at what another process may have done.
_LOOK_EVERY = 2.0
#: Seconds after somebody was served in which learning anew rests.
_SERVED = 1.0
#: Both threads rest at most this many times as long as they worked: where many decide at once,
#: these have the machine for most of the time, and learning still comes to its end.
_RESTS = 4
#: Seconds that following, and learning anew, rests at most at once.
_SHORT_REST, _LONG_REST = 1.0, 10.0
#: Seconds after which learning anew is tried again when it failed, the first and the last time.
_PATIENCE, _LONGEST = 10.0, 300.0
#: Seconds that closing waits for what cannot be stopped in the middle.
_FAREWELL = 5.0
#: More lines than these at once are learned by learning everything anew.
_MANY = 200
#: New labels after which everything is learned anew, and that as a share of all.
_REFIT_AFTER, _REFIT_SHARE = 20, 0.1

_GONE = (
    "The learner has stopped. Scores stay as they were stored and every decision is stored; "
    "start semcode review again to have them follow."
)
_FAULTS = (
    *(SemcodeError, SQLAlchemyError, ArithmeticError, LookupError),
    *(MemoryError, OSError, RuntimeError, TypeError, ValueError),
)


class _Stopped(Exception):  # noqa: N818 - it ends a thread's work, it is no fault
    pass


class LiveLearner:
    """Learns from every decision on a study that is served, and never stands in its way."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        *,
        report: Callable[[str], None] = lambda _line: None,
    ) -> None:
        """Begin to learn behind; `report` takes a sentence about a fault, once for each."""
        self._database, self._settings, self._report = database, settings, report
        self._wake = Condition()
        self._ended = False
        self._told = self._wanted = True
        self._busy = self._building = False
        self._followed = 0
        self._state: tuple[int, ...] = ()
        self._segments: LiveSegments | None = None
        self._learned: LiveLearned | None = None
        self._scores: LiveScores | None = None
        self._coded, self._passages, self._share = 0, 0, 0.0
        self._builds = 0
        self._fault, self._retry_at, self._patience = "", 0.0, _PATIENCE
        self._tried: tuple[object, ...] = ()
        self._looked = 0.0
        self._served_until = self._rested = monotonic()
        self._threads = [
            Thread(target=self._to_the_end, args=(work,), name=f"semcode-{name}", daemon=True)
            for name, work in (("follow", self._follow_on), ("learn", self._learn_on))
        ]
        for thread in self._threads:
            thread.start()

    # Asked by the page

    def told(self) -> None:
        """Say that something was stored; the answer comes at once."""
        with self._wake:
            self._told = True
            self._wake.notify_all()

    def serving(self) -> None:
        """Say that somebody is being served: learning anew rests for a moment."""
        self._served_until = monotonic() + _SERVED

    def settle(self, seconds: float) -> bool:
        """Give it a moment to learn what was stored; tell whether it has."""
        with self._wake:
            return self._wake.wait_for(
                lambda: not (self._told or self._busy) or self._ended, timeout=seconds
            )

    def wait(self, seconds: float) -> bool:
        """Wait until nothing is left to learn, in either thread; tell whether that is so."""
        with self._wake:
            return self._wake.wait_for(
                lambda: not (self._told or self._busy or self._wanted or self._building),
                timeout=seconds,
            )

    def scores(self) -> LiveScores | None:
        """Give all probabilities as they are now; None while those that are stored stand."""
        return self._scores

    def version(self) -> str:
        """Name the state of the learner, "" while the stored suggestions stand."""
        scores = self._scores
        return scores.version if scores else ""

    def learning(self) -> bool:
        """Tell whether something is being learned, so that scores will move."""
        with self._wake:
            waiting = self._wanted and not self._fault
            return self._told or self._busy or self._building or waiting

    def moved(self, pairs: Sequence[Pair]) -> list[Mapping[str, float]]:
        """Say for segments and codes what their log-odds rest on, {} where unknown."""
        with self._wake:
            learned, scores = self._learned, self._scores
        if learned is None or scores is None or not pairs:
            return [{} for _ in pairs]
        return list(moved_by(scores, learned.model, pairs))

    def grounds(self, segment: int, code: str, text: str) -> Grounds | None:
        """Say what the probability of a code rests on; None while the stored ones stand.

        `text` are the segment's words.
        """
        with self._wake:
            learned, scores = self._learned, self._scores
        if learned is None or scores is None or scores.ranking is not learned.ranking:
            return None
        return grounds_of(scores, learned, segment, code, text)

    def words(self) -> str:
        """Say in a sentence what the learner is doing."""
        with self._wake:
            if self._fault:
                return self._fault
            if self._scores is not None:
                said = f"Scores follow every decision; learned from {_passages(self._passages)}"
                return f"{said}, learning anew …" if self._building else f"{said}."
            if self._coded >= LEAST or self._share:
                return f"Getting ready to learn ({self._share:.0%}); scores stay as they are."
            return (
                f"Scores follow your decisions once {LEAST} passages are coded; "
                f"{self._coded} so far."
            )

    def close(self) -> None:
        """End both threads; what one of them is in the middle of is left."""
        with self._wake:
            self._ended = True
            self._wake.notify_all()
        until = monotonic() + _FAREWELL
        for thread in self._threads:
            thread.join(max(until - monotonic(), 0.0))

    def _to_the_end(self, work: Callable[[], None]) -> None:
        """Run a thread's work; one that ends before its time is said."""
        try:
            work()
        finally:
            with self._wake:
                if not self._ended:
                    self._scores, self._fault = None, _GONE
                    self._report(_GONE)

    # Following the log

    def _follow_on(self) -> None:
        from semcode.classify.threads import give_way

        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._told or self._ended, timeout=_LOOK_EVERY)
                if self._ended:
                    return
                self._told, self._busy = False, True
            begun = monotonic()
            try:
                with give_way():
                    self._follow()
            except _FAULTS as error:
                self._keep(error)
            finally:
                with self._wake:
                    self._busy = False
                    self._wake.notify_all()
            rest = min(_RESTS * (monotonic() - begun), _SHORT_REST)
            with self._wake:
                self._wake.wait_for(lambda: self._ended, timeout=rest)

    def _follow(self) -> None:
        """Learn what was stored since the last time."""
        with self._wake:
            learned, after = self._learned, self._followed
        with self._database.read() as connection:
            seen, state = store.decisions.seen(connection), store.codings.state(connection)
            newest, stands = seen.newest, (*state, seen.assignment)
            if learned is None or self._is_anew(connection, learned, seen):
                self._ask_anew(structure(connection), newest, stands)
                return
            lines = list(store.decisions.since(connection, after))
            changed: dict[int, dict[int, float]] | None = None
            if len(lines) <= _MANY:
                told = store.decisions.fetch(connection, [line.id for line in lines])
                if stands[::2] == counts_after(self._state, told)[::2]:
                    changed = labels_touched(connection, learned, lines, told)
        # Else there was an import, a new audit sample, or too much to follow one by one.
        if changed is not None and not lines:
            return
        with self._wake:
            if self._learned is not learned:
                self._told = True  # what was learned meanwhile has to follow the same lines
                return
            self._followed, self._state = newest, stands
        if changed is None:
            self._want()
        else:
            self._learn_cells(learned, changed)

    def _is_anew(
        self, connection: Connection, learned: LiveLearned, seen: store.decisions.Seen
    ) -> bool:
        """Tell whether the codebook or the segments are others; the latter is asked seldom."""
        known = learned.segments.structure
        if (seen.codebook, seen.corrections) != known[:2]:
            return True
        if seen.newest != self._followed and monotonic() < self._looked + _LOOK_EVERY:
            return False
        self._looked = monotonic()
        return structure(connection) != known

    def _ask_anew(self, found: tuple[object, ...], newest: int, stands: tuple[int, ...]) -> None:
        """Have everything learned anew where there is something new to learn from."""
        with self._wake:
            known = self._learned.segments.structure if self._learned else None
            if known is not None and found[1:3] != known[1:3]:
                self._learned = self._scores = None  # the texts are no longer those
            if self._building or (newest, stands, found) == self._tried:
                return
            self._want()

    def _learn_cells(
        self, learned: LiveLearned, changed: Mapping[int, Mapping[int, float]]
    ) -> None:
        """Learn what people say now of some rows."""
        cells = {
            (row, code): labels.get(code)
            for row, labels in changed.items()
            for code in range(len(learned.segments.codebook))
            if learned.said.get((row, code)) != labels.get(code)
        }
        for cell, label in cells.items():
            learned.keep(cell, label)
        learned.changes += len(changed)
        # The first labels of a code come with passages that nobody read: see `anchors`.
        anew = len(cells) > _MANY or any(code not in learned.taught for _, code in cells)
        if len(cells) <= _MANY:
            self._publish(learned, {c: x for c, x in cells.items() if c[1] in learned.taught})
        enough = max(_REFIT_AFTER, _REFIT_SHARE * len(learned.known))
        if anew or learned.changes >= enough or len(learned.coded) < LEAST:
            self._want()

    def _publish(self, learned: LiveLearned, cells: Mapping[tuple[int, int], float | None]) -> None:
        """Teach some cells, and give the page the scores as they are then."""
        ranking, before = learned.ranking, learned.ranking.weights
        for (row, code), label in cells.items():
            if label is not None or (row, code) in ranking.decisions:
                ranking.decide(row, code, label)
        touched = np.flatnonzero((before != ranking.weights).any(axis=1))
        scores = self._scores
        if scores is None or scores.ranking is not ranking:
            return
        scores = rescored(scores, learned.model, touched, version=self._named(learned))
        with self._wake:
            if self._learned is learned:
                self._scores = replace(scores, positives=learned.positives.copy())
                self._passages, self._coded = len(learned.known), len(learned.coded)

    def _named(self, learned: LiveLearned) -> str:
        state = learned.ranking.now.version
        return f"live {self._builds}.{state}, codebook {learned.segments.version}"

    # Learning anew

    def _learn_on(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(self._may_learn, timeout=_LOOK_EVERY)
                if self._ended:
                    return
                if not self._may_learn():
                    continue
                self._wanted, self._building = False, True
            self._rested = monotonic()
            try:
                self._learn()
            except _Stopped:
                return
            except _FAULTS as error:
                self._keep(error)
            finally:
                with self._wake:
                    self._building, self._told = False, True  # there may be more since
                    self._wake.notify_all()

    def _may_learn(self) -> bool:
        return self._ended or (self._wanted and monotonic() >= self._retry_at)

    def _learn(self) -> None:
        """Learn everything anew, and let what was decided meanwhile be followed."""
        from semcode.classify.live import LiveRanking
        from semcode.classify.opening import relearned
        from semcode.classify.threads import give_way, one_thread

        with self._database.read() as connection:
            newest, state = store.decisions.newest(connection), store.codings.state(connection)
            stands = (*state, store.decisions.seen(connection).assignment)
            found = structure(connection)
        with give_way(self._rest), one_thread():
            labels = gather_labels(self._database, self._settings)
            coded = int((labels.y >= 0.5).any(axis=1).sum()) if labels.y.size else 0
            with self._wake:
                self._tried = (newest, stands, found)
                self._coded = coded
            if not coded:
                self._take(None, None, newest, stands)
                return
            segments = self._opened(found)
            if coded < LEAST or segments.codebook.digest != labels.codebook.digest:
                self._take(None, None, newest, stands)
                return
            said, unread = segments.cells(labels, seed=self._settings.suggest.seed)
            self._rest()
            fresh = relearned(segments.fresh, None, said | unread, segments.groups)
            self._rest()
            ranking = LiveRanking(fresh, decided=said | unread, depth=1, closing=False)
            model: Any = fresh.model
            with self._database.read() as connection:
                held = segments.held(connection)
            taught, none = frozenset(code for _, code in said), np.zeros(len(labels.codebook))
            learned = LiveLearned(segments, model, ranking, held, taught, none)
            for cell, label in said.items():
                learned.keep(cell, label)
            self._builds += 1
            scores = score_all(
                segments,
                model,
                ranking,
                version=self._named(learned),
                settings=self._settings.suggest,
            )
            self._rest()
        self._take(learned, replace(scores, positives=learned.positives.copy()), newest, stands)

    def _opened(self, found: tuple[object, ...]) -> LiveSegments:
        if self._segments is None or self._segments.structure != found:
            self._segments = open_segments(self._database, self._settings, advance=self._advance)
        return self._segments

    def _take(
        self,
        learned: LiveLearned | None,
        scores: LiveScores | None,
        newest: int,
        stands: tuple[int, ...],
    ) -> None:
        """Put what was learned in the place of what was before."""
        with self._wake:
            self._learned, self._scores = learned, scores
            self._followed, self._state = newest, stands
            self._passages = len(learned.known) if learned else 0
            self._fault, self._retry_at, self._patience, self._share = "", 0.0, _PATIENCE, 0.0
            self._told = True
            self._wake.notify_all()

    def _advance(self, done: int, steps: int) -> None:
        self._rest()
        self._share = done / max(steps, 1)

    def _rest(self) -> None:
        """Wait while somebody is served, in proportion to the work since the last look.

        Raises _Stopped where the work has to end.
        """
        begun = monotonic()
        until = begun + min(_RESTS * (begun - self._rested), _LONG_REST)
        while (now := monotonic()) < min(until, self._served_until):
            with self._wake:
                if self._ended:
                    break
                self._wake.wait(min(until, self._served_until) - now)
        self._rested = now
        if self._ended:
            raise _Stopped

    def _want(self) -> None:
        with self._wake:
            self._wanted = True
            self._wake.notify_all()

    def _keep(self, error: BaseException) -> None:
        """Keep a fault to be said; the stored order goes on, and it is tried again."""
        what = error.what if isinstance(error, SemcodeError) else type(error).__name__
        said = f"The learner cannot follow at the moment ({what}). Every decision is stored."
        with self._wake:
            if self._ended:
                return
            new, self._fault = said != self._fault, said
            self._learned = self._scores = None
            self._wanted, self._retry_at = True, monotonic() + self._patience
            self._patience = min(2 * self._patience, _LONGEST)
        if new:
            self._report(said)


def _passages(count: int) -> str:
    return f"{count:,} passages" if count != 1 else "1 passage"
