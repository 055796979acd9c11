"""The random blind audit sample is held back from learning: which passages belong to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from semcode import store
from semcode.records import Segment

__all__ = ["AUDIT", "WHERE_SURE", "audit_spans", "held_back"]

#: What the name of every audit draw begins with.
AUDIT = "audit"
#: What the names of those begin with that were drawn only from where the model is sure.
WHERE_SURE = "audit where sure"

Span = tuple[int, int]


def audit_spans(connection: Connection) -> dict[str, list[Span]]:
    """Give the passages of all audit draws by transcript, read or not yet read."""
    found: dict[str, set[Span]] = {}
    for item in store.assignments.all_assignments(connection):
        if item.batch.startswith(AUDIT):
            found.setdefault(item.transcript, set()).add((item.start, item.end))
    return {name: sorted(spans) for name, spans in found.items()}


def held_back(
    transcripts: Sequence[str], segments: Sequence[Segment], spans: Mapping[str, Sequence[Span]]
) -> NDArray[np.bool_]:
    """Tell which segments touch a passage of the audit, however they are cut now."""
    return np.array(
        [
            any(a < segment.end and segment.start < b for a, b in spans.get(name, ()))
            for name, segment in zip(transcripts, segments, strict=True)
        ],
        dtype=bool,
    )
