"""Runs and their suggestions: a run that was cut off goes on where it stopped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from semcode.records import Run, Suggestion
from semcode.store import schema
from semcode.store.codebooks import now

__all__ = [
    "SuggestionRow",
    "begin",
    "count",
    "current",
    "done_transcripts",
    "finish",
    "offer",
    "store_suggestions",
    "suggestions",
    "withdraw",
]


@dataclass(frozen=True, slots=True)
class SuggestionRow:
    """A suggestion with its segment; `rank` 1 is the segment's best; `text` its words."""

    transcript: str
    participant: str | None
    start: int
    end: int
    text: str
    context: str
    time_start: float | None
    code: str
    score: float
    rank: int
    evidence: Mapping[str, object]


def begin(
    connection: Connection,
    *,
    kind: str,
    fingerprint: str,
    codebook_version: int,
    seed: int,
    provenance: Mapping[str, object],
) -> int:
    """Give the id of the run with this fingerprint, a new one where there is none."""
    r = schema.run
    found = connection.execute(select(r.c.id).where(r.c.fingerprint == fingerprint)).scalar()
    if found is not None:
        return int(found)
    v = schema.codebook_version
    version_id = select(v.c.id).where(v.c.number == codebook_version).scalar_subquery()
    made = connection.execute(
        insert(r).values(
            kind=kind,
            fingerprint=fingerprint,
            started_at=now(),
            codebook_version_id=version_id,
            seed=seed,
            provenance=dict(provenance),
        )
    ).inserted_primary_key
    return int(made[0]) if made else 0


def done_transcripts(connection: Connection, run_id: int) -> dict[int, str]:
    """Give the transcripts whose suggestions a run has stored, with how they were cut."""
    d = schema.run_transcript
    found = connection.execute(
        select(d.c.transcript_id, d.c.segmentation).where(d.c.run_id == run_id)
    )
    return {row.transcript_id: row.segmentation for row in found}


def store_suggestions(
    connection: Connection,
    run_id: int,
    transcript_id: int,
    suggestions: Sequence[Suggestion],
    *,
    segmentation: str,
    segments: int,
) -> None:
    """Store all suggestions of a run for one transcript in place of earlier ones."""
    s, seg, d = schema.suggestion, schema.segment, schema.run_transcript
    of = select(seg.c.id).where(seg.c.transcript_id == transcript_id).scalar_subquery()
    connection.execute(delete(s).where(s.c.run_id == run_id, s.c.segment_id.in_(of)))
    connection.execute(delete(d).where(d.c.run_id == run_id, d.c.transcript_id == transcript_id))
    rows = [
        {
            "run_id": run_id,
            "segment_id": x.segment_id,
            "code_guid": x.code,
            "score": x.score,
            "evidence": dict(x.evidence),
        }
        for x in suggestions
    ]
    if rows:
        connection.execute(insert(s), rows)
    connection.execute(
        insert(d).values(
            run_id=run_id,
            transcript_id=transcript_id,
            segmentation=segmentation,
            segments=segments,
        )
    )


def offer(connection: Connection, run_id: int, suggestions: Sequence[Suggestion]) -> int:
    """Add suggestions to a run; where the code was suggested already, the higher score counts.

    Its evidence is kept and what is new is added. Gives how many were added or changed.
    """
    s = schema.suggestion
    for one in suggestions:
        mine = (s.c.run_id == run_id) & (s.c.segment_id == one.segment_id)
        mine &= s.c.code_guid == one.code
        old = connection.execute(select(s.c.id, s.c.score, s.c.evidence).where(mine)).one_or_none()
        values = {"score": one.score, "evidence": dict(one.evidence)}
        if old is not None:
            values = {
                "score": max(one.score, old.score),
                "evidence": {**one.evidence, **old.evidence},
            }
            connection.execute(update(s).where(s.c.id == old.id).values(**values))
        else:
            key = {"run_id": run_id, "segment_id": one.segment_id, "code_guid": one.code}
            connection.execute(insert(s).values(**key, **values))
    return len(suggestions)


def withdraw(connection: Connection, run_id: int, code: str, method: str) -> int:
    """Take suggestions of a code away that rest on one method alone; give how many."""
    s = schema.suggestion
    gone = connection.execute(
        delete(s).where(
            s.c.run_id == run_id,
            s.c.code_guid == code,
            s.c.evidence["method"].as_string() == method,
        )
    )
    return gone.rowcount


def finish(connection: Connection, run_id: int) -> None:
    """Make a run the current one and remove the suggestions of earlier runs.

    What people decided on is kept whole in their decisions.
    """
    s, d, r = schema.suggestion, schema.run_transcript, schema.run
    connection.execute(delete(s).where(s.c.run_id != run_id))
    connection.execute(delete(d).where(d.c.run_id != run_id))
    connection.execute(update(r).where(r.c.id == run_id).values(finished_at=now()))


def current(connection: Connection) -> Run | None:
    """Give the run whose suggestions are shown: the one that finished last."""
    r, v = schema.run, schema.codebook_version
    row = connection.execute(
        select(r, v.c.number)
        .join(v, r.c.codebook_version_id == v.c.id)
        .where(r.c.finished_at.is_not(None))
        .order_by(r.c.finished_at.desc(), r.c.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    return Run(
        id=row.id,
        kind=row.kind,
        fingerprint=row.fingerprint,
        started_at=datetime.fromisoformat(row.started_at),
        finished_at=datetime.fromisoformat(row.finished_at),
        codebook_version=row.number,
        seed=row.seed,
        provenance=row.provenance,
    )


def count(connection: Connection, run_id: int, floor: float) -> int:
    """Count a run's suggestions with a score from the floor up."""
    s = schema.suggestion
    wanted = select(func.count(s.c.id)).where(s.c.run_id == run_id, s.c.score >= floor)
    return connection.execute(wanted).scalar_one()


def suggestions(connection: Connection, run_id: int) -> Iterator[SuggestionRow]:
    """Stream a run's suggestions by transcript, position and falling score.

    One transcript's text is in memory at a time.
    """
    t = schema.transcript
    for row in connection.execute(select(t.c.id, t.c.name).order_by(t.c.name)).all():
        text = connection.execute(select(t.c.text).where(t.c.id == row.id)).scalar_one()
        yield from _of_transcript(connection, run_id, row.id, row.name, text)


def _of_transcript(
    connection: Connection, run_id: int, transcript_id: int, name: str, text: str
) -> Iterator[SuggestionRow]:
    s, seg, turn = schema.suggestion, schema.segment, schema.turn
    speaker, p = schema.speaker, schema.participant
    rank = func.row_number().over(partition_by=s.c.segment_id, order_by=(s.c.score.desc(), s.c.id))
    found = connection.execute(
        select(s, seg, p.c.label, rank.label("rank"))
        .join(seg, s.c.segment_id == seg.c.id)
        .join(turn, (turn.c.transcript_id == transcript_id) & (turn.c.position == seg.c.turn))
        .join(speaker, turn.c.speaker_id == speaker.c.id)
        .outerjoin(p, speaker.c.participant_id == p.c.id)
        .where(s.c.run_id == run_id, seg.c.transcript_id == transcript_id)
        .order_by(seg.c.position, s.c.score.desc(), s.c.id)
    )
    for r in found:
        yield SuggestionRow(
            transcript=name,
            participant=r.label,
            start=r.start,
            end=r.end,
            text=text[r.start : r.end],
            context=text[r.context_start : r.context_end] if r.context_start is not None else "",
            time_start=r.time_start,
            code=r.code_guid,
            score=r.score,
            rank=r.rank,
            evidence=r.evidence,
        )
