"""Tables of the doors: people, their sessions, tokens and links, files on their way in, bundles asked for."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Text, UniqueConstraint

from storage.database.tables import Large, _required, _table, metadata
from storage.database.types import Instant, Plain

__all__ = ["metadata"]  # with the tables of this file in it

# People who may sign in.
accounts = _table(
    "accounts",
    Column("name", Text, primary_key=True),  # what is typed at sign-in, lower case
    _required("full_name"),
    Column("password", Text),  # argon2 hash; None: signs in elsewhere (OpenID Connect)
    Column("elsewhere", Text, unique=True),  # "<issuer> <subject>" of OpenID Connect
    Column("code_secret", Text),  # secret of the six-digit codes (TOTP), sealed; None: not asked for
    Column("code_used", Integer),  # counter of the last code accepted: a code counts once
    _required("state"),  # open | closed
    _required("made_by"),
    _required("made_at", Instant),
)

# What an account may do, and where: role, unit, office (empty: all of the unit), period (empty: all).
grants = _table(
    "grants",
    Column("account", Text, ForeignKey("accounts.name"), primary_key=True),
    Column("role", Text, primary_key=True),
    Column("unit", Text, primary_key=True),
    Column("office", Text, primary_key=True),
    Column("period", Text, primary_key=True),
)

# Signed-in browsers, by the SHA-256 of the secret in their cookie.
sessions = _table(
    "sessions",
    Column("digest", Text, primary_key=True),
    Column("account", Text, ForeignKey("accounts.name")),
    Column("share", Text),  # id of the share link that opened it, instead of an account
    _required("form_key"),  # what every form of this session must carry
    _required("origin"),
    _required("started_at", Instant),
    _required("turned_at", Instant),  # when the secret was last exchanged
    _required("seen_at", Instant),
    Column("replaced_at", Instant),  # an exchanged secret works a moment longer, for requests under way
)

# Failed sign-ins by account name or address.
sign_in_failures = _table(
    "sign_in_failures",
    Column("key", Text, primary_key=True),
    _required("failures", Integer),
    _required("last_at", Instant),
    Column("closed_until", Instant),
)

# Keys of programs, by the SHA-256 of the secret.
api_tokens = _table(
    "api_tokens",
    Column("id", Text, primary_key=True),
    _required("digest"),
    Column("account", Text, ForeignKey("accounts.name"), nullable=False),
    _required("label"),
    _required("deeds", Plain),
    _required("made_at", Instant),
    _required("expires_at", Instant),
    Column("used_at", Instant),
    Column("revoked_at", Instant),
    UniqueConstraint("digest"),
)

# Links for auditors without an account: what they show, until when.
share_links = _table(
    "share_links",
    Column("id", Text, primary_key=True),
    _required("digest"),
    _required("unit"),
    _required("period"),
    _required("components", Plain),  # empty: all
    _required("recipient"),
    _required("made_by"),
    _required("made_at", Instant),
    _required("expires_at", Instant),
    Column("revoked_at", Instant),
    UniqueConstraint("digest"),
)

# Receipts: who opened a share link, when, from where.
share_openings = _table(
    "share_openings",
    Column("share", Text, ForeignKey("share_links.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    _required("who"),
    _required("office"),
    _required("origin"),
    _required("opened_at", Instant),
)

# Files on their way in, piece by piece; the pieces lie in PAR_HOME/uploads.
uploads = _table(
    "uploads",
    Column("id", Text, primary_key=True),
    _required("unit"),
    _required("account"),
    _required("folder"),
    _required("name"),
    _required("size", Large),
    _required("fingerprint"),  # what the browser knows of the file, so that it finds its broken upload again
    _required("state"),  # open | kept | refused
    Column("sha256", Text),
    Column("reason", Text),
    _required("begun_at", Instant),
    Index("ix_uploads_account", "account", "state"),
)

# Bundles that somebody asked for on the page: waiting | making | ready | failed.
bundle_orders = _table(
    "bundle_orders",
    Column("id", Text, primary_key=True),
    _required("unit"),
    _required("run_id"),
    _required("components", Plain),
    _required("redact", Integer),
    _required("asked_by"),
    _required("asked_at", Instant),
    _required("state"),
    Column("owner", Text),
    Column("heartbeat_at", Instant),
    Column("file", Text),  # name inside PAR_HOME/orders
    Column("sha256", Text),
    Column("bytes", Large),
    Column("reason", Text),
    Column("ended_at", Instant),
    Index("ix_bundle_orders_unit", "unit", "asked_at"),
)
