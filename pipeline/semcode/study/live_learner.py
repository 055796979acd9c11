"""The learner behind the review page: every decision re-scores all open segments at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import RLock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from semcode import store
from semcode.codebook import Codebook
from semcode.config import Settings
from semcode.errors import SemcodeError
from semcode.sampling import blend, next_to_review
from semcode.store import Database
from semcode.study.encoding import CachedEncoder
from semcode.study.held_back import audit_spans, held_back
from semcode.study.labels import gather_labels
from semcode.study.learned import open_model
from semcode.suggest import learner_text

if TYPE_CHECKING:
    from semcode.classify.live import Fresh, LiveRanking
    from semcode.study.study import Study

__all__ = ["LiveLearner"]

Cells = dict[tuple[int, int], float]

_CANDIDATES = 8  # looked at for each place of the queue, before variety is chosen


@dataclass(frozen=True)
class _Open:
    """All segments as the learner sees them, and what people said of them."""

    codebook: Codebook
    version: int
    ids: Sequence[int]
    texts: Sequence[tuple[str, str]]
    groups: Sequence[str]
    held: NDArray[np.bool_]
    labels: Cells


@dataclass
class _Built:
    """A ranking with the segments and codes that its rows and columns stand for."""

    open: _Open
    ranking: LiveRanking
    fresh: Fresh
    row: Mapping[int, int]
    column: Mapping[str, int]
    trained: bool


class LiveLearner:
    """A Refiner for a served study; empty until it is built, in a thread behind."""

    def __init__(self, database: Database, settings: Settings, *, refit_after: int = 20) -> None:
        self.fault: BaseException | None = None
        self._database, self._settings, self._refit_after = database, settings, refit_after
        self._lock = RLock()
        self._said: dict[tuple[int, str], float | None] = {}
        self._since = 0
        self._built: _Built | None = None
        self._behind = ThreadPoolExecutor(1, thread_name_prefix="semcode-live")
        self._building: Future[None] = self._behind.submit(self._build)

    @classmethod
    def of(cls, study: Study, *, refit_after: int = 20) -> LiveLearner:
        """Begin to learn from a study; the answer comes at once, the learner behind it."""
        return cls(study.database, study.settings, refit_after=refit_after)

    @property
    def ready(self) -> bool:
        """Tell whether it is built."""
        return self._built is not None

    def wait(self, seconds: float | None = None) -> None:
        """Wait until what is being built is there."""
        self._building.result(seconds)

    def decided(self, segment: int, code: str, label: float | None) -> None:
        """Learn 1 or 0, or (None) that it was taken back; what is unknown is ignored."""
        with self._lock:
            self._said[segment, code] = label
            if self._built is None:
                return
            if code not in self._built.column:
                self._rebuild_if_changed()
                return
            if self._learn(self._built, segment, code, label):
                self._since += 1
                if self._since >= self._refit_after:
                    self._refit(self._built)

    def scores(self, segments: Sequence[int]) -> Mapping[int, Mapping[str, float]]:
        """Give the probabilities as they are now; nothing before anything was learned."""
        built = self._usable()
        if built is None:
            return {}
        known = [segment for segment in segments if segment in built.row]
        p = built.ranking.probabilities([built.row[segment] for segment in known])
        return {
            segment: dict(zip(built.column, own.tolist(), strict=True))
            for segment, own in zip(known, p, strict=True)
        }

    def top(
        self, n: int, *, coder: str, skip: Collection[tuple[int, str]], code: str | None = None
    ) -> list[tuple[int, str, float]]:
        """Give what is most useful to decide on, a quarter of it by chance; same for all coders."""
        built = self._usable()
        if built is None or (code is not None and code not in built.column):
            return []
        guids, ids, now = list(built.column), built.open.ids, built.ranking.now
        column = None if code is None else built.column[code]
        skipped = set(skip)
        keep = np.array(
            [
                (column is None or c == column) and (ids[r], guids[c]) not in skipped
                for r, c in zip(now.rows.tolist(), now.codes.tolist(), strict=True)
            ],
            bool,
        )
        places = np.flatnonzero(keep)[: _CANDIDATES * n]
        rows, codes = now.rows[places], now.codes[places]
        chosen = next_to_review(
            now.margins[places],
            codes,
            rows,
            n=n,
            vectors=built.ranking.vectors(rows) if len(rows) else None,
            participants=[built.open.groups[int(row)] for row in rows],
            positives=_positives(built),
        )
        useful = [(int(rows[i]), int(codes[i])) for i in chosen]
        drawn = built.ranking.at_random(n, seed=self._settings.suggest.seed)
        chance = [
            (r, c)
            for r, c in drawn
            if (column is None or c == column) and (ids[r], guids[c]) not in skipped
        ]
        cells = blend(useful, chance)[:n]
        p = built.ranking.probabilities([r for r, _ in cells])
        return [
            (ids[r], guids[c], float(own[c])) for (r, c), own in zip(cells, p, strict=True)
        ]

    def version(self) -> str:
        """Name the state of the learner."""
        built = self._usable()
        if built is None:
            return ""
        return f"live, codebook {built.open.version}, state {built.ranking.now.version}"

    def close(self) -> None:
        """Wait for what runs behind, and begin nothing more."""
        self._behind.shutdown(cancel_futures=True)
        if self._built is not None:
            self._built.ranking.shut()

    def _usable(self) -> _Built | None:
        """Give what is built, None before that and while there is nothing it has learned."""
        with self._lock:
            self._rebuild_if_changed()
            built = self._built
        return built if built and (built.trained or built.ranking.decisions) else None

    def _rebuild_if_changed(self) -> None:
        if self._built is None or not self._building.done():
            return
        with self._database.read() as connection:
            version = store.codebooks.latest_version(connection)
        if version != self._built.open.version and self.fault is None:
            self._building = self._behind.submit(self._build)

    def _build(self) -> None:
        try:
            built = _build(self._database, self._settings)
        except (SemcodeError, ArithmeticError, OSError, RuntimeError, ValueError) as error:
            self.fault = error
            return
        with self._lock:
            for (segment, code), label in self._said.items():
                self._learn(built, segment, code, label)
            old, self._built, self._since = self._built, built, 0
        if old is not None:
            old.ranking.shut()

    def _learn(self, built: _Built, segment: int, code: str, label: float | None) -> bool:
        row, column = built.row.get(segment), built.column.get(code)
        if row is None or column is None or built.open.held[row]:
            return False
        if label is None and (row, column) not in built.ranking.decisions:
            return False
        built.ranking.decide(row, column, label)
        return True

    def _refit(self, built: _Built) -> None:
        from semcode.classify.live import relearned

        self._since = 0
        future = built.ranking.refit(
            lambda decided: relearned(built.fresh, built.open.texts, decided, built.open.groups)
        )
        future.add_done_callback(self._keep_fault)

    def _keep_fault(self, done: Future[int]) -> None:
        if not done.cancelled() and done.exception() is not None:
            self.fault = done.exception()


def _build(database: Database, settings: Settings) -> _Built:
    """Fit to the labels so far; with none, begin from the trained model, or the definitions."""
    from semcode.classify import CodeClassifier
    from semcode.classify.live import Fresh, LiveRanking, fresh_fit

    opened = _open(database, settings)
    encoder = CachedEncoder(database, settings)
    with database.read() as connection:
        row = store.models.newest(connection)
    trained = False
    model = CodeClassifier(
        opened.codebook, encoder=encoder, model=settings.embed.model, seed=settings.suggest.seed
    )
    if row is not None and not opened.labels:
        older = open_model(database, row, encoder)
        trained = older.codebook.digest == opened.codebook.digest
        model = older if trained else model
    if trained:
        encoded = model.encode(opened.texts)
        fresh = Fresh(model, encoded.features, encoded.definition)
    else:
        fresh = fresh_fit(model, opened.texts, opened.labels, opened.groups)
    ranking = LiveRanking(fresh, decided=opened.labels)
    ranking.close([int(one) for one in np.flatnonzero(opened.held)])
    return _Built(
        opened,
        ranking,
        fresh,
        {segment: place for place, segment in enumerate(opened.ids)},
        {code.guid: place for place, code in enumerate(opened.codebook.codes)},
        trained,
    )


def _open(database: Database, settings: Settings) -> _Open:
    labels = gather_labels(database, settings)
    ids: list[int] = []
    texts: list[tuple[str, str]] = []
    groups: list[str] = []
    held: list[bool] = []
    with database.read() as connection:
        version = store.codebooks.latest_version(connection)
        spans = audit_spans(connection)
        for row in store.transcripts.rows(connection):
            text = store.transcripts.load(connection, row.id).text
            segments = store.segments.of_transcript(connection, row.id)
            owners = {p.segment: p.participant for p in store.queue.places_in(connection, row.id)}
            below = settings.suggest.context_below
            for one in segments:
                ids.append(int(one.id or 0))
                texts.append(learner_text(text, one, context_below=below))
                groups.append(owners.get(int(one.id or 0)) or row.name)
            held += held_back([row.name] * len(segments), segments, spans).tolist()
    place = {segment: number for number, segment in enumerate(ids)}
    cells = {
        (place[int(one.id)], int(code)): float(labels.y[number, code])
        for number, one in enumerate(labels.segments)
        if one.id in place
        for code in np.flatnonzero(~np.isnan(labels.y[number]))
    }
    return _Open(labels.codebook, version, ids, texts, groups, np.array(held, bool), cells)


def _positives(built: _Built) -> NDArray[np.float64]:
    found = np.zeros(len(built.column))
    for (_, code), label in built.ranking.decisions.items():
        found[code] += label >= 0.5
    return found
