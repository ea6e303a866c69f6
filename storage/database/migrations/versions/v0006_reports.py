"""Periodic reports and overdue lists as they were made."""

import sqlalchemy as sa
from alembic import op

from storage.database.types import Day, Instant, Plain

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "reports",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("first", Day(), nullable=False),
        sa.Column("last", Day(), nullable=False),
        sa.Column("on_time_rule", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("content", Plain(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sqlite_strict=True,
    )
    op.create_index("ix_reports_unit", "reports", ["unit", "kind", "made_at"], unique=False)
    op.create_table(
        "overdue_dossiers",
        sa.Column("report_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("desk", sa.Text(), nullable=True),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("working_days_late", sa.Integer(), nullable=False),
        sa.Column("working_minutes_late", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_overdue_dossiers_report_id")),
        sa.PrimaryKeyConstraint("report_id", "code", name=op.f("pk_overdue_dossiers")),
        sqlite_strict=True,
    )
    op.create_index("ix_overdue_dossiers_code", "overdue_dossiers", ["code"], unique=False)
