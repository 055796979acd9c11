"""The review queue: all suggestions in arrays, so that the next one comes at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from threading import RLock

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from semcode import store
from semcode.codebook import Codebook
from semcode.errors import InputError
from semcode.records import Level, Run, Verdict
from semcode.store.people import CoderKey
from semcode.study.learning.live_scores import LiveScores
from semcode.study.review.beyond import Beyond
from semcode.study.review.desk import Desk
from semcode.study.review.live_rows import LiveRows
from semcode.study.review.shown import Filters
from semcode.study.topical import topical

__all__ = [
    "OPEN",
    "ORDERS",
    "STATUSES",
    "Bools",
    "Loaded",
    "Mine",
    "Queues",
    "chosen_codes",
    "first_rows",
    "ranked",
    "wanted",
]

ORDERS = ("useful", "transcript", "code", "audit")
STATUSES = ("open", "skipped", "accepted", "rejected", "changed", "unsure")

OPEN, _SKIPPED, _ACCEPTED = 0, 1, 2
_STATUS = {
    Verdict.SKIP: _SKIPPED,
    Verdict.ACCEPT: _ACCEPTED,
    Verdict.REJECT: 3,
    Verdict.CHANGE: 4,
    Verdict.UNSURE: 5,
}

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Loaded:
    """The suggestions of a run whose codes are in the codebook, in the order of the text."""

    stamp: tuple[object, ...]
    run: int
    codes: tuple[str, ...]
    number_of: dict[str, int]
    participants: tuple[str, ...]
    suggestion: NDArray[np.int64]
    segment: NDArray[np.int64]
    transcript: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    context: NDArray[np.int64]
    code: NDArray[np.int64]
    score: NDArray[np.float64]
    participant: NDArray[np.int64]
    row_of: dict[tuple[int, int, int, str], int]
    slices: dict[int, slice]
    spans: dict[int, tuple[int, int, int]]

    def __len__(self) -> int:
        return len(self.segment)


@dataclass
class Mine:
    """One coder's view: what is decided, what is coded already, what is to be read blind.

    `score` is each suggestion's score of now; `live` and `rows` are what it comes from, and
    `beyond` what the coder dealt with beside the stored suggestions, None where the stored
    scores stand.
    """

    loaded: Loaded
    generation: int
    status: NDArray[np.int8]
    coded: Bools
    hidden: Bools
    journal: int = 0
    to_read: tuple[tuple[int, int, int], ...] = ()
    score: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    live: LiveScores | None = None
    rows: LiveRows | None = None
    beyond: Beyond | None = None

    def row_of(self, segment: int, code: str) -> int | None:
        """Give the row of a suggestion, None where none is stored."""
        span = self.loaded.spans.get(segment)
        return self.loaded.row_of.get((*span, code)) if span else None

    @property
    def shown(self) -> NDArray[np.int8]:
        """Give each suggestion's status; one whose code the coder gave by hand is accepted."""
        undecided = self.status <= _SKIPPED
        return np.where(self.coded & undecided, np.int8(_ACCEPTED), self.status)


class Queues:
    """The queue of each coder of a study, brought up to date at each look."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._lock = RLock()
        self._loaded: Loaded | None = None
        self._mine: dict[int, Mine] = {}
        self._rows: LiveRows | None = None

    def mine(self, connection: Connection, who: CoderKey) -> Mine:
        """Give a coder's queue as it is now."""
        with self._lock:
            loaded = self._load(connection)
            mine = self._mine.get(who.id)
            generation = self._desk.ledger.generation
            if mine is None or mine.loaded is not loaded or mine.generation != generation:
                mine = self._begin(connection, who, loaded)
                self._mine[who.id] = mine
            self._follow(connection, who, mine)
            self._hide(connection, who, mine)
            self._score(connection, who, mine)
            return mine

    def _load(self, connection: Connection) -> Loaded:
        number, book = self._desk.codebook(connection)
        stamp = (*store.queue.stamp(connection), number)
        if self._loaded is None or self._loaded.stamp != stamp:
            self._loaded = _load(connection, stamp, book, self._desk.run(connection))
            self._mine.clear()
        return self._loaded

    def _begin(self, connection: Connection, who: CoderKey, loaded: Loaded) -> Mine:
        _, journal = self._desk.ledger.journal(who.id, 0)
        generation = self._desk.ledger.generation
        mine = Mine(
            loaded,
            generation,
            np.zeros(len(loaded), np.int8),
            np.zeros(len(loaded), np.bool_),
            np.zeros(len(loaded), np.bool_),
            journal,
        )
        for key, verdict in self._desk.ledger.statuses(who.id).items():
            row = loaded.row_of.get(key[1:])
            if row is not None:
                mine.status[row] = _STATUS[Verdict(verdict)]
        for transcript, spans in store.queue.coded(connection, who.id).items():
            if transcript in loaded.slices:
                _mark(mine, transcript, spans)
        return mine

    def _follow(self, connection: Connection, who: CoderKey, mine: Mine) -> None:
        newest = self._desk.seen(connection).newest
        lines, _ = self._desk.ledger.journal(who.id, mine.journal)
        lines = [line for line in lines if line.id <= newest]
        mine.journal += len(lines)
        for line in lines:
            row = mine.loaded.row_of.get((line.transcript, line.start, line.end, line.code))
            if row is not None:
                key = (who.id, line.transcript, line.start, line.end, line.code)
                stands = self._desk.ledger.standing(key)
                mine.status[row] = _STATUS[Verdict(stands.verdict)] if stands else OPEN
        touched = {line.transcript for line in lines} & mine.loaded.slices.keys()
        coded = store.queue.coded(connection, who.id, sorted(touched))
        for transcript in touched:
            mine.coded[mine.loaded.slices[transcript]] = False
            _mark(mine, transcript, coded.get(transcript, ()))

    def _score(self, connection: Connection, who: CoderKey, mine: Mine) -> None:
        """Take the scores as the learner has them now."""
        live = self._desk.live()
        mine.live, mine.score = live, mine.loaded.score
        if live is None:
            mine.rows = mine.beyond = None
            return
        rows = self._rows
        if rows is None or rows.loaded is not mine.loaded or rows.segments is not live.segments:
            rows = LiveRows(
                mine.loaded,
                live,
                floor=self._desk.settings.suggest.floor,
                topical=_topical(connection, mine.loaded, live.segments.codebook),
            )
            self._rows = rows
        mine.rows, mine.score = rows, rows.scores(live)
        if mine.beyond is None or mine.beyond.segments is not live.segments:
            mine.beyond = Beyond(live.segments)
        mine.beyond.follow(self._desk, connection, who)

    def _hide(self, connection: Connection, who: CoderKey, mine: Mine) -> None:
        """Hide what the coder is to code blind first."""
        found = tuple(place[1:] for place in self._desk.to_read_blind(connection, who.id))
        if found == mine.to_read:
            return
        mine.to_read = found
        mine.hidden[:] = False
        for transcript, start, end in found:
            rows = mine.loaded.slices.get(transcript)
            if rows is not None:
                touched = (mine.loaded.start[rows] < end) & (mine.loaded.end[rows] > start)
                mine.hidden[rows] |= touched


def wanted(
    desk: Desk, connection: Connection, who: CoderKey, mine: Mine, filters: Filters
) -> Bools:
    """Tell which suggestions the filters let through; raises InputError for what is unknown."""
    loaded = mine.loaded
    if filters.status not in STATUSES:
        raise InputError(
            f"{filters.status!r} is no status.", remedy=f"Use one of: {', '.join(STATUSES)}."
        )
    shown = mine.shown
    status = STATUSES.index(filters.status)
    mask = (shown <= _SKIPPED) if status == OPEN else (shown == status)
    mask &= ~mine.hidden
    low = desk.settings.suggest.floor if filters.min_score is None else filters.min_score
    mask &= mine.score >= low
    if filters.max_score is not None:
        mask &= mine.score <= filters.max_score
    if filters.transcripts:
        ids = [desk.transcript_id(connection, name) for name in filters.transcripts]
        mask &= np.isin(loaded.transcript, ids)
    if filters.codes or filters.levels:
        book = desk.codebook(connection)[1]
        chosen = chosen_codes(book, filters)
        mask &= np.isin(loaded.code, [n for n, c in enumerate(loaded.codes) if c in chosen])
    if filters.participants or filters.attributes:
        chosen = _chosen_people(connection, loaded, filters)
        numbers = [n for n, p in enumerate(loaded.participants) if p in chosen]
        mask &= np.isin(loaded.participant, numbers)
    if filters.assigned:
        mask &= _assigned(connection, who, loaded)
    return mask


def ranked(mine: Mine, order: str) -> NDArray[np.float64]:
    """Give each suggestion a rank, the lowest first; equal ones in the order of the text.

    The most useful ones are those of which the model is least sure, of codes on which this
    coder has decided least. What was skipped comes last.
    """
    loaded = mine.loaded
    if order == "transcript":
        rank = np.arange(len(loaded), dtype=np.float64)
    elif order == "code":
        rank = _by_code(loaded, mine.score).astype(np.float64)
    else:
        seen = np.bincount(loaded.code[mine.status > _SKIPPED], minlength=len(loaded.codes))
        unsure = 4 * mine.score * (1 - mine.score)
        rank = -unsure / np.sqrt(1.0 + seen)[loaded.code]
    rank[mine.status == _SKIPPED] += len(loaded) + 2.0
    return rank


def _topical(connection: Connection, loaded: Loaded, book: Codebook) -> NDArray[np.intp]:
    """Find the suggestions that an accepted topic offers."""
    found = np.zeros(len(loaded), np.bool_)
    for transcript, spans in topical(connection, book).spans.items():
        rows = loaded.slices.get(transcript, slice(0, 0))
        starts, ends, codes = loaded.start[rows], loaded.end[rows], loaded.code[rows]
        for span, line in spans:
            overlap = np.minimum(ends, span.end) - np.maximum(starts, span.start)
            enough = 2 * overlap >= np.minimum(ends - starts, span.end - span.start)
            found[rows] |= enough & (codes == loaded.number_of.get(str(line.code), -1))
    return np.flatnonzero(found)


def _by_code(loaded: Loaded, score: NDArray[np.float64]) -> NDArray[np.int64]:
    """Give each suggestion's place by code and falling score."""
    place = np.empty(len(loaded), np.int64)
    order = np.lexsort((np.arange(len(loaded)), -score, loaded.code))
    place[order] = np.arange(len(loaded))
    return place


def _load(
    connection: Connection, stamp: tuple[object, ...], book: Codebook, run: Run | None
) -> Loaded:
    numbers = {code.guid: number for number, code in enumerate(book)}
    people: dict[str, int] = {}
    found = store.queue.rows(connection, run.id) if run else iter(())
    rows = [row for row in found if row.code in numbers]
    code = np.array([numbers[r.code] for r in rows], np.int64)
    score = np.array([r.score for r in rows], np.float64)
    transcript = np.array([r.transcript for r in rows], np.int64)
    who = [people.setdefault(r.participant, len(people)) for r in rows]
    context = [
        (-1, -1) if r.context_start is None else (r.context_start, r.context_end) for r in rows
    ]
    edges = [0, *(np.flatnonzero(np.diff(transcript)) + 1).tolist(), len(rows)]
    return Loaded(
        stamp=stamp,
        run=run.id if run else 0,
        codes=tuple(numbers),
        number_of=numbers,
        participants=tuple(people),
        suggestion=np.array([r.suggestion for r in rows], np.int64),
        segment=np.array([r.segment for r in rows], np.int64),
        transcript=transcript,
        start=np.array([r.start for r in rows], np.int64),
        end=np.array([r.end for r in rows], np.int64),
        context=np.array(context, np.int64).reshape(-1, 2),
        code=code,
        score=score,
        participant=np.array(who, np.int64),
        row_of={(r.transcript, r.start, r.end, r.code): n for n, r in enumerate(rows)},
        spans={r.segment: (r.transcript, r.start, r.end) for r in rows},
        slices={int(transcript[a]): slice(a, b) for a, b in pairwise(edges) if a < b},
    )


def _mark(mine: Mine, transcript: int, spans: Sequence[tuple[int, int, str]]) -> None:
    """Mark the suggestions of a transcript whose code was given there."""
    loaded, rows = mine.loaded, mine.loaded.slices[transcript]
    starts, ends, codes = loaded.start[rows], loaded.end[rows], loaded.code[rows]
    for start, end, code in spans:
        number = loaded.number_of.get(code)
        if number is not None:
            overlap = np.minimum(ends, end) - np.maximum(starts, start)
            enough = 2 * overlap >= np.minimum(ends - starts, end - start)
            mine.coded[rows] |= enough & (codes == number)


def chosen_codes(book: Codebook, filters: Filters) -> set[str]:
    """Give the guids of the codes that filters let through; raises InputError for unknown ones."""
    codes = [_known(book, key) for key in filters.codes]
    levels = set(filters.levels)
    unknown = levels - set(Level)
    if unknown:
        raise InputError(
            f"{sorted(unknown)[0]!r} is no level.", remedy=f"Use one of: {', '.join(Level)}."
        )
    return {
        code.guid
        for code in book
        if (not codes or {code.guid, *(a.guid for a in book.ancestors(code))} & set(codes))
        and (not levels or book.level_of(code) in levels)
    }


def _known(book: Codebook, key: str) -> str:
    found = book.get(key)
    if found is None:
        raise InputError(f"The codebook has no code {key!r}.", remedy="Load the page again.")
    return found.guid


def _chosen_people(connection: Connection, loaded: Loaded, filters: Filters) -> set[str]:
    attributes = {p.label: p.attributes for p in store.people.participants(connection)}
    asked: dict[str, set[str]] = {}
    for name, value in filters.attributes:
        asked.setdefault(name, set()).add(value)
    return {
        label
        for label in loaded.participants
        if (not filters.participants or label in filters.participants)
        and all(attributes.get(label, {}).get(name, "") in values for name, values in asked.items())
    }


def _assigned(connection: Connection, who: CoderKey, loaded: Loaded) -> Bools:
    mask = np.zeros(len(loaded), np.bool_)
    for transcript, start, end in store.queue.assigned(connection, who.id):
        rows = loaded.slices.get(transcript)
        if rows is not None:
            mask[rows] |= (loaded.start[rows] < end) & (loaded.end[rows] > start)
    return mask


def first_rows(
    mask: Bools, rank: NDArray[np.float64], after: int | None, limit: int
) -> Sequence[int]:
    """Give the first rows by rank among the wanted ones, beyond the row `after`."""
    if after is not None:
        beyond = (rank > rank[after]) | ((rank == rank[after]) & (np.arange(len(rank)) > after))
        mask = mask & beyond
    rows = np.flatnonzero(mask)
    if len(rows) > limit:
        edge = np.partition(rank[rows], limit - 1)[limit - 1]
        rows = rows[rank[rows] <= edge]
    return [int(row) for row in rows[np.argsort(rank[rows], kind="stable")][:limit]]
