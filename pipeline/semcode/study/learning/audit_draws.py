"""The audit draws of a study: from how many segments how many were drawn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from semcode.store import draws
from semcode.study.learning.held_back import AUDIT

__all__ = ["AuditDraw", "audit_draws", "record_draw"]

Span = tuple[str, int, int]


@dataclass(frozen=True)
class AuditDraw:
    """One draw with equal chances: `spans` of the `population` segments of some `transcripts`.

    `share` is its part of all segments drawn from everything. A draw only from where the
    model was sure (`model` is its hash) knows these segments, `among`; else that is None.
    """

    batch: str
    spans: frozenset[Span]
    population: int
    transcripts: frozenset[str]
    share: float = 1.0
    among: frozenset[Span] | None = None
    model: str = ""

    def weight(self, transcript: str, start: int, end: int) -> float | None:
        """Say for how many segments a drawn one stands; None for one of another draw."""
        if self.among is not None or (transcript, start, end) not in self.spans:
            return None
        return self.share * self.population / len(self.spans)


def record_draw(
    connection: Connection,
    batch: str,
    spans: list[Span],
    population: int,
    *,
    transcripts: list[str],
    seed: int,
    among: Iterable[Span] | None = None,
    model: str = "",
) -> None:
    """Store what was drawn, from how many segments of which transcripts."""
    provenance: dict[str, object] = {
        "population": population,
        "transcripts": transcripts,
        "spans": [list(span) for span in spans],
    }
    if among is not None:
        provenance |= {"among": [list(span) for span in among], "model": model}
    draws.record(connection, AUDIT, batch, seed=seed, provenance=provenance)


def audit_draws(connection: Connection) -> tuple[AuditDraw, ...]:
    """List the draws; each estimates the whole, so that they count by their size."""
    found = []
    for run in draws.recorded(connection, AUDIT):
        spans = run.provenance.get("spans")
        population, of = run.provenance.get("population"), run.provenance.get("transcripts")
        if isinstance(spans, list) and isinstance(population, int) and isinstance(of, list):
            among, model = run.provenance.get("among"), str(run.provenance.get("model", ""))
            known = _spans(among) if isinstance(among, list) else None
            where = frozenset(map(str, of))
            found.append(AuditDraw(run.name, _spans(spans), population, where, 1.0, known, model))
    total = max(sum(len(draw.spans) for draw in found if draw.among is None), 1)
    return tuple(replace(draw, share=len(draw.spans) / total) for draw in found)


def _spans(stored: Iterable[tuple[str, int, int]]) -> frozenset[Span]:
    return frozenset((str(t), int(a), int(b)) for t, a, b in stored)
