"""Room for topics: how they were found, where segments fell, and what people decided on them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the tables of topics."""
    _found()
    _decided()


def _found() -> None:
    op.create_table(
        "topic_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("found_at", sa.String(length=32), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(length=96), nullable=False),
        sa.Column("segments", sa.String(length=64), nullable=False),
        sa.Column("relation", sa.String(length=64), server_default="", nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("stability", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("notes", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("provenance", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic_run")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_topic_run_fingerprint")),
    )
    op.create_table(
        "topic",
        sa.Column("topic_run_id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("within", sa.String(length=16), nullable=True),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("nearest", sa.JSON(), nullable=False),
        sa.Column("stability", sa.Float(), nullable=True),
        sa.Column("level", sa.String(length=20), nullable=True),
        sa.Column("near", sa.JSON(), server_default="[]", nullable=False),
        sa.ForeignKeyConstraint(
            ["topic_run_id"], ["topic_run.id"], name=op.f("fk_topic_topic_run_id")
        ),
        sa.PrimaryKeyConstraint("topic_run_id", "topic", name=op.f("pk_topic")),
    )
    op.create_table(
        "topic_place",
        sa.Column("topic_run_id", sa.Integer(), nullable=False),
        sa.Column("transcript_id", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("who", sa.Text(), server_default="", nullable=False),
        sa.Column("topic", sa.String(length=16), nullable=True),
        sa.Column("x", sa.Float(), nullable=False),
        sa.Column("y", sa.Float(), nullable=False),
        sa.Column("likeness", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["topic_run_id"], ["topic_run.id"], name=op.f("fk_topic_place_topic_run_id")
        ),
        sa.ForeignKeyConstraint(
            ["transcript_id"], ["transcript.id"], name=op.f("fk_topic_place_transcript_id")
        ),
        sa.PrimaryKeyConstraint(
            "topic_run_id", "transcript_id", "start", "end", name=op.f("pk_topic_place")
        ),
    )


def _decided() -> None:
    op.create_table(
        "topic_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("coder_id", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("made", sa.String(length=16), nullable=True),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("code_guid", sa.String(length=36), nullable=True),
        sa.Column("codebook_version", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("request", sa.String(length=36), nullable=True),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.Column("detail", sa.JSON(), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(
            ["coder_id"], ["coder.id"], name=op.f("fk_topic_decision_coder_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic_decision")),
    )
    op.create_index(op.f("ix_topic_decision_request"), "topic_decision", ["request"], unique=True)
    op.create_table(
        "topic_span",
        sa.Column("topic_decision_id", sa.Integer(), nullable=False),
        sa.Column("transcript_id", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=16), nullable=False),
        sa.Column("part", sa.String(length=16), nullable=True),
        sa.Column("likeness", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["topic_decision_id"],
            ["topic_decision.id"],
            name=op.f("fk_topic_span_topic_decision_id"),
        ),
        sa.ForeignKeyConstraint(
            ["transcript_id"], ["transcript.id"], name=op.f("fk_topic_span_transcript_id")
        ),
        sa.PrimaryKeyConstraint(
            "topic_decision_id", "transcript_id", "start", "end", name=op.f("pk_topic_span")
        ),
    )
