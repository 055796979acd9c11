"""Topics in the study: how they were found, where segments fell, what people decided on them.

A run replaces the places of the one before; what a decision rests on is kept with it, as spans
of the transcripts, since segments change and what people did must not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, func, insert, select, update

from semcode.store import schema
from semcode.store.codebooks import now

__all__ = [
    "Place",
    "Span",
    "TopicDecision",
    "TopicRow",
    "TopicRun",
    "add_spans",
    "add_topics",
    "append",
    "by_request",
    "decisions",
    "digest",
    "forget",
    "ids",
    "move",
    "newest_run",
    "places",
    "relate",
    "replace_run",
    "set_stability",
    "spans",
    "topics",
]


@dataclass(frozen=True, slots=True)
class TopicRun:
    """How topics were found; `segments` and `relation` are hashes of what they rest on."""

    id: int
    fingerprint: str
    found_at: str
    seed: int
    model: str
    segments: str
    relation: str
    plan: Mapping[str, Any]
    stability: Mapping[str, Any]
    notes: tuple[str, ...]
    provenance: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TopicRow:
    """What is known of a topic in a run.

    `nearest` are spans (transcript's id, start, end), the most typical first. `near` are codes
    (guid, share of its segments that are like the code, mean score), the nearest first.
    `within` is an earlier topic that most of it was in.
    """

    topic: str
    number: int
    terms: tuple[str, ...]
    nearest: tuple[tuple[int, int, int], ...]
    stability: float | None = None
    level: str | None = None
    near: tuple[tuple[str, float, float], ...] = ()
    within: str | None = None


class Place(NamedTuple):
    """A segment in a run: its topic (None for none), its place on the map.

    `likeness` is the cosine with the centre of its topic, 0 where it has none.
    """

    transcript_id: int
    start: int
    end: int
    who: str
    topic: str | None
    x: float
    y: float
    likeness: float


class Span(NamedTuple):
    """A span that a decision rests on; `part` is what a split made of it."""

    transcript_id: int
    start: int
    end: int
    topic: str
    part: str | None
    likeness: float


@dataclass(frozen=True, slots=True)
class TopicDecision:
    """A line of the log of what people decided on topics; `made` is the topic it made.

    `id` is 0 until the line is stored; `undoes` is the line that this one takes back.
    """

    coder: str
    verdict: str
    topics: tuple[str, ...]
    at: str = ""
    made: str | None = None
    name: str = ""
    code: str | None = None
    codebook_version: int | None = None
    note: str = ""
    request: str | None = None
    undoes: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    id: int = 0


def digest(connection: Connection) -> str:
    """Hash what is cut and who speaks, so that a change of either is seen."""
    t, s, p = schema.transcript, schema.speaker, schema.participant
    found = connection.execute(
        select(t.c.guid, t.c.source_sha256, t.c.segmentation, s.c.name, s.c.role, p.c.label)
        .outerjoin(s, s.c.transcript_id == t.c.id)
        .outerjoin(p, s.c.participant_id == p.c.id)
        .order_by(t.c.guid, s.c.position)
    )
    return sha256(repr([tuple(row) for row in found]).encode()).hexdigest()


def newest_run(connection: Connection) -> TopicRun | None:
    """Give how the topics of today were found, None before the first time."""
    r = schema.topic_run
    row = connection.execute(select(r).order_by(r.c.id.desc()).limit(1)).one_or_none()
    if row is None:
        return None
    return TopicRun(**{**row._mapping, "notes": tuple(row.notes)})


def replace_run(
    connection: Connection, run: TopicRun, rows: Sequence[TopicRow], found: Sequence[Place]
) -> int:
    """Store a run with its topics and places; the places of earlier runs go. Give its id.

    The same fingerprint again is found anew: the earlier run of it goes with its topics.
    """
    r = schema.topic_run
    connection.execute(delete(schema.topic_place))
    again = connection.execute(select(r.c.id).where(r.c.fingerprint == run.fingerprint)).scalar()
    if again is not None:
        connection.execute(delete(schema.topic).where(schema.topic.c.topic_run_id == again))
        connection.execute(delete(r).where(r.c.id == again))
    newest = connection.execute(select(func.max(r.c.id))).scalar() or 0
    key = max(newest, again or 0) + 1
    connection.execute(
        insert(r).values(
            id=key,
            fingerprint=run.fingerprint,
            found_at=run.found_at or now(),
            seed=run.seed,
            model=run.model,
            segments=run.segments,
            relation=run.relation,
            plan=dict(run.plan),
            stability=dict(run.stability),
            notes=list(run.notes),
            provenance=dict(run.provenance),
        )
    )
    add_topics(connection, key, rows)
    if found:
        connection.execute(
            insert(schema.topic_place), [{"topic_run_id": key, **p._asdict()} for p in found]
        )
    return key


def add_topics(connection: Connection, run: int, rows: Sequence[TopicRow]) -> None:
    """Store what is known of topics in place of what was."""
    t = schema.topic
    for row in rows:
        connection.execute(delete(t).where(t.c.topic_run_id == run, t.c.topic == row.topic))
        connection.execute(
            insert(t).values(
                topic_run_id=run,
                topic=row.topic,
                number=row.number,
                within=row.within,
                terms=list(row.terms),
                nearest=[list(span) for span in row.nearest],
                stability=row.stability,
                level=row.level,
                near=[list(code) for code in row.near],
            )
        )


def set_stability(
    connection: Connection, run: int, stability: Mapping[str, Any], topics: Mapping[str, float]
) -> None:
    """Store how far a run's topics hold, in all and each."""
    r, t = schema.topic_run, schema.topic
    connection.execute(update(r).where(r.c.id == run).values(stability=dict(stability)))
    for key, share in topics.items():
        mine = (t.c.topic_run_id == run) & (t.c.topic == key)
        connection.execute(update(t).where(mine).values(stability=share))


def relate(connection: Connection, run: int, relation: str, rows: Sequence[TopicRow]) -> None:
    """Store the level and the nearest codes of topics, and what they were compared with."""
    r, t = schema.topic_run, schema.topic
    connection.execute(update(r).where(r.c.id == run).values(relation=relation))
    for row in rows:
        mine = (t.c.topic_run_id == run) & (t.c.topic == row.topic)
        values = {"level": row.level, "near": [list(code) for code in row.near]}
        connection.execute(update(t).where(mine).values(**values))


def topics(connection: Connection, run: int) -> list[TopicRow]:
    """Give what is known of the topics of a run, by number."""
    t = schema.topic
    found = connection.execute(select(t).where(t.c.topic_run_id == run).order_by(t.c.number))
    return [
        TopicRow(
            topic=row.topic,
            number=row.number,
            terms=tuple(row.terms),
            nearest=tuple((int(a), int(b), int(c)) for a, b, c in row.nearest),
            stability=row.stability,
            level=row.level,
            near=tuple((str(a), float(b), float(c)) for a, b, c in row.near),
            within=row.within,
        )
        for row in found
    ]


def ids(connection: Connection) -> set[str]:
    """Give every id that a topic ever had, so that none is used twice."""
    found = set(connection.execute(select(schema.topic.c.topic).distinct()).scalars())
    for line in decisions(connection):
        found |= {line.made, *line.topics, *line.detail.get("parts", ())} - {None}
    return found


def places(connection: Connection, run: int) -> list[Place]:
    """Give the segments of a run by transcript's name and position."""
    p, t = schema.topic_place, schema.transcript
    found = connection.execute(
        select(
            p.c.transcript_id,
            p.c.start,
            p.c.end,
            p.c.who,
            p.c.topic,
            p.c.x,
            p.c.y,
            p.c.likeness,
        )
        .join(t, p.c.transcript_id == t.c.id)
        .where(p.c.topic_run_id == run)
        .order_by(t.c.name, p.c.start)
    )
    return [Place._make(row) for row in found]


def append(connection: Connection, decision: TopicDecision) -> int:
    """Add a line to the log of decisions on topics; give its id. The coder must be known."""
    k, d = schema.coder, schema.topic_decision
    coder = select(k.c.id).where(k.c.name == decision.coder).scalar_subquery()
    key = connection.execute(
        insert(d).values(
            at=decision.at or now(),
            coder_id=coder,
            verdict=decision.verdict,
            topics=list(decision.topics),
            made=decision.made,
            name=decision.name,
            code_guid=decision.code,
            codebook_version=decision.codebook_version,
            note=decision.note,
            request=decision.request,
            undoes=decision.undoes,
            detail=dict(decision.detail),
        )
    ).inserted_primary_key
    return int(key[0]) if key else 0


def decisions(connection: Connection) -> list[TopicDecision]:
    """List the lines of the log, the oldest first."""
    d, k = schema.topic_decision, schema.coder
    found = connection.execute(
        select(d, k.c.name.label("coder")).join(k, d.c.coder_id == k.c.id).order_by(d.c.id)
    )
    return [
        TopicDecision(
            id=row.id,
            at=row.at,
            coder=row.coder,
            verdict=row.verdict,
            topics=tuple(row.topics),
            made=row.made,
            name=row.name,
            code=row.code_guid,
            codebook_version=row.codebook_version,
            note=row.note,
            request=row.request,
            undoes=row.undoes,
            detail=row.detail,
        )
        for row in found
    ]


def by_request(connection: Connection, request: str) -> TopicDecision | None:
    """Give the line that was stored for a request, None where there is none."""
    return next((d for d in decisions(connection) if d.request == request), None)


def add_spans(connection: Connection, decision: int, found: Sequence[Span]) -> None:
    """Store spans that a decision rests on; one that is there stays as it is."""
    s = schema.topic_span
    rows = connection.execute(
        select(s.c.transcript_id, s.c.start, s.c.end).where(s.c.topic_decision_id == decision)
    )
    known = {tuple(row) for row in rows}
    new = [span for span in found if span[:3] not in known]
    if new:
        connection.execute(
            insert(s), [{"topic_decision_id": decision, **span._asdict()} for span in new]
        )


def spans(connection: Connection, decisions: Sequence[int]) -> dict[int, list[Span]]:
    """Give the spans that some decisions rest on."""
    s = schema.topic_span
    found: dict[int, list[Span]] = {key: [] for key in decisions}
    for key in decisions:
        rows = connection.execute(
            select(s.c.transcript_id, s.c.start, s.c.end, s.c.topic, s.c.part, s.c.likeness)
            .where(s.c.topic_decision_id == key)
            .order_by(s.c.transcript_id, s.c.start)
        )
        found[key] = [Span._make(row) for row in rows]
    return found


def forget(connection: Connection, transcript_id: int) -> None:
    """Remove the places and spans of a transcript that leaves the study."""
    for table in (schema.topic_place, schema.topic_span):
        connection.execute(delete(table).where(table.c.transcript_id == transcript_id))
    _move_nearest(connection, transcript_id, lambda _start, _end: None)


def move(
    connection: Connection,
    transcript_id: int,
    spans: Callable[[int, int], tuple[int, int] | None],
) -> None:
    """Move places and spans with a transcript's corrected text; what has no words left goes."""
    for table in (schema.topic_place, schema.topic_span):
        mine = table.c.transcript_id == transcript_id
        rows = connection.execute(select(table).where(mine)).mappings().all()
        connection.execute(delete(table).where(mine))
        placed = {}
        for row in rows:
            to = spans(row["start"], row["end"])
            if to is not None:
                placed[(row[table.c[0].name], to)] = {**row, "start": to[0], "end": to[1]}
        if placed:
            connection.execute(insert(table), list(placed.values()))
    _move_nearest(connection, transcript_id, spans)


def _move_nearest(
    connection: Connection,
    transcript_id: int,
    spans: Callable[[int, int], tuple[int, int] | None],
) -> None:
    run = newest_run(connection)
    for row in topics(connection, run.id) if run else []:
        moved = []
        for key, start, end in row.nearest:
            to = spans(start, end) if key == transcript_id else (start, end)
            moved += [[key, *to]] if to is not None else []
        t = schema.topic
        mine = (t.c.topic_run_id == (run.id if run else 0)) & (t.c.topic == row.topic)
        connection.execute(update(t).where(mine).values(nearest=moved))
