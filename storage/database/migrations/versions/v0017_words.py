"""The words of each page with box and confidence, packed: search marks its hits on the picture of the page."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.add_column("page_texts", sa.Column("words", sa.LargeBinary(), nullable=True))
