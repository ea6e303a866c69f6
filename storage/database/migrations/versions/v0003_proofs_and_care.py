"""Checkpoints and time stamps of the log, walks and damages of the store, links and terms of evidence."""

import sqlalchemy as sa
from alembic import op

from storage.database.types import Day, Instant, Plain

revision = "0003"
down_revision = "0002"
_LARGE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("objects", "size", type_=sa.BigInteger())
    _make_proofs()
    _make_care()
    _make_evidence()


def _make_proofs() -> None:
    op.create_table(
        "checkpoints",
        sa.Column("size", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("root", sa.Text(), nullable=False),
        sa.Column("roots", Plain(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        _object("checkpoints", "sha256", nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_checkpoints")),
        sqlite_strict=True,
    )
    op.create_table(
        "time_stamps",
        _object("time_stamps", "sha256", nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("tried_at", Instant(), nullable=True),
        sa.Column("stamped_at", Instant(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        _object("time_stamps", "token", nullable=True),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_time_stamps")),
        sqlite_strict=True,
    )


def _make_care() -> None:
    op.create_table(
        "walks",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("bytes", _LARGE, nullable=False),
        sa.Column("begun_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("asked_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_walks")),
        sqlite_strict=True,
    )
    op.create_table(
        "damages",
        _object("damages", "sha256", nullable=False),
        sa.Column("seen", sa.Text(), nullable=False),
        sa.Column("found_at", Instant(), nullable=False),
        sa.Column("mended_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_damages")),
        sqlite_strict=True,
    )


def _make_evidence() -> None:
    op.create_table(
        "evidence_links",
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("component", sa.Text(), nullable=False),
        _object("evidence_links", "sha256", nullable=False),
        sa.Column("section", sa.Text(), nullable=True),
        sa.Column("pages", sa.Text(), nullable=True),
        sa.Column("said_by", sa.Text(), nullable=False),
        sa.Column("said_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("unit", "component", "sha256", name=op.f("pk_evidence_links")),
        sqlite_strict=True,
    )
    op.create_table(
        "evidence_terms",
        sa.Column("unit", sa.Text(), nullable=False),
        _object("evidence_terms", "sha256", nullable=False),
        sa.Column("speaks_from", Day(), nullable=True),
        sa.Column("speaks_to", Day(), nullable=True),
        sa.Column("expires_on", Day(), nullable=True),
        sa.Column("said_by", sa.Text(), nullable=False),
        sa.Column("said_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("unit", "sha256", name=op.f("pk_evidence_terms")),
        sqlite_strict=True,
    )


def _object(table: str, column: str, *, nullable: bool) -> sa.Column[str]:
    """A column that names a kept object."""
    return sa.Column(
        column, sa.Text(), sa.ForeignKey("objects.sha256", name=op.f(f"fk_{table}_{column}")), nullable=nullable
    )
