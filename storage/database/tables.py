"""The tables. What each row means stands beside it; the migrations in `migrations/` make them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeEngine

from storage.database.types import Day, Instant, Plain

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)


def _table(name: str, *parts: Column[Any] | UniqueConstraint | Index) -> Table:
    return Table(name, metadata, *parts, sqlite_strict=True)


Large = BigInteger().with_variant(Integer(), "sqlite")
"""Bytes and counts beyond 2^31; SQLite's own INTEGER holds them."""


def _required(name: str, kind: type[TypeEngine[Any]] | TypeEngine[Any] = Text) -> Column[Any]:
    return Column(name, kind, nullable=False)


# Every object that was ever kept, in the order of keeping.
objects = _table(
    "objects",
    Column("sha256", Text, primary_key=True),
    _required("size", Large),
    _required("kept_at", Instant),
)

# One export, once: the same bytes are never imported twice for a unit.
imports = _table(
    "imports",
    Column("id", Integer, primary_key=True),
    _required("unit"),
    Column("sha256", Text, ForeignKey("objects.sha256"), nullable=False),
    _required("name"),
    _required("status"),  # read | rejected
    Column("kind", Text),
    Column("profile", Text),
    Column("reason", Text),  # why it was rejected, in Vietnamese
    _required("reader"),  # version of the layouts it was read with; a rejected file is tried again with newer ones
    _required("counts", Plain),  # {read, new, changed, unchanged, rejected}
    Column("totals", Plain),  # {declared, counted, agree}
    _required("warnings", Plain),
    Column("exported_at", Instant),
    _required("imported_at", Instant),
    Column("source", Text),  # name of the source it was pulled from; null: handed over by a person
    Column("stands_at", Instant),  # the moment its words count from: exported_at, else imported_at
    Column("carries", Plain),  # fields that its layout carried
    Column("sheets", Plain),
    Column("period", Plain),  # [first day, last day] of its title
    Column("content", Text),  # hash of its parts (connectors/exports/formats/sameness.py); null: not a zipped workbook
    Column("modified_at", Instant),  # when its source says the file last changed; null: it does not
    Column("letters", Plain),  # {sheet: {field: column letter}}: with sheet and row of a value, its cell
    Column(
        "reading", Integer, nullable=False, server_default="1"
    ),  # how many times this content was read, and brought something
    UniqueConstraint("unit", "sha256", "reading"),
)

# The current state of each thing an export speaks of, dossiers apart (export_tables.py); `key` is the petition code,
# component/key, procedure code ...
records = _table(
    "records",
    Column("unit", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    _required("fields", Plain),
    Column("first_import", Integer, ForeignKey("imports.id"), nullable=False),
    Column("last_import", Integer, ForeignKey("imports.id"), nullable=False),
)

rejected_rows = _table(
    "rejected_rows",
    Column("import_id", Integer, ForeignKey("imports.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    _required("sheet"),
    _required("row", Integer),
    Column("cell", Text),
    _required("reason"),
)

# An uploaded document, by content; its state machine is received → examining → examined | quarantined.
documents = _table(
    "documents",
    Column("unit", Text, primary_key=True),
    Column("sha256", Text, ForeignKey("objects.sha256"), primary_key=True),
    _required("name"),
    _required("state"),
    _required("attempts", Integer),
    Column("reason", Text),  # why it waits or was put aside: the last error
    _required("received_at", Instant),
    Column("owner", Text),  # who reads it (storage/ledger/document_leases.py), and when that was last renewed
    Column("held_at", Instant),
)

# Where a document was found: one content may arrive under many names.
receipts = _table(
    "receipts",
    Column("unit", Text, primary_key=True),
    Column("path", Text, primary_key=True),
    Column("sha256", Text, ForeignKey("objects.sha256"), primary_key=True),
    _required("received_at", Instant),
)

# A sidecar: what one version of the checks said about one content.
examinations = _table(
    "examinations",
    Column("sha256", Text, ForeignKey("objects.sha256"), primary_key=True),
    Column("checker", Text, primary_key=True),
    _required("result", Plain),
    _required("text"),
    _required("examined_at", Instant),
)

# A later look at the signatures of a content already examined: a new dated verdict, and how long it was confirmed.
signature_looks = _table(
    "signature_looks",
    Column("sha256", Text, ForeignKey("objects.sha256"), primary_key=True),
    Column("checker", Text, primary_key=True),
    Column("looked_at", Instant, primary_key=True),
    _required("signature", Plain),
    _required("confirmed_at", Instant),
    _required("confirmed_trust"),  # digest of the trust material of the newest look that said the same
)

# An immutable score with everything it was made of.
score_runs = _table(
    "score_runs",
    Column("id", Text, primary_key=True),
    _required("position", Integer),  # 1, 2, 3 ... within the database: the order of making
    _required("unit"),
    _required("period"),
    _required("as_of", Day),
    _required("score", Plain),
    Column("inputs_sha256", Text, ForeignKey("objects.sha256"), nullable=False),  # facts, criteria set and calendar
    _required("inputs_digest"),
    _required("gaps", Plain),  # {missing_files: [[component, name]], unlinked: [sha256]}: what could not be joined
    _required("asked_by"),
    _required("made_at", Instant),
    Column("stands", Integer, nullable=False, server_default="1"),  # 0: asked with another set, rule or day; only shown
    Index("ix_score_runs_unit", "unit", "period", "position"),
)

# The run ledger: the truth about each night, whatever Prefect says.
nights = _table(
    "nights",
    Column("id", Text, primary_key=True),
    _required("unit"),
    _required("period"),
    _required("state"),  # running | done | gaps | failed
    _required("asked_by"),
    _required("started_at", Instant),
    _required("owner"),  # host:pid that holds the lease
    _required("heartbeat_at", Instant),
    _required("attempts", Integer),
    Column("ended_at", Instant),
    Column("run_id", Text, ForeignKey("score_runs.id")),
    _required("summary", Plain),
    Column("slot", Instant),  # the moment of the schedule that it fills: each slot has one night, whoever starts it
    Column("progress", Plain),  # {step, done, of} while it runs
    Index("ix_nights_slot", "unit", "slot", unique=True),
    Index("ix_nights_state", "state"),  # what runs is looked for twice a second
)

# Since when the service works for a unit: slots before that moment were nobody's to fill.
watched_units = _table("watched_units", Column("unit", Text, primary_key=True), _required("since", Instant))

# The run ledger of ad-hoc runs: asked for by a person, worked on by whoever is free.
run_requests = _table(
    "run_requests",
    Column("id", Text, primary_key=True),
    _required("unit"),
    _required("question", Plain),  # {unit, period, criteria, on_time_rule, as_of, dry_run}
    _required("digest"),  # SHA-256 of the canonical question: the same question twice is one request while it is open
    _required("state"),  # waiting | running | done | gaps | failed | cancelled
    _required("asked_by"),
    _required("asked_at", Instant),
    Column("cancelled_by", Text),
    Column("started_at", Instant),
    Column("owner", Text),
    Column("heartbeat_at", Instant),
    _required("attempts", Integer),
    Column("progress", Plain),  # {step, done, of}
    Column("ended_at", Instant),
    Column("run_id", Text, ForeignKey("score_runs.id")),
    Column("outcome", Plain),  # {totals, ...} or {reason}
    Index("ix_run_requests_state", "state", "asked_at"),
)

# The run ledger of what is due beside the night (letter, scrub, reminders): each slot is done once, whoever starts it.
chores = _table(
    "chores",
    Column("unit", Text, primary_key=True),
    Column("chore", Text, primary_key=True),
    Column("slot", Instant, primary_key=True),
    _required("state"),  # running | done | failed
    _required("owner"),
    _required("heartbeat_at", Instant),
    _required("attempts", Integer),
    Column("ended_at", Instant),
    _required("outcome", Plain),
)

# What was sent out, once for each subject and channel.
deliveries = _table(
    "deliveries",
    Column("unit", Text, primary_key=True),
    Column("subject", Text, primary_key=True),  # letter:<night> | alarm:<name>:<day> | reminder:<office>:<day>
    Column("channel", Text, primary_key=True),  # mail | webhook
    _required("state"),  # waiting | sent | failed
    _required("attempts", Integer),
    Column("reason", Text),
    _required("tried_at", Instant),
)

# Everything that happened, append-only and hash-chained.
custody = _table(
    "custody",
    Column("seq", Integer, primary_key=True, autoincrement=False),
    _required("at"),
    _required("event"),
    _required("subject"),
    _required("who"),
    _required("origin"),
    _required("detail", Plain),
    _required("previous"),
    _required("hash"),
    Index("ix_custody_subject", "subject", "seq"),
)

# The log as it stood at the end of a night: a signed checkpoint, by the number of its events.
checkpoints = _table(
    "checkpoints",
    Column("size", Integer, primary_key=True, autoincrement=False),
    _required("root"),
    _required("roots", Plain),  # roots of the tree's full subtrees, largest first: the next checkpoint starts from them
    _required("note"),
    Column("sha256", Text, ForeignKey("objects.sha256"), nullable=False),  # the note as kept object
    _required("made_at", Instant),
)

# Time stamps (RFC 3161) that are asked for: waiting | stamped | refused.
time_stamps = _table(
    "time_stamps",
    Column("sha256", Text, ForeignKey("objects.sha256"), primary_key=True),  # the kept object that is stamped
    _required("state"),
    _required("attempts", Integer),
    _required("asked_at", Instant),
    Column("tried_at", Instant),
    Column("stamped_at", Instant),  # the moment the authority states
    Column("reason", Text),  # why the last try failed, in Vietnamese
    Column("token", Text, ForeignKey("objects.sha256")),  # the authority's answer as kept object
)

# Walks over all objects in the order of their hashes (scrub, move to another store): where each stands.
walks = _table(
    "walks",
    Column("name", Text, primary_key=True),
    _required("position"),  # everything up to this hash is done
    _required("seen", Integer),
    _required("bytes", Large),
    _required("begun_at", Instant),
    Column("ended_at", Instant),
    Column("asked_by", Text),  # the night that walked last: repeated, it does not walk on
)

# Kept objects that no longer hold what their name says, or are gone.
damages = _table(
    "damages",
    Column("sha256", Text, ForeignKey("objects.sha256"), primary_key=True),
    _required("seen"),  # changed | missing
    _required("found_at", Instant),
    Column("mended_at", Instant),
)

# A document as proof of a component, said by a person; folders and declared names say the rest.
evidence_links = _table(
    "evidence_links",
    Column("unit", Text, primary_key=True),
    Column("component", Text, primary_key=True),
    Column("sha256", Text, ForeignKey("objects.sha256"), primary_key=True),
    Column("section", Text),
    Column("pages", Text),
    _required("said_by"),
    _required("said_at", Instant),
)

# The period a document speaks for, and the last day on which it may be used, where a person said so.
evidence_terms = _table(
    "evidence_terms",
    Column("unit", Text, primary_key=True),
    Column("sha256", Text, ForeignKey("objects.sha256"), primary_key=True),
    Column("speaks_from", Day),
    Column("speaks_to", Day),
    Column("expires_on", Day),
    _required("said_by"),
    _required("said_at", Instant),
)

# Points of every run by component, and of the whole (component ""): charts over nights read this, not the runs.
score_points = _table(
    "score_points",
    Column("run_id", Text, ForeignKey("score_runs.id"), primary_key=True),
    Column("component", Text, primary_key=True),
    Column("points", Text),
    Column("expected", Text),
    _required("state"),
    Index("ix_score_points_component", "component", "run_id"),
)

# A periodic report as it was made: II.06a, the overdue list, the index of Decision 766. The same content is kept once.
reports = _table(
    "reports",
    Column("id", Text, primary_key=True),  # <kind>-<first 16 digits of the digest>
    _required("unit"),
    _required("kind"),  # ii06a | overdue | index766
    _required("first", Day),
    _required("last", Day),
    _required("on_time_rule"),  # name@version
    _required("digest"),  # SHA-256 of the canonical content
    _required("content", Plain),
    _required("asked_by"),
    _required("made_at", Instant),
    Index("ix_reports_unit", "unit", "kind", "made_at"),
)

# The rows of an overdue list, to be asked by office or code.
overdue_dossiers = _table(
    "overdue_dossiers",
    Column("report_id", Text, ForeignKey("reports.id"), primary_key=True),
    Column("code", Text, primary_key=True),
    _required("position", Integer),
    _required("state"),  # in_progress | resolved
    _required("office"),
    Column("desk", Text),
    _required("due_at", Instant),
    Column("ended_at", Instant),
    _required("working_days_late", Integer),
    _required("working_minutes_late", Integer),
    Index("ix_overdue_dossiers_code", "code"),
)

# What each page of a document says, by the newest examination. Beside it stands `page_search`, made by the migration:
# the words of the same rows, an FTS5 table on SQLite and two tsvectors on PostgreSQL (storage/documents/search.py).
page_texts = _table(
    "page_texts",
    Column("id", Integer, primary_key=True),
    Column("sha256", Text, ForeignKey("objects.sha256"), nullable=False),
    _required("page", Integer),  # from 1
    _required("text"),
    Column("words", LargeBinary),  # the same words with box and confidence (ocr/kept_words.py); null: not kept
    UniqueConstraint("sha256", "page"),
)
