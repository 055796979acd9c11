"""The tables of a study as SQLAlchemy Core; a change here needs a migration (tested)."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

__all__ = [
    "assignment",
    "code",
    "codebook_version",
    "coder",
    "coding",
    "decision",
    "extra",
    "facet",
    "memo",
    "metadata",
    "model",
    "participant",
    "reading",
    "run",
    "run_transcript",
    "segment",
    "speaker",
    "study",
    "suggestion",
    "topic",
    "topic_decision",
    "topic_place",
    "topic_run",
    "topic_span",
    "transcript",
    "transcript_version",
    "turn",
    "vector",
]

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True)


def _to(target: str, name: str | None = None, *, nullable: bool = False) -> Column[int]:
    return Column(name or f"{target}_id", Integer, ForeignKey(f"{target}.id"), nullable=nullable)


def _text(name: str, default: str = "") -> Column[str]:
    return Column(name, Text, nullable=False, server_default=default)


#: Times are ISO 8601 in UTC, so that any tool can read and sort them.
def _time(name: str, *, nullable: bool = False) -> Column[str]:
    return Column(name, String(32), nullable=nullable)


def _json(name: str, default: str | None = None) -> Column[object]:
    return Column(name, JSON, nullable=False, server_default=default)


def _span() -> tuple[Column[int], Column[int]]:
    return Column("start", Integer, nullable=False), Column("end", Integer, nullable=False)


study = Table(
    "study",
    metadata,
    _id(),
    Column("guid", String(36), nullable=False),
    _text("name"),
    _text("notice"),
    _time("created_at"),
    _text("created_with"),
)

codebook_version = Table(
    "codebook_version",
    metadata,
    _id(),
    Column("number", Integer, nullable=False, unique=True),
    _text("name"),
    _text("language"),
    _text("description"),
    _text("source"),
    Column("digest", String(64), nullable=False),
    _time("created_at"),
    _text("note"),
    _text("made_by"),
    _json("changes", "[]"),
)

code = Table(
    "code",
    metadata,
    _to("codebook_version"),
    Column("guid", String(36), nullable=False),
    Column("position", Integer, nullable=False),
    _text("name"),
    Column("parent", Text),
    Column("level", String(20)),
    _text("definition"),
    _text("include"),
    _text("exclude"),
    _json("examples"),
    _text("color"),
    _json("facets"),
    PrimaryKeyConstraint("codebook_version_id", "guid"),
)

facet = Table(
    "facet",
    metadata,
    _to("codebook_version"),
    Column("position", Integer, nullable=False),
    _text("name"),
    _json("values"),
    _text("definition"),
    PrimaryKeyConstraint("codebook_version_id", "name"),
)

participant = Table(
    "participant",
    metadata,
    _id(),
    Column("label", Text, nullable=False, unique=True),
    _json("attributes"),
    Column("guid", String(36)),
)

transcript = Table(
    "transcript",
    metadata,
    _id(),
    Column("guid", String(36), nullable=False, unique=True),
    Column("name", Text, nullable=False, unique=True),
    Column("text", Text, nullable=False),
    Column("words", Integer, nullable=False),
    _text("format"),
    _text("source_name"),
    Column("source_sha256", String(64), nullable=False, index=True),
    _json("warnings"),
    _time("added_at"),
    Column("segmentation", String(64)),
)

speaker = Table(
    "speaker",
    metadata,
    _id(),
    _to("transcript"),
    Column("position", Integer, nullable=False),
    _text("name"),
    Column("role", String(20), nullable=False),
    _json("labels"),
    Column("guessed", Boolean, nullable=False),
    _to("participant", nullable=True),
    UniqueConstraint("transcript_id", "name"),
)

turn = Table(
    "turn",
    metadata,
    _to("transcript"),
    Column("position", Integer, nullable=False),
    _to("speaker"),
    *_span(),
    Column("words", Integer, nullable=False),
    Column("time_start", Float),
    Column("time_end", Float),
    _json("times"),
    PrimaryKeyConstraint("transcript_id", "position"),
)

segment = Table(
    "segment",
    metadata,
    _id(),
    _to("transcript"),
    Column("position", Integer, nullable=False),
    Column("turn", Integer, nullable=False),
    *_span(),
    Column("context_start", Integer),
    Column("context_end", Integer),
    Column("time_start", Float),
    UniqueConstraint("transcript_id", "position"),
    ForeignKeyConstraint(["transcript_id", "turn"], ["turn.transcript_id", "turn.position"]),
)

vector = Table(
    "vector",
    metadata,
    Column("model", String(96), nullable=False),
    Column("text_hash", LargeBinary(16), nullable=False),
    Column("data", LargeBinary, nullable=False),
    PrimaryKeyConstraint("model", "text_hash"),
    sqlite_with_rowid=False,
)

coder = Table(
    "coder",
    metadata,
    _id(),
    Column("guid", String(36), nullable=False, unique=True),
    Column("name", Text, nullable=False, unique=True),
    Column("kind", String(20), nullable=False),
    _time("created_at"),
    _text("role"),
)

run = Table(
    "run",
    metadata,
    _id(),
    Column("kind", String(20), nullable=False),
    Column("fingerprint", String(64), nullable=False, unique=True),
    _time("started_at"),
    _time("finished_at", nullable=True),
    _to("codebook_version"),
    Column("seed", Integer, nullable=False),
    _json("provenance"),
)

run_transcript = Table(
    "run_transcript",
    metadata,
    _to("run"),
    _to("transcript"),
    Column("segmentation", String(64), nullable=False),
    Column("segments", Integer, nullable=False),
    PrimaryKeyConstraint("run_id", "transcript_id"),
)

suggestion = Table(
    "suggestion",
    metadata,
    _id(),
    _to("run"),
    _to("segment"),
    Column("code_guid", String(36), nullable=False),
    Column("score", Float, nullable=False),
    _json("evidence"),
    UniqueConstraint("run_id", "segment_id", "code_guid"),
    Index(None, "segment_id"),
)

coding = Table(
    "coding",
    metadata,
    _id(),
    Column("guid", String(36), nullable=False, unique=True),
    _to("transcript"),
    *_span(),
    Column("code_guid", String(36), nullable=False),
    _to("coder"),
    _json("facets"),
    _text("memo"),
    _time("created_at"),
    _to("codebook_version"),
    UniqueConstraint("transcript_id", "start", "end", "code_guid", "coder_id"),
)

reading = Table(
    "reading",
    metadata,
    _id(),
    _to("coder"),
    _to("transcript"),
    *_span(),
    _time("at"),
    Column("blind", Boolean, nullable=False),
    UniqueConstraint("coder_id", "transcript_id", "start", "end"),
)

#: What somebody is asked to read; `batch` names the draw that it came from.
assignment = Table(
    "assignment",
    metadata,
    _id(),
    _text("batch"),
    _to("coder"),
    _to("transcript"),
    *_span(),
    Column("blind", Boolean, nullable=False),
    _time("assigned_at"),
    UniqueConstraint("batch", "coder_id", "transcript_id", "start", "end"),
)

#: Append-only: each line repeats what was decided on, so that it outlives the suggestion.
#: `request` is the caller's own id of the line, so that one sent twice is stored once;
#: `undoes` is the line that this one takes back; `batch` joins the lines of one act.
decision = Table(
    "decision",
    metadata,
    _id(),
    _time("at"),
    _to("coder"),
    Column("verdict", String(20), nullable=False),
    _to("transcript"),
    *_span(),
    Column("code_guid", String(36), nullable=False),
    Column("score", Float),
    _json("evidence"),
    _to("run", nullable=True),
    _to("codebook_version"),
    Column("coding_guid", String(36)),
    Column("seconds", Float),
    _text("note"),
    Column("request", String(36)),
    Column("undoes", Integer),
    _text("batch"),
    _json("detail", "{}"),
    Index(None, "transcript_id", "start", "end"),
    Index(None, "request", unique=True),
)

#: Append-only: the newest line of a guid counts; one without text was removed.
memo = Table(
    "memo",
    metadata,
    _id(),
    Column("guid", String(36), nullable=False, index=True),
    Column("target_kind", String(20), nullable=False),
    Column("target", String(64), nullable=False),
    _to("coder"),
    _text("text"),
    _time("at"),
)

#: A trained learner: `data` is its file, as `semcode train` writes it.
model = Table(
    "model",
    metadata,
    _id(),
    Column("guid", String(36), nullable=False, unique=True),
    _time("created_at"),
    _to("codebook_version"),
    Column("sha256", String(64), nullable=False),
    Column("data", LargeBinary, nullable=False),
    _json("provenance"),
)

#: What another program's project held and our own tables do not: sets, links, notes.
extra = Table(
    "extra",
    metadata,
    _id(),
    Column("kind", String(20), nullable=False),
    Column("guid", String(36), nullable=False),
    _json("data"),
    UniqueConstraint("kind", "guid"),
)

#: The text that a correction replaced; `mapping` says where its codings went.
transcript_version = Table(
    "transcript_version",
    metadata,
    _to("transcript"),
    Column("number", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("source_sha256", String(64), nullable=False),
    _time("replaced_at"),
    _text("replaced_by"),
    _json("mapping"),
    PrimaryKeyConstraint("transcript_id", "number"),
)


#: How topics were found; `segments` is a hash of what was cut, `relation` of what they were
#: compared with. `stability` is {} until it was tried.
topic_run = Table(
    "topic_run",
    metadata,
    _id(),
    Column("fingerprint", String(64), nullable=False, unique=True),
    _time("found_at"),
    Column("seed", Integer, nullable=False),
    Column("model", String(96), nullable=False),
    Column("segments", String(64), nullable=False),
    Column("relation", String(64), nullable=False, server_default=""),
    _json("plan"),
    _json("stability", "{}"),
    _json("notes", "[]"),
    _json("provenance"),
)

#: What is known of a topic in a run. `topic` is its id, such as T3, which it keeps over runs;
#: `within` an earlier topic that most of it was in; `nearest` holds spans, `near` codes.
topic = Table(
    "topic",
    metadata,
    _to("topic_run"),
    Column("topic", String(16), nullable=False),
    Column("number", Integer, nullable=False),
    Column("within", String(16)),
    _json("terms"),
    _json("nearest"),
    Column("stability", Float),
    Column("level", String(20)),
    _json("near", "[]"),
    PrimaryKeyConstraint("topic_run_id", "topic"),
)

#: The fit's own assignment of each segment, None for no topic, and its place on the map.
topic_place = Table(
    "topic_place",
    metadata,
    _to("topic_run"),
    _to("transcript"),
    *_span(),
    _text("who"),
    Column("topic", String(16)),
    Column("x", Float, nullable=False),
    Column("y", Float, nullable=False),
    Column("likeness", Float, nullable=False),
    PrimaryKeyConstraint("topic_run_id", "transcript_id", "start", "end"),
)

#: Append-only: what people decided on topics; `undoes` is the line that this one takes back.
topic_decision = Table(
    "topic_decision",
    metadata,
    _id(),
    _time("at"),
    _to("coder"),
    Column("verdict", String(20), nullable=False),
    _json("topics"),
    Column("made", String(16)),
    _text("name"),
    Column("code_guid", String(36)),
    Column("codebook_version", Integer),
    _text("note"),
    Column("request", String(36)),
    Column("undoes", Integer),
    _json("detail", "{}"),
    Index(None, "request", unique=True),
)

#: What a decision rests on: the spans of its topics, and of the parts of a split.
topic_span = Table(
    "topic_span",
    metadata,
    _to("topic_decision"),
    _to("transcript"),
    *_span(),
    Column("topic", String(16), nullable=False),
    Column("part", String(16)),
    Column("likeness", Float, nullable=False),
    PrimaryKeyConstraint("topic_decision_id", "transcript_id", "start", "end"),
)
