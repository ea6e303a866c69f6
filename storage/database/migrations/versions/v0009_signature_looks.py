"""Later looks at signatures: dated verdicts beside the examination that they follow."""

import sqlalchemy as sa
from alembic import op

from storage.database.types import Instant, Plain

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "signature_looks",
        sa.Column("sha256", sa.Text(), sa.ForeignKey("objects.sha256"), primary_key=True),
        sa.Column("checker", sa.Text(), primary_key=True),
        sa.Column("looked_at", Instant(), primary_key=True),
        sa.Column("signature", Plain(), nullable=False),
        sa.Column("confirmed_at", Instant(), nullable=False),
        sa.Column("confirmed_trust", sa.Text(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("signature_looks")
