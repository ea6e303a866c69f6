"""Dossiers have columns of their own; changes are kept packed, import by import; alarms and pulls of sources."""

import itertools
import json
import zlib
from datetime import datetime
from operator import itemgetter

import sqlalchemy as sa
from alembic import op

from storage.database.types import Instant, Plain

revision = "0008"
down_revision = "0007"

_MOMENTS = (
    *("submitted_at", "received_at", "due_at", "finished_at", "returned_at"),
    *("supplement_asked_at", "supplement_given_at"),
)
_NUMBERS = (
    *("full_online", "status", "supplements", "fee_due", "paid_online", "papers_digitised", "papers_reused"),
    *("synced", "result_file_required"),
)
_TEXTS = (
    *("procedure_code", "procedure", "field", "receiving_unit", "resolving_unit", "channel", "desk"),
    *("result_number", "result_files", "apology_number"),
)
_BLOCK = 2_048


def upgrade() -> None:
    for name, kind in (
        ("source", sa.Text()),
        ("stands_at", Instant()),
        ("carries", Plain()),
        ("sheets", Plain()),
        ("period", Plain()),
    ):
        op.add_column("imports", sa.Column(name, kind, nullable=True))
    _make_tables()
    connection = op.get_bind()
    connection.exec_driver_sql("UPDATE imports SET stands_at = coalesce(exported_at, imported_at)")
    _carry_dossiers_over(connection)
    _carry_versions_over(connection)
    connection.exec_driver_sql("DELETE FROM records WHERE kind = 'dossiers'")
    op.drop_table("record_versions")


def _make_tables() -> None:
    large = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    by_code = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.create_table(
        "dossiers",
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("code", by_code, nullable=False),
        sa.Column("first_import", sa.Integer(), nullable=False),
        sa.Column("last_import", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=True) for name in _TEXTS),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in _NUMBERS),
        *(sa.Column(name, large, nullable=True) for name in _MOMENTS),
        sa.ForeignKeyConstraint(["first_import"], ["imports.id"], name=op.f("fk_dossiers_first_import")),
        sa.ForeignKeyConstraint(["last_import"], ["imports.id"], name=op.f("fk_dossiers_last_import")),
        sa.PrimaryKeyConstraint("unit", "code", name=op.f("pk_dossiers")),
        sqlite_strict=True,
    )
    for table in ("record_changes", "import_rows"):
        op.create_table(
            table,
            sa.Column("import_id", sa.Integer(), nullable=False),
            sa.Column("position", sa.Integer(), nullable=False),
            sa.Column("first_key", by_code, nullable=False),
            sa.Column("last_key", by_code, nullable=False),
            sa.Column("packed", sa.LargeBinary(), nullable=False),
            sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f(f"fk_{table}_import_id")),
            sa.PrimaryKeyConstraint("import_id", "position", name=op.f(f"pk_{table}")),
            sqlite_strict=True,
        )
    op.create_table(
        "import_alarms",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("field", sa.Text(), nullable=True),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("told_in", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_import_alarms_import_id")),
        sa.PrimaryKeyConstraint("import_id", "position", name=op.f("pk_import_alarms")),
        sqlite_strict=True,
    )
    op.create_index("ix_import_alarms_unit", "import_alarms", ["unit", "told_in"], unique=False)
    op.create_table(
        "source_pulls",
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("fresh", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("unit", "source", "at", name=op.f("pk_source_pulls")),
        sqlite_strict=True,
    )
    op.create_table(
        "source_files",
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", large, nullable=False),
        sa.Column("modified_at", Instant(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["sha256"], ["objects.sha256"], name=op.f("fk_source_files_sha256")),
        sa.PrimaryKeyConstraint("unit", "source", "name", name=op.f("pk_source_files")),
        sqlite_strict=True,
    )


def _carry_dossiers_over(connection: sa.Connection) -> None:
    columns = ("unit", "code", "first_import", "last_import", *_TEXTS, *_NUMBERS, *_MOMENTS)
    dossiers = sa.table("dossiers", *(sa.column(name) for name in columns))
    kept = connection.exec_driver_sql(
        "SELECT unit, key, first_import, last_import, fields FROM records WHERE kind = 'dossiers'"
    ).fetchall()
    rows = [
        {"unit": unit, "code": key, "first_import": first, "last_import": last}
        | {name: _stored(json.loads(fields).get(name)) for name in (*_TEXTS, *_NUMBERS, *_MOMENTS)}
        for unit, key, first, last, fields in kept
    ]
    if rows:
        connection.execute(sa.insert(dossiers), rows)


def _carry_versions_over(connection: sa.Connection) -> None:
    """Versions as blocks of changes, and as the rows that their import spoke of: others were not kept."""
    versions = connection.exec_driver_sql(
        "SELECT import_id, key, kind, fields, cells FROM record_versions ORDER BY import_id"
    ).fetchall()
    for import_id, group in itertools.groupby(versions, key=itemgetter(0)):
        rows = sorted((key, kind, json.loads(fields), json.loads(cells)) for _, key, kind, fields, cells in group)
        for position, start in enumerate(range(0, len(rows), _BLOCK)):
            _insert_block(connection, import_id, position, rows[start : start + _BLOCK])


def _insert_block(
    connection: sa.Connection,
    import_id: int,
    position: int,
    rows: list[tuple[str, str, dict[str, object], dict[str, object]]],
) -> None:
    keys = [key for key, *_ in rows]
    places = {
        "keys": keys,
        "sheets": [cells["sheet"] for *_, cells in rows],
        "rows": [cells["row"] for *_, cells in rows],
    }
    names = sorted({name for _, _, fields, _ in rows for name in fields} - {"code"})
    changes = {
        f"={name}": [
            {} if name not in fields else _stored(fields[name]) if kind == "dossiers" else fields[name]
            for _, kind, fields, _ in rows
        ]
        for name in names
    }
    said = [",".join(sorted(fields)) for _, _, fields, _ in rows]
    blocks = (("record_changes", places | changes), ("import_rows", places | {"said": said}))
    for table, columns in blocks:
        target = sa.table(table, *(sa.column(n) for n in ("import_id", "position", "first_key", "last_key", "packed")))
        values = {"import_id": import_id, "position": position, "first_key": keys[0], "last_key": keys[-1]}
        packed = zlib.compress(json.dumps(columns, ensure_ascii=False, separators=(",", ":")).encode(), 1)
        connection.execute(sa.insert(target).values(packed=packed, **values))


def _stored(value: object) -> object:
    """A value of the old records as the new columns hold it."""
    if isinstance(value, dict):
        return round(datetime.fromisoformat(value["datetime"]).timestamp())
    if isinstance(value, list):
        return "\n".join(value)
    return int(value) if isinstance(value, bool) else value
