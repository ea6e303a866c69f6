"""Dossiers keep the day that the one-stop software writes where their term was extended."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.add_column(
        "dossiers", sa.Column("extended_at", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
    )
