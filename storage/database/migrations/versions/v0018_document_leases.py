"""Documents are leased to whoever reads them: two readers at once read one document once."""

import sqlalchemy as sa
from alembic import op

from storage.database.types import Instant

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column("documents", sa.Column("owner", sa.Text(), nullable=True))
    op.add_column("documents", sa.Column("held_at", Instant(), nullable=True))
