"""Tables of what exports say: dossiers, every change with its import, alarms, and the sources they come from."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, Text

from storage.database.tables import Large, _required, _table, metadata
from storage.database.types import Instant

__all__ = ["metadata"]  # with the tables of this file in it

ByCode = Text().with_variant(Text(collation="C"), "postgresql")
"""Text in the order of its code points, on every database."""

# The current state of each dossier, field by field as in `scoring.engine.facts.Dossier`; moments in seconds since 1970
# (UTC), yes and no as 1 and 0, names joined by line breaks. Columns without NOT NULL: the source does not say.
dossiers = _table(
    "dossiers",
    Column("unit", Text, primary_key=True),
    Column("code", ByCode, primary_key=True),
    Column("first_import", Integer, ForeignKey("imports.id"), nullable=False),
    Column("last_import", Integer, ForeignKey("imports.id"), nullable=False),
    Column("procedure_code", Text),
    Column("procedure", Text),
    Column("field", Text),
    Column("receiving_unit", Text),
    Column("resolving_unit", Text),
    Column("channel", Text),
    Column("full_online", Integer),
    Column("status", Integer),
    Column("submitted_at", Large),
    Column("received_at", Large),
    Column("due_at", Large),
    Column("finished_at", Large),
    Column("returned_at", Large),
    Column("supplements", Integer),
    Column("supplement_asked_at", Large),
    Column("supplement_given_at", Large),
    Column("due_before", Large),
    Column("extended_at", Large),
    Column("desk", Text),
    Column("fee_due", Integer),
    Column("paid_online", Integer),
    Column("papers_digitised", Integer),
    Column("papers_reused", Integer),
    Column("synced", Integer),
    Column("result_file_required", Integer),
    Column("result_number", Text),
    Column("result_files", Text),
    Column("apology_number", Text),
)

# What was known at which import: the rows that it added or changed, with the fields it set, in blocks by key.
record_changes = _table(
    "record_changes",
    Column("import_id", Integer, ForeignKey("imports.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("first_key", ByCode, nullable=False),
    Column("last_key", ByCode, nullable=False),
    _required("packed", LargeBinary),  # see storage/records/packing.py: {keys, sheets, rows, =field ...}
)

# What an import spoke of at all: every key with its sheet and row, and the fields that were said of it.
import_rows = _table(
    "import_rows",
    Column("import_id", Integer, ForeignKey("imports.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("first_key", ByCode, nullable=False),
    Column("last_key", ByCode, nullable=False),
    _required("packed", LargeBinary),  # {keys, sheets, rows, said: names of fields, by comma}
)

# Of the last import of dossiers of a unit: prints of its rows, so that rows said again need not be read again.
import_prints = _table(
    "import_prints",
    Column("unit", Text, primary_key=True),
    Column("import_id", Integer, ForeignKey("imports.id"), nullable=False),
    _required("prints", LargeBinary),  # see connectors/exports/formats/prints.py
)

# What deserves a look in an import, each told in one morning letter.
import_alarms = _table(
    "import_alarms",
    Column("import_id", Integer, ForeignKey("imports.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    _required("unit"),
    _required("kind"),  # layout_changed | row_count | vanished | form | reopened | due_moved | ...
    Column("key", Text),  # the dossier code, for alarms of one dossier
    Column("field", Text),
    _required("sentence"),  # Vietnamese
    Column("told_in", Text),  # the night whose letter told it
    Index("ix_import_alarms_unit", "unit", "told_in"),
)

# Each pull of a source: what came of it.
source_pulls = _table(
    "source_pulls",
    Column("unit", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("at", Instant, primary_key=True),
    _required("state"),  # pulled | asleep (outside its window) | retry | ask
    Column("reason", Text),  # why it failed, in Vietnamese
    _required("files", Integer),
    _required("fresh", Integer),  # of these, new by content
)

# Files of sources that were fetched before, by what marks their version there, so that nothing is fetched twice.
source_files = _table(
    "source_files",
    Column("unit", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    _required("mark"),  # size and time, ETag, numbering of a mailbox: see connectors/sources
    Column("sha256", Text, ForeignKey("objects.sha256"), nullable=False),
)
