"""The audit draws of a study: from how many segments how many were drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from semcode.store import draws
from semcode.study.learning.held_back import AUDIT

__all__ = ["AuditDraw", "audit_draws", "record_draw"]

Span = tuple[str, int, int]


@dataclass(frozen=True)
class AuditDraw:
    """One draw with equal chances: `spans` of the `population` segments of some `transcripts`.

    `share` is its part of all drawn segments.
    """

    batch: str
    spans: frozenset[Span]
    population: int
    transcripts: frozenset[str]
    share: float = 1.0

    def weight(self, transcript: str, start: int, end: int) -> float | None:
        """Say for how many segments a drawn one stands; None for one of another draw."""
        if (transcript, start, end) not in self.spans:
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
) -> None:
    """Store what was drawn, from how many segments of which transcripts."""
    provenance = {
        "population": population,
        "transcripts": transcripts,
        "spans": [list(span) for span in spans],
    }
    draws.record(connection, AUDIT, batch, seed=seed, provenance=provenance)


def audit_draws(connection: Connection) -> tuple[AuditDraw, ...]:
    """List the draws; each estimates the whole, so that they count by their size."""
    found = []
    for run in draws.recorded(connection, AUDIT):
        spans = run.provenance.get("spans")
        population, of = run.provenance.get("population"), run.provenance.get("transcripts")
        if isinstance(spans, list) and isinstance(population, int) and isinstance(of, list):
            drawn = frozenset((str(t), int(a), int(b)) for t, a, b in spans)
            found.append(AuditDraw(run.name, drawn, population, frozenset(map(str, of))))
    total = max(sum(len(draw.spans) for draw in found), 1)
    return tuple(replace(draw, share=len(draw.spans) / total) for draw in found)
