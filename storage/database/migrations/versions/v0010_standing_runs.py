"""Runs that were asked with another criteria set, rule or day do not stand for their unit and period."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("score_runs", sa.Column("stands", sa.Integer(), nullable=False, server_default="1"))
