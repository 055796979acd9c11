"""The study file: one SQLite database, the only place that holds SQL."""

from __future__ import annotations

from semcode.store import (
    assignments,
    changes,
    codebooks,
    codings,
    corrections,
    decisions,
    extras,
    identities,
    memos,
    models,
    people,
    queue,
    runs,
    sample,
    segments,
    served,
    study,
    topics,
    transcripts,
    vectors,
)
from semcode.store.database import Database

__all__ = [
    "Database",
    "assignments",
    "changes",
    "codebooks",
    "codings",
    "corrections",
    "decisions",
    "extras",
    "identities",
    "memos",
    "models",
    "people",
    "queue",
    "runs",
    "sample",
    "segments",
    "served",
    "study",
    "topics",
    "transcripts",
    "vectors",
]
