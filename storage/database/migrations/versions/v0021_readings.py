"""A kept file may be read again by a better reader: each reading that brings something is an import of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    name = op.f("uq_imports_unit")
    with op.batch_alter_table("imports", table_kwargs={"sqlite_strict": True}) as table:
        table.add_column(sa.Column("reading", sa.Integer(), nullable=False, server_default="1"))
        table.drop_constraint(name, type_="unique")
        table.create_unique_constraint(name, ["unit", "sha256", "reading"])
