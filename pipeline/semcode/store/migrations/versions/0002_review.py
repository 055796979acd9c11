"""Room for review, trained models, memos, corrected transcripts and other programs' projects."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the columns, all with a default, and the new tables."""
    _columns()
    _tables()


def _columns() -> None:
    for table, column in (
        ("codebook_version", sa.Column("made_by", sa.Text(), server_default="", nullable=False)),
        ("codebook_version", sa.Column("changes", sa.JSON(), server_default="[]", nullable=False)),
        ("coder", sa.Column("role", sa.Text(), server_default="", nullable=False)),
        ("participant", sa.Column("guid", sa.String(length=36), nullable=True)),
        ("decision", sa.Column("request", sa.String(length=36), nullable=True)),
        ("decision", sa.Column("undoes", sa.Integer(), nullable=True)),
        ("decision", sa.Column("batch", sa.Text(), server_default="", nullable=False)),
        ("decision", sa.Column("detail", sa.JSON(), server_default="{}", nullable=False)),
    ):
        op.add_column(table, column)
    op.create_index(op.f("ix_decision_request"), "decision", ["request"], unique=True)


def _tables() -> None:
    op.create_table(
        "memo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guid", sa.String(length=36), nullable=False),
        sa.Column("target_kind", sa.String(length=20), nullable=False),
        sa.Column("target", sa.String(length=64), nullable=False),
        sa.Column("coder_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["coder_id"], ["coder.id"], name=op.f("fk_memo_coder_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memo")),
    )
    op.create_index(op.f("ix_memo_guid"), "memo", ["guid"])
    op.create_table(
        "model",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guid", sa.String(length=36), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("codebook_version_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("provenance", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["codebook_version_id"],
            ["codebook_version.id"],
            name=op.f("fk_model_codebook_version_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model")),
        sa.UniqueConstraint("guid", name=op.f("uq_model_guid")),
    )
    op.create_table(
        "extra",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("guid", sa.String(length=36), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extra")),
        sa.UniqueConstraint("kind", "guid", name=op.f("uq_extra_kind_guid")),
    )
    op.create_table(
        "transcript_version",
        sa.Column("transcript_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("source_sha256", sa.String(length=64), nullable=False),
        sa.Column("replaced_at", sa.String(length=32), nullable=False),
        sa.Column("replaced_by", sa.Text(), server_default="", nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["transcript_id"], ["transcript.id"], name=op.f("fk_transcript_version_transcript_id")
        ),
        sa.PrimaryKeyConstraint("transcript_id", "number", name=op.f("pk_transcript_version")),
    )
