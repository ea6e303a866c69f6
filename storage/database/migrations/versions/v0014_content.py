"""An import keeps the hash of its cells: another file with the same rows is known before they are interpreted."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("imports", sa.Column("content", sa.Text(), nullable=True))
