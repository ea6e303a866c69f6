"""Full-text search: what each page says, and its words."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "page_texts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["sha256"], ["objects.sha256"], name=op.f("fk_page_texts_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_texts")),
        sa.UniqueConstraint("sha256", "page", name=op.f("uq_page_texts_sha256")),
        sqlite_strict=True,
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE page_search USING fts5(exact, folded, tokenize='unicode61 remove_diacritics 0')"
        )
        return
    op.execute("CREATE TABLE page_search (id integer PRIMARY KEY, exact tsvector NOT NULL, folded tsvector NOT NULL)")
    op.execute("CREATE INDEX ix_page_search_exact ON page_search USING gin (exact)")
    op.execute("CREATE INDEX ix_page_search_folded ON page_search USING gin (folded)")
