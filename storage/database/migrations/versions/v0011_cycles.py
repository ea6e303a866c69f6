"""The yearly cycle: state, deadlines, lock; what was written for each component."""

import sqlalchemy as sa
from alembic import op

from storage.database.types import Instant, Plain

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "cycles",
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("criteria", sa.Text(), nullable=False),
        sa.Column("deadlines", Plain(), nullable=False),
        sa.Column("lock", Plain(), nullable=True),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("unit", "period", name=op.f("pk_cycles")),
        sqlite_strict=True,
    )
    op.create_table(
        "cycle_entries",
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("component", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("entry", Plain(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("unit", "period", "component", name=op.f("pk_cycle_entries")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("cycle_entries")
    op.drop_table("cycles")
