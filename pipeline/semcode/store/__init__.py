"""The study file: one SQLite database, the only place that holds SQL."""

from __future__ import annotations

from semcode.store import codebooks, codings, people, runs, segments, study, transcripts, vectors
from semcode.store.database import Database

__all__ = [
    "Database",
    "codebooks",
    "codings",
    "people",
    "runs",
    "segments",
    "study",
    "transcripts",
    "vectors",
]
