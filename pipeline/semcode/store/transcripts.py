"""Transcripts, their turns and speakers in the study."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, select, update

from semcode.errors import InputError
from semcode.records import Role, Speaker, Transcript, Turn
from semcode.store import schema, topics
from semcode.store.codebooks import now

__all__ = [
    "Known",
    "SpeakerRow",
    "TranscriptRow",
    "add",
    "add_speech",
    "cuts",
    "drop_cut",
    "known",
    "load",
    "outlines",
    "remove",
    "rows",
    "segmentation",
    "set_participant",
    "set_role",
    "speaker_rows",
    "words",
]


class Known(NamedTuple):
    """What is needed to tell whether a file is already in the study."""

    name: str
    source_name: str
    source_sha256: str


@dataclass(frozen=True, slots=True)
class TranscriptRow:
    """A transcript without its text; `words` counts all speakers."""

    id: int
    name: str
    format: str
    source_name: str
    source_sha256: str
    words: int
    turns: int
    warnings: tuple[str, ...]
    segmentation: str | None


@dataclass(frozen=True, slots=True)
class SpeakerRow:
    """A speaker with how much was said; `words` over all turns of the speaker."""

    transcript_id: int
    transcript: str
    name: str
    role: Role
    labels: tuple[str, ...]
    guessed: bool
    participant: str | None
    turns: int
    words: int


def known(connection: Connection, name: str, source_sha256: str) -> list[Known]:
    """List the transcripts that have this name or come from a file with this hash."""
    t = schema.transcript
    alike = (t.c.name == name) | (t.c.source_sha256 == source_sha256)
    found = select(t.c.name, t.c.source_name, t.c.source_sha256).where(alike).order_by(t.c.id)
    return [Known(*row) for row in connection.execute(found)]


def add(connection: Connection, transcript: Transcript) -> int:
    """Store a transcript with its turns and speakers; give its id."""
    result = connection.execute(
        insert(schema.transcript).values(
            guid=transcript.guid,
            name=transcript.name,
            text=transcript.text,
            words=len(transcript.text.split()),
            format=transcript.format,
            source_name=transcript.source_name,
            source_sha256=transcript.source_sha256,
            warnings=list(transcript.warnings),
            added_at=now(),
        )
    )
    key = result.inserted_primary_key
    transcript_id: int = key[0] if key else 0
    add_speech(connection, transcript_id, transcript)
    return transcript_id


def add_speech(connection: Connection, transcript_id: int, transcript: Transcript) -> None:
    """Store the speakers and turns of a transcript."""
    speakers: dict[str, int] = {}
    for position, speaker in enumerate(transcript.speakers):
        made = connection.execute(
            insert(schema.speaker).values(
                transcript_id=transcript_id,
                position=position,
                name=speaker.name,
                role=speaker.role,
                labels=list(speaker.labels),
                guessed=speaker.guessed,
                participant_id=_participant_id(connection, speaker.participant),
            )
        ).inserted_primary_key
        speakers[speaker.name] = made[0] if made else 0
    turns = [
        {
            "transcript_id": transcript_id,
            "position": position,
            "speaker_id": speakers[turn.speaker],
            "start": turn.start,
            "end": turn.end,
            "words": len(transcript.text[turn.start : turn.end].split()),
            "time_start": turn.time_start,
            "time_end": turn.time_end,
            "times": [list(anchor) for anchor in turn.times],
        }
        for position, turn in enumerate(transcript.turns)
    ]
    if turns:
        connection.execute(insert(schema.turn), turns)


def remove(connection: Connection, name: str) -> None:
    """Remove a transcript with its segments and suggestions.

    Raises InputError for an unknown name, and where people's work depends on it.
    """
    t = schema.transcript
    key = connection.execute(select(t.c.id).where(t.c.name == name)).scalar()
    if key is None:
        raise InputError(
            f"There is no transcript {name!r}.", remedy="See the names with: semcode speakers"
        )
    for table in (schema.coding, schema.decision, schema.reading, schema.assignment):
        used = select(func.count()).select_from(table).where(table.c.transcript_id == key)
        if connection.execute(used).scalar_one():
            raise InputError(
                f"The transcript {name!r} was not removed: people have worked on it.",
                remedy="Leave it, or make a new study without it.",
            )
    drop_cut(connection, key)
    topics.forget(connection, key)
    connection.execute(delete(t).where(t.c.id == key))


def load(connection: Connection, transcript_id: int) -> Transcript:
    """Read one transcript whole."""
    t = schema.transcript
    row = connection.execute(select(t).where(t.c.id == transcript_id)).one()
    turn, speaker = schema.turn, schema.speaker
    turns = connection.execute(
        select(turn, speaker.c.name)
        .join(speaker, turn.c.speaker_id == speaker.c.id)
        .where(turn.c.transcript_id == transcript_id)
        .order_by(turn.c.position)
    )
    return Transcript(
        guid=row.guid,
        name=row.name,
        text=row.text,
        turns=tuple(
            Turn(
                speaker=r.name,
                start=r.start,
                end=r.end,
                time_start=r.time_start,
                time_end=r.time_end,
                times=tuple((int(p), float(s)) for p, s in r.times),
            )
            for r in turns
        ),
        speakers=tuple(
            Speaker(s.name, s.role, s.labels, s.guessed, s.participant)
            for s in speaker_rows(connection, transcript_id)
        ),
        source_name=row.source_name,
        source_sha256=row.source_sha256,
        format=row.format,
        warnings=tuple(row.warnings),
    )


def drop_cut(connection: Connection, transcript_id: int) -> None:
    """Remove segments, suggestions, turns and speakers of a transcript."""
    segments = select(schema.segment.c.id).where(schema.segment.c.transcript_id == transcript_id)
    suggested = schema.suggestion.c.segment_id.in_(segments.scalar_subquery())
    connection.execute(delete(schema.suggestion).where(suggested))
    for table in (schema.run_transcript, schema.segment, schema.turn, schema.speaker):
        connection.execute(delete(table).where(table.c.transcript_id == transcript_id))


def outlines(connection: Connection) -> list[Transcript]:
    """Read all transcripts without their text and turns, ordered by name."""
    t = schema.transcript
    speakers: dict[int, list[Speaker]] = {}
    for s in speaker_rows(connection):
        speaker = Speaker(s.name, s.role, s.labels, s.guessed, s.participant)
        speakers.setdefault(s.transcript_id, []).append(speaker)
    found = connection.execute(
        select(t.c.id, t.c.guid, t.c.name, t.c.source_name, t.c.source_sha256, t.c.format).order_by(
            t.c.name
        )
    )
    return [
        Transcript(
            guid=r.guid,
            name=r.name,
            text="",
            turns=(),
            speakers=tuple(speakers.get(r.id, ())),
            source_name=r.source_name,
            source_sha256=r.source_sha256,
            format=r.format,
        )
        for r in found
    ]


def rows(connection: Connection) -> list[TranscriptRow]:
    """List the transcripts, ordered by name, without loading their texts."""
    t, turn = schema.transcript, schema.turn
    columns = [c for c in t.c if c.name not in ("text", "guid", "added_at")]
    statement = (
        select(*columns, func.count(turn.c.position).label("turns"))
        .outerjoin(turn, turn.c.transcript_id == t.c.id)
        .group_by(t.c.id)
        .order_by(t.c.name)
    )
    return [
        TranscriptRow(
            id=r.id,
            name=r.name,
            format=r.format,
            source_name=r.source_name,
            source_sha256=r.source_sha256,
            words=r.words,
            turns=r.turns,
            warnings=tuple(r.warnings),
            segmentation=r.segmentation,
        )
        for r in connection.execute(statement)
    ]


def cuts(connection: Connection) -> tuple[tuple[int, str], ...]:
    """Tell one state of the study's texts from another: how each transcript, by id, is cut."""
    t = schema.transcript
    found = connection.execute(select(t.c.id, t.c.segmentation).order_by(t.c.id))
    return tuple((row.id, row.segmentation) for row in found)


def words(connection: Connection, transcript_id: int, start: int, end: int) -> str:
    """Read a part of a transcript's text."""
    t = schema.transcript
    part = func.substr(t.c.text, start + 1, end - start)
    found = connection.execute(select(part).where(t.c.id == transcript_id)).scalar_one()
    return str(found)


def segmentation(connection: Connection, transcript_id: int) -> str:
    """Tell how a transcript was cut, "" where it has not been."""
    t = schema.transcript
    found = connection.execute(select(t.c.segmentation).where(t.c.id == transcript_id)).scalar()
    return found or ""


def speaker_rows(connection: Connection, transcript_id: int | None = None) -> list[SpeakerRow]:
    """List speakers with what they said, of one transcript or (None) of all, in file order."""
    s, t, turn, p = schema.speaker, schema.transcript, schema.turn, schema.participant
    statement = (
        select(
            s,
            t.c.name.label("transcript"),
            p.c.label.label("participant"),
            func.count(turn.c.position).label("turns"),
            func.coalesce(func.sum(turn.c.words), 0).label("words"),
        )
        .join(t, s.c.transcript_id == t.c.id)
        .outerjoin(p, s.c.participant_id == p.c.id)
        # Naming the transcript too lets the turns' key find them; speaker_id alone has no index.
        .outerjoin(
            turn, (turn.c.transcript_id == s.c.transcript_id) & (turn.c.speaker_id == s.c.id)
        )
        .group_by(s.c.id)
        .order_by(t.c.name, s.c.position)
    )
    if transcript_id is not None:
        statement = statement.where(s.c.transcript_id == transcript_id)
    return [
        SpeakerRow(
            transcript_id=r.transcript_id,
            transcript=r.transcript,
            name=r.name,
            role=Role(r.role),
            labels=tuple(r.labels),
            guessed=r.guessed,
            participant=r.participant,
            turns=r.turns,
            words=r.words,
        )
        for r in connection.execute(statement)
    ]


def set_role(connection: Connection, transcript: str, speaker: str, role: Role) -> None:
    """Record a role as confirmed by a person."""
    _update_speaker(connection, transcript, speaker, role=role, guessed=False)


def set_participant(
    connection: Connection, transcript: str, speaker: str, label: str | None
) -> None:
    """Say which participant a speaker is (None: none of them)."""
    participant_id = _participant_id(connection, label)
    _update_speaker(connection, transcript, speaker, participant_id=participant_id)


def _update_speaker(
    connection: Connection, transcript: str, speaker: str, **values: object
) -> None:
    s, t = schema.speaker, schema.transcript
    of = select(t.c.id).where(t.c.name == transcript).scalar_subquery()
    changed = connection.execute(
        update(s).where(s.c.transcript_id == of, s.c.name == speaker).values(**values)
    )
    if not changed.rowcount:
        raise InputError(
            f"There is no speaker {speaker!r} in a transcript {transcript!r}.",
            remedy="See the names with: semcode speakers",
        )


def _participant_id(connection: Connection, label: str | None) -> int | None:
    if label is None:
        return None
    p = schema.participant
    found = connection.execute(select(p.c.id).where(p.c.label == label)).scalar()
    if found is not None:
        return int(found)
    key = connection.execute(insert(p).values(label=label, attributes={})).inserted_primary_key
    return int(key[0]) if key else None
