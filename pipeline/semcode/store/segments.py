"""Segments in the study, replaced as a whole when a transcript is cut anew."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, func, insert, select, update

from semcode.records import Segment
from semcode.store import schema

__all__ = ["count", "of_transcript", "replace"]


def replace(
    connection: Connection, transcript_id: int, segments: Sequence[Segment], fingerprint: str
) -> None:
    """Store the segments of a transcript in place of those it had.

    `fingerprint` tells how they were cut. Suggestions for the old ones go with them;
    codings, readings and decisions hold spans of the text and stay.
    """
    s = schema.segment
    old = select(s.c.id).where(s.c.transcript_id == transcript_id)
    connection.execute(
        delete(schema.suggestion).where(schema.suggestion.c.segment_id.in_(old.scalar_subquery()))
    )
    connection.execute(delete(s).where(s.c.transcript_id == transcript_id))
    rows = [
        {
            "transcript_id": transcript_id,
            "position": position,
            "turn": segment.turn,
            "start": segment.start,
            "end": segment.end,
            "context_start": segment.context_start,
            "context_end": segment.context_end,
            "time_start": segment.time_start,
        }
        for position, segment in enumerate(segments)
    ]
    if rows:
        connection.execute(insert(s), rows)
    t = schema.transcript
    connection.execute(update(t).where(t.c.id == transcript_id).values(segmentation=fingerprint))


def of_transcript(connection: Connection, transcript_id: int) -> list[Segment]:
    """Read the segments of a transcript in the order of the text."""
    s = schema.segment
    found = connection.execute(
        select(s).where(s.c.transcript_id == transcript_id).order_by(s.c.position)
    )
    return [
        Segment(
            start=r.start,
            end=r.end,
            turn=r.turn,
            context_start=r.context_start,
            context_end=r.context_end,
            time_start=r.time_start,
            id=r.id,
        )
        for r in found
    ]


def count(connection: Connection) -> dict[int, int]:
    """Count the segments by transcript id."""
    s = schema.segment
    found = connection.execute(
        select(s.c.transcript_id, func.count(s.c.id)).group_by(s.c.transcript_id)
    )
    return {row[0]: row[1] for row in found}
