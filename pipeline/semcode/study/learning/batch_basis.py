"""What an automatic coding is about, and the audit that its bound rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from semcode import store
from semcode.config import Settings
from semcode.errors import InputError
from semcode.records import CoderKind
from semcode.store import Database
from semcode.store.draws import recorded as runs
from semcode.study.agreement.comparing import gather
from semcode.study.learning.audit_draws import AuditDraw, audit_draws
from semcode.study.learning.audit_labels import AuditLabels, audit_labels
from semcode.study.learning.held_back import audit_spans
from semcode.suggest import learner_text

__all__ = ["KIND", "Basis", "Target", "basis_of", "target_of"]

Span = tuple[str, int, int]
Pair = tuple[str, str]

#: Of runs that are automatic codings.
KIND = "code"


@dataclass(frozen=True)
class Target:
    """The segments to be coded; `read` of their interviews were read outside the audit."""

    transcripts: tuple[str, ...]
    spans: list[Span]
    texts: list[Pair]
    read: int


@dataclass(frozen=True)
class Basis:
    """What the bound rests on: the audit, and whether it is of the very interviews.

    `able` tells which segments may be coded: those that the audit was drawn from.
    """

    audit: AuditLabels
    same: bool
    able: NDArray[np.bool_]
    where_sure: bool = False
    unread: int = 0

    @property
    def name(self) -> str:
        """Say from which interviews the audit was drawn."""
        if not self.same:
            return "other interviews"
        return "same interviews" + (", where sure" if self.where_sure else "")


def target_of(database: Database, settings: Settings, transcripts: Sequence[str] | None) -> Target:
    """Find the segments that nobody has read or coded, in interviews that nobody has coded."""
    found = gather(database, settings)
    with database.read() as connection:
        earlier = {run.name for run in runs(connection, KIND)}
        machines = {c.name for c in store.people.coders(connection) if c.kind is CoderKind.MODEL}
        audit = audit_spans(connection)
    below = settings.suggest.context_below
    names, spans, texts, read = [], [], [], 0
    for source in found.sources("segment"):
        if transcripts is not None and source.name not in transcripts:
            continue
        own = audit.get(source.name, [])
        seen = [(r.start, r.end) for r in source.readings]
        seen += [(c.start, c.end) for c in source.codings if c.coder not in machines]
        outside = [s for s in seen if not any(a < s[1] and s[0] < b for a, b in own)]
        done = sorted({c.coder for c in source.codings if c.coder in earlier})
        if transcripts is not None and done:
            raise InputError(
                f"{source.name} was coded by the model already.",
                where="transcripts",
                remedy=f'Take that back first: semcode code --undo "{done[0]}"',
            )
        if transcripts is None and (outside or done):
            continue
        names.append(source.name)
        with database.read() as connection:
            row = next(r for r in found.rows if r.name == source.name)
            segments = store.segments.of_transcript(connection, row.id)
        for s in segments:
            if any(a < s.end and s.start < b for a, b in own):
                continue
            if any(a < s.end and s.start < b for a, b in seen):
                read += 1
            else:
                spans.append((source.name, s.start, s.end))
                texts.append(learner_text(source.text, s, context_below=below))
    if not spans:
        raise InputError(
            "There is nothing to code: every interview was read or coded by somebody.",
            remedy="Name new transcripts: semcode code new/*.docx",
        )
    return Target(tuple(names), spans, texts, read)


def basis_of(database: Database, settings: Settings, target: Target) -> Basis:
    """Take the audit of the very interviews where one was drawn from all of them.

    One drawn where the model is sure goes before one of all segments: it tells more.
    """
    with database.read() as connection:
        draws_of = [d for d in audit_draws(connection) if set(target.transcripts) <= d.transcripts]
    everything = np.ones(len(target.spans), bool)
    sure = [d for d in draws_of if d.among is not None]
    unread = 0
    if sure:
        alike = [d for d in sure if _continues(sure[-1], d, sure)]
        among = frozenset[Span]().union(*(d.among or () for d in alike))
        audit = _drawn(audit_labels(database, settings, where_sure=True), alike, target)
        unread = sum(len(d.spans) for d in alike) - audit.n_read
        if audit.n_read:
            able = np.array([span in among for span in target.spans], bool)
            return Basis(audit, True, able, where_sure=True, unread=unread)
    audit = audit_labels(database, settings)
    unread += audit.n_drawn - audit.n_read
    own = _drawn(audit, [d for d in draws_of if d.among is None], target)
    return Basis(own if own.n_read else audit, bool(own.n_read), everything, unread=unread)


def _drawn(audit: AuditLabels, of: Sequence[AuditDraw], target: Target) -> AuditLabels:
    """Keep what some draws hold of the interviews to be coded."""
    inside = {span for draw in of for span in draw.spans if span[0] in target.transcripts}
    places = zip(audit.transcripts, audit.segments, strict=True)
    rows = [row for row, (name, s) in enumerate(places) if (name, s.start, s.end) in inside]
    return audit.take(np.array(rows, dtype=np.intp))


def _continues(last: AuditDraw, earlier: AuditDraw, draws: Sequence[AuditDraw]) -> bool:
    """Tell whether a draw went on where an earlier one stopped: both are then one sample."""
    if earlier is last:
        return True
    there, left = earlier.among or frozenset(), last.among or frozenset()
    drawn = frozenset[Span]().union(*(d.spans for d in draws))
    return bool(last.model) and earlier.model == last.model and left <= there <= left | drawn
