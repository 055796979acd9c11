"""The study file: one SQLite database, the only place that holds SQL."""

from __future__ import annotations

from semcode.store import (
    assignments,
    codebooks,
    codings,
    people,
    runs,
    segments,
    study,
    transcripts,
    vectors,
)
from semcode.store.database import Database

__all__ = [
    "Database",
    "assignments",
    "codebooks",
    "codings",
    "people",
    "runs",
    "segments",
    "study",
    "transcripts",
    "vectors",
]
