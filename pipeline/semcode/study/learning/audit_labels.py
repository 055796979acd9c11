"""What people said of the audit sample: read blind, with the weight of each segment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from semcode import store
from semcode.config import Settings
from semcode.evaluate import Source, compare
from semcode.records import CoderKind, Segment
from semcode.store import Database
from semcode.study.agreement.comparing import Gathered, code_names, gather
from semcode.study.learning.audit_draws import AuditDraw, audit_draws
from semcode.study.learning.held_back import AUDIT, WHERE_SURE, held_back
from semcode.suggest import learner_text
from semcode.wording import counted

__all__ = ["AuditLabels", "audit_labels"]

Floats = NDArray[np.float64]
Span = tuple[int, int]


@dataclass(frozen=True)
class AuditLabels:
    """The audit segments that were read blind; (units, codes) in the codebook's order.

    `y` is the share of coders who gave the code, `said` (units, codes, coders) what each
    gave. `weights` say for how many segments each stands. `n_drawn` counts the whole
    sample, read or not.
    """

    y: Floats
    said: Floats
    texts: list[tuple[str, str]]
    groups: list[str]
    transcripts: list[str]
    segments: list[Segment]
    weights: Floats
    n_drawn: int
    notes: tuple[str, ...] = ()
    draws: tuple[AuditDraw, ...] = field(default=())

    @property
    def n_read(self) -> int:
        """Count the segments that were read."""
        return len(self.texts)

    def take(self, rows: NDArray[np.intp]) -> AuditLabels:
        """Keep some segments."""
        chosen = rows.tolist()
        return replace(
            self,
            y=self.y[rows],
            said=self.said[rows],
            texts=[self.texts[i] for i in chosen],
            groups=[self.groups[i] for i in chosen],
            transcripts=[self.transcripts[i] for i in chosen],
            segments=[self.segments[i] for i in chosen],
            weights=self.weights[rows],
        )


def audit_labels(
    database: Database, settings: Settings, *, where_sure: bool = False
) -> AuditLabels:
    """Lay the blind codings of the audit's coders over its segments.

    Only those to whom an audit was assigned count, and only what they read blind. What was
    drawn only from where the model is sure is left out, or (`where_sure`) given alone.
    """
    with database.read() as connection:
        items = [
            a
            for a in store.assignments.all_assignments(connection)
            if a.batch.startswith(AUDIT) and a.batch.startswith(WHERE_SURE) == where_sure
        ]
        kinds = {coder.name: coder.kind for coder in store.people.coders(connection)}
        draws = audit_draws(connection)
    coders = sorted({a.coder for a in items if kinds[a.coder] is CoderKind.HUMAN})
    found = gather(database, settings)
    spans: dict[str, list[Span]] = {}
    for item in items:
        spans.setdefault(item.transcript, []).append((item.start, item.end))
    return _read(found, spans, coders, draws)


def _read(
    found: Gathered,
    spans: Mapping[str, list[Span]],
    coders: list[str],
    draws: tuple[AuditDraw, ...],
) -> AuditLabels:
    from semcode.classify.hierarchy import parents_of, spread_labels

    book = found.codebook
    rows = [row for row in found.rows if row.name in spans]
    sources = [_only(source, spans) for source in replace(found, rows=rows).sources("segment")]
    names = code_names(book)
    compared = compare(sources, coders=coders, codes=names, unit="segment", blind_only=True)
    place = {code.guid: index for index, code in enumerate(names)}
    order = [place[code.guid] for code in book]
    said = compared.ratings[order].transpose(1, 0, 2).astype(np.float64)
    said[said < 0] = np.nan
    for coder in range(said.shape[2]):
        said[:, :, coder] = spread_labels(said[:, :, coder], parents_of(book))
    n_read = (~np.isnan(said)).sum(axis=2)
    y = np.where(n_read > 0, np.nansum(said, axis=2) / np.maximum(n_read, 1), np.nan)
    everything = _texts(found, spans)
    texts = [everything[p.transcript, p.start, p.end] for p in compared.places]
    whole = AuditLabels(
        y=y,
        said=said,
        texts=[text for text, _ in texts],
        groups=[p.participant for p in compared.places],
        transcripts=[p.transcript for p in compared.places],
        segments=[segment for _, segment in texts],
        weights=np.array([_weight(draws, p.transcript, p.start, p.end) for p in compared.places]),
        n_drawn=len(compared.places),
        draws=draws,
    )
    read = np.flatnonzero(~np.isnan(y).all(axis=1)) if y.size else np.zeros(0, np.intp)
    return replace(whole.take(read), notes=_notes(len(read), len(compared.places)))


def _only(source: Source, spans: Mapping[str, list[Span]]) -> Source:
    """Keep the segments that touch a drawn passage."""
    segments = [Segment(start, end, 0) for start, end in source.units]
    kept = held_back([source.name] * len(segments), segments, spans)
    units = [unit for unit, keep in zip(source.units, kept, strict=True) if keep]
    return replace(source, units=units)


def _texts(
    found: Gathered, spans: Mapping[str, list[Span]]
) -> dict[tuple[str, int, int], tuple[tuple[str, str], Segment]]:
    below = found.settings.suggest.context_below
    out = {}
    for row in found.rows:
        if row.name not in spans:
            continue
        with found.database.read() as connection:
            text = store.transcripts.load(connection, row.id).text
            segments = store.segments.of_transcript(connection, row.id)
        for s in segments:
            said = learner_text(text, s, context_below=below)
            out[row.name, s.start, s.end] = (said, s)
    return out


def _weight(draws: tuple[AuditDraw, ...], transcript: str, start: int, end: int) -> float:
    """Give the inverse chance of the first draw that holds the passage; 1 where none is known."""
    for draw in draws:
        weight = draw.weight(transcript, start, end)
        if weight is not None:
            return weight
    return 1.0


def _notes(n_read: int, n_drawn: int) -> tuple[str, ...]:
    if not n_drawn or n_read == n_drawn:
        return ()
    return (
        f"Of the {counted(n_drawn, 'segment')} of the audit sample, {n_read:,} "
        f"{'has' if n_read == 1 else 'have'} been read. What is missing may differ from what was "
        "read; finish the sample before reporting.",
    )
