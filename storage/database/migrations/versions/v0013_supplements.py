"""Dossiers keep the due date that they had before the citizen was asked for more papers."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column(
        "dossiers", sa.Column("due_before", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
    )
