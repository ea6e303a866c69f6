"""The last import of dossiers keeps prints of its rows: an export that says them again is read where it differs."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "import_prints",
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("prints", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_import_prints_import_id")),
        sa.PrimaryKeyConstraint("unit", name=op.f("pk_import_prints")),
        sqlite_strict=True,
    )
