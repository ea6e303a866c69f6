"""People, sessions, tokens, share links, uploads under way, bundles asked for; points of each run by component."""

import json

import sqlalchemy as sa
from alembic import op

from storage.database.types import Instant, Plain

revision = "0005"
down_revision = "0004"
_LARGE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _make_accounts()
    _make_grants()
    _make_sessions()
    _make_sign_in_failures()
    _make_api_tokens()
    _make_share_links()
    _make_share_openings()
    _make_uploads()
    _make_bundle_orders()
    _make_score_points()
    _fill_score_points()


def _make_accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("full_name", sa.Text(), nullable=False),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("elsewhere", sa.Text(), nullable=True),
        sa.Column("code_secret", sa.Text(), nullable=True),
        sa.Column("code_used", sa.Integer(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_accounts")),
        sa.UniqueConstraint("elsewhere", name=op.f("uq_accounts_elsewhere")),
        sqlite_strict=True,
    )


def _make_grants() -> None:
    op.create_table(
        "grants",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.name"], name=op.f("fk_grants_account")),
        sa.PrimaryKeyConstraint("account", "role", "unit", "office", "period", name=op.f("pk_grants")),
        sqlite_strict=True,
    )


def _make_sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=True),
        sa.Column("share", sa.Text(), nullable=True),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("turned_at", Instant(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.Column("replaced_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["accounts.name"], name=op.f("fk_sessions_account")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_sessions")),
        sqlite_strict=True,
    )


def _make_sign_in_failures() -> None:
    op.create_table(
        "sign_in_failures",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", Instant(), nullable=False),
        sa.Column("closed_until", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sign_in_failures")),
        sqlite_strict=True,
    )


def _make_api_tokens() -> None:
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("deeds", Plain(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["accounts.name"], name=op.f("fk_api_tokens_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_tokens_digest")),
        sqlite_strict=True,
    )


def _make_share_links() -> None:
    op.create_table(
        "share_links",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("components", Plain(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_links")),
        sa.UniqueConstraint("digest", name=op.f("uq_share_links_digest")),
        sqlite_strict=True,
    )


def _make_share_openings() -> None:
    op.create_table(
        "share_openings",
        sa.Column("share", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["share"], ["share_links.id"], name=op.f("fk_share_openings_share")),
        sa.PrimaryKeyConstraint("share", "number", name=op.f("pk_share_openings")),
        sqlite_strict=True,
    )


def _make_uploads() -> None:
    op.create_table(
        "uploads",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", _LARGE, nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("begun_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
        sqlite_strict=True,
    )
    op.create_index("ix_uploads_account", "uploads", ["account", "state"], unique=False)


def _make_bundle_orders() -> None:
    op.create_table(
        "bundle_orders",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("components", Plain(), nullable=False),
        sa.Column("redact", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("heartbeat_at", Instant(), nullable=True),
        sa.Column("file", sa.Text(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("bytes", _LARGE, nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bundle_orders")),
        sqlite_strict=True,
    )
    op.create_index("ix_bundle_orders_unit", "bundle_orders", ["unit", "asked_at"], unique=False)


def _make_score_points() -> None:
    op.create_table(
        "score_points",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("component", sa.Text(), nullable=False),
        sa.Column("points", sa.Text(), nullable=True),
        sa.Column("expected", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["score_runs.id"], name=op.f("fk_score_points_run_id")),
        sa.PrimaryKeyConstraint("run_id", "component", name=op.f("pk_score_points")),
        sqlite_strict=True,
    )
    op.create_index("ix_score_points_component", "score_points", ["component", "run_id"], unique=False)


def _fill_score_points() -> None:
    """Runs that are there already get their points by component."""
    connection = op.get_bind()
    points = sa.table("score_points", *map(sa.column, ("run_id", "component", "points", "expected", "state")))
    for run_id, text in connection.execute(sa.text("SELECT id, score FROM score_runs")).all():
        score = json.loads(text)
        whole = {"points": score["totals"]["conservative"], "expected": score["totals"]["expected"], "state": "total"}
        rows = [{"run_id": run_id, "component": "", **whole}]
        rows += [
            {"run_id": run_id, "component": item["id"]} | {key: item[key] for key in ("points", "expected", "state")}
            for item in score["components"]
        ]
        connection.execute(sa.insert(points), rows)
