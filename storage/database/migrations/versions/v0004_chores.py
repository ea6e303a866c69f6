"""Chores of the schedule and what was sent out have their ledgers."""

import sqlalchemy as sa
from alembic import op

from storage.database.types import Instant, Plain

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "chores",
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("chore", sa.Text(), nullable=False),
        sa.Column("slot", Instant(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("heartbeat_at", Instant(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("outcome", Plain(), nullable=False),
        sa.PrimaryKeyConstraint("unit", "chore", "slot", name=op.f("pk_chores")),
        sqlite_strict=True,
    )
    op.create_table(
        "deliveries",
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("tried_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("unit", "subject", "channel", name=op.f("pk_deliveries")),
        sqlite_strict=True,
    )
