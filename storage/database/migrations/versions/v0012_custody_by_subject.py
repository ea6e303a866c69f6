"""Events of one object are found without reading the whole log."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_index("ix_custody_subject", "custody", ["subject", "seq"], unique=False)
