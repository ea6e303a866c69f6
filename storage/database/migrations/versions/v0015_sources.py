"""Files of sources are known by a mark; an import keeps when its file changed, and which column held what."""

import sqlalchemy as sa
from alembic import op

from storage.database.types import Instant, Plain

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("imports", sa.Column("modified_at", Instant(), nullable=True))
    op.add_column("imports", sa.Column("letters", Plain(), nullable=True))
    op.drop_table("source_files")  # what was fetched before is fetched once more, and found to be known by its content
    op.create_table(
        "source_files",
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["sha256"], ["objects.sha256"], name=op.f("fk_source_files_sha256")),
        sa.PrimaryKeyConstraint("unit", "source", "name", name=op.f("pk_source_files")),
        sqlite_strict=True,
    )
