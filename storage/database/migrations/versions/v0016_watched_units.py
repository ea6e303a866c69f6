"""The first look at each unit is kept: a machine that is off at night knows what it missed. Looks stay quick."""

import sqlalchemy as sa
from alembic import op

from storage.database.types import Instant

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "watched_units",
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("unit", name=op.f("pk_watched_units")),
        sqlite_strict=True,
    )
    op.create_index("ix_nights_state", "nights", ["state"])
