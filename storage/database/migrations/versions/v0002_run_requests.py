"""Nights know their slot and tell how far they are; ad-hoc runs have a ledger of their own."""

import sqlalchemy as sa
from alembic import op

from storage.database.types import Instant, Plain

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("nights", sa.Column("slot", Instant(), nullable=True))
    op.add_column("nights", sa.Column("progress", Plain(), nullable=True))
    op.create_index("ix_nights_slot", "nights", ["unit", "slot"], unique=True)
    op.create_table(
        "run_requests",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("question", Plain(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("cancelled_by", sa.Text(), nullable=True),
        sa.Column("started_at", Instant(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("heartbeat_at", Instant(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("progress", Plain(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("run_id", sa.Text(), nullable=True),
        sa.Column("outcome", Plain(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["score_runs.id"], name=op.f("fk_run_requests_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_requests")),
        sqlite_strict=True,
    )
    op.create_index("ix_run_requests_state", "run_requests", ["state", "asked_at"], unique=False)
