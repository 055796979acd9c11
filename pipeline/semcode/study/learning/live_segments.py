"""All segments of a study as the learner behind the review page sees them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from semcode import store
from semcode.classify.threads import may_rest
from semcode.codebook import Codebook
from semcode.config import Settings
from semcode.store import Database
from semcode.study.encoding import CachedEncoder
from semcode.study.learning.anchors import anchored
from semcode.study.learning.earlier import begun_with
from semcode.study.learning.held_back import audit_spans
from semcode.study.learning.labels import Labels
from semcode.study.learning.learned import LearnedScorer
from semcode.study.learning.mixing import log_odds
from semcode.suggest import learner_text

if TYPE_CHECKING:
    from semcode.classify.opening import Fresh

__all__ = ["Cells", "LiveSegments", "open_segments", "structure"]

#: A row and a column to 1, 0 or a share between.
Cells = dict[tuple[int, int], float]
Rows = NDArray[np.intp]
Span = tuple[int, int]

_BLOCK = 2_048  # segments that the model begun with judges at once


@dataclass(frozen=True)
class LiveSegments:
    """The segments in rows and the codes in columns; `fresh` is their encoding.

    `structure` tells when they have to be opened anew. `first` is the row with which each
    transcript, by id, begins, `units` its segments' spans. `begun` tells that the study began
    with a model, which then stands where the definitions' scores would.
    """

    structure: tuple[object, ...]
    codebook: Codebook
    ids: NDArray[np.int64]
    groups: Sequence[str]
    names: Mapping[int, str]
    first: Mapping[int, int]
    units: Mapping[int, Sequence[Span]]
    fresh: Fresh
    begun: bool = False

    def rows_of(self, segments: Sequence[int] | NDArray[np.int64]) -> Rows:
        """Give the rows of segments, -1 for what is not among them."""
        wanted = np.asarray(segments, np.int64)
        if not len(self.ids):
            return np.full(len(wanted), -1, np.intp)
        order = self._order
        place = np.minimum(np.searchsorted(self.ids, wanted, sorter=order), len(order) - 1)
        found: Rows = np.where(self.ids[order[place]] == wanted, order[place], -1)
        return found

    def transcripts_of(self, rows: Rows) -> NDArray[np.int64]:
        """Give the ids of the transcripts that rows stand in."""
        keys = np.array(list(self.first), np.int64)
        edges = np.array(list(self.first.values()), np.intp)
        found: NDArray[np.int64] = keys[np.searchsorted(edges, rows, side="right") - 1]
        return found

    @cached_property
    def _order(self) -> Rows:
        return np.argsort(self.ids, kind="stable")

    @property
    def version(self) -> int:
        """Give the number of the codebook's version."""
        return int(str(self.structure[0]))

    def held(self, connection: Connection) -> NDArray[np.bool_]:
        """Tell which rows belong to the audit sample, from which nothing is learned."""
        spans = audit_spans(connection)
        found = np.zeros(len(self.ids), np.bool_)
        for key, name in self.names.items():
            for start, end in spans.get(name, ()):
                touched = [a < end and start < b for a, b in self.units[key]]
                found[self.first[key] : self.first[key] + len(touched)] |= touched
        return found

    def cells(self, labels: Labels, *, seed: int) -> tuple[Cells, Cells]:
        """Give what people said, and what the definitions say of passages that nobody read.

        See `anchors`: the second are learned from as the first are, but nobody said them.
        """
        rows = self.rows_of([int(segment.id) for segment in labels.segments])
        kept = np.flatnonzero(rows >= 0)
        labels, rows = labels.take(kept), rows[kept]
        taught = anchored(labels, lambda: self._cold(rows), seed=seed)
        said: Cells = {}
        unread: Cells = {}
        for number, code in np.argwhere(~np.isnan(taught)):
            own = labels.y[number, code]
            cells = unread if np.isnan(own) else said
            cells[int(rows[number]), int(code)] = float(taught[number, code])
        return said, unread

    def _cold(self, rows: Rows) -> NDArray[np.float32]:
        return _sigmoid(self.fresh.definition[rows])


def _sigmoid(z: NDArray[np.float32]) -> NDArray[np.float32]:
    p: NDArray[np.float32] = (1 / (1 + np.exp(-z.astype(np.float64)))).astype(np.float32)
    return p


def structure(connection: Connection) -> tuple[object, ...]:
    """Tell one state of texts, segments, codebook and fine-tuned reader from another."""
    model = store.models.newest(connection)
    return (
        store.codebooks.latest_version(connection),
        store.decisions.seen(connection).corrections,
        store.transcripts.cuts(connection),
        str(model.provenance.get("reader") or "") if model is not None else "",
    )


def open_segments(
    database: Database, settings: Settings, *, advance: Callable[[int, int], None]
) -> LiveSegments:
    """Read and encode all segments; what has no vector yet is embedded, on one thread.

    `advance` is told how many of how many steps are done, and may raise to stop.
    """
    from semcode.classify import CodeClassifier
    from semcode.classify.opening import opened

    with database.read() as connection:
        begun = structure(connection)
        codebook = store.codebooks.load(connection)
        texts, read = _read(connection, settings)
    slow = replace(settings, embed=replace(settings.embed, threads=1))
    encoder = CachedEncoder(database, slow)
    distinct = sorted({text for pair in texts for text in pair if text})
    steps, done = len(distinct) + len(texts), 0

    def tell(more: int) -> None:
        nonlocal done
        done += more
        advance(done, steps)

    tell(0)
    hashes = [store.vectors.text_hash(text) for text in distinct]
    lacking = encoder.missing(hashes)
    tell(len(distinct) - len(lacking))
    wanted = [text for key, text in zip(hashes, distinct, strict=True) if key in lacking]
    encoder.keep(wanted, advance=tell)
    model = CodeClassifier(
        codebook, encoder=encoder, model=settings.embed.model, seed=settings.suggest.seed
    )
    fresh = opened(model, texts, advance=tell)
    start = begun_with(database, encoder, codebook)
    if start is not None:
        _begin_with(start, fresh, texts, model.begins_with)
    return LiveSegments(
        structure=begun,
        codebook=codebook,
        fresh=fresh,
        ids=read.ids,
        groups=read.groups,
        names=read.names,
        first=read.first,
        units=read.units,
        begun=start is not None,
    )


def _begin_with(
    start: LearnedScorer,
    fresh: Fresh,
    texts: Sequence[tuple[str, str]],
    begins_with: Callable[[int], str],
) -> None:
    """Let the model that the study began with speak where the definitions would."""
    own = [c for c in range(len(start.codebook)) if begins_with(c) == "definition"]
    for first in range(0, len(texts), _BLOCK):
        part = slice(first, first + _BLOCK)
        cold = _sigmoid(fresh.definition[part])
        fresh.definition[part, own] = log_odds(start.judge(texts[part], cold).p)[:, own]


@dataclass(slots=True)
class _Found:
    """The fields of LiveSegments that come from the study."""

    ids: NDArray[np.int64]
    groups: list[str]
    names: dict[int, str]
    first: dict[int, int]
    units: dict[int, list[Span]]


def _read(connection: Connection, settings: Settings) -> tuple[list[tuple[str, str]], _Found]:
    """Read every segment, and what the learner sees of each."""
    below = settings.suggest.context_below
    texts: list[tuple[str, str]] = []
    found = _Found(np.zeros(0, np.int64), [], {}, {}, {})
    ids: list[int] = []
    for row in store.transcripts.rows(connection):
        text, _ = store.queue.text_and_turns(connection, row.id)
        segments = store.segments.of_transcript(connection, row.id)
        found.names[row.id], found.first[row.id] = row.name, len(ids)
        found.units[row.id] = [(one.start, one.end) for one in segments]
        found.groups += [one.participant for one in store.queue.places_in(connection, row.id)]
        ids += [one.id for one in segments]
        texts += [learner_text(text, one, context_below=below) for one in segments]
        may_rest()
    found.ids = np.array(ids, np.int64)
    return texts, found
