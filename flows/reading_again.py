"""Reading kept exports again: what an older reader refused, and tables that it did not take out of them.

Rows of a file that was read stay as they were read. What is found is an import of its own, of now; its words count from
the moment at which its file was handed in, so newer exports keep the last word, and "as of import N" stays what it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from config.settings import Settings
from connectors.errors import ConnectorError
from connectors.exports import Export, read_export
from flows.importing import import_shown
from flows.intake import Sender, import_kept, import_others
from flows.pulling import Fresh
from flows.resources import Resources, open_resources
from storage.imports import FORM, READ, imports_of
from storage.objects import Kept

_WHO, _WHERE = "parindex import --again", "command line"


def read_again(settings: Settings, which: str, at: datetime) -> dict[str, Any]:
    """Read every kept export again whose SHA-256 begins like this (empty: all), in the order they were imported.

    Gives how many files were read, the imports that came of it, and what else is to be told.
    """
    with open_resources(settings) as resources:
        with resources.database.read() as connection:
            before = imports_of(connection, settings.unit)
        chosen = [row for row in before if row["sha256"].startswith(which) and row["kind"] != FORM]
        told = [sentence for row in chosen for sentence in _again(resources, row, Sender(_WHO, _WHERE, at))]
        with resources.database.read() as connection:
            known = {row["id"] for row in before}
            fresh = [import_shown(row) for row in imports_of(connection, settings.unit) if row["id"] not in known]
    return {"read": len(chosen), "imports": fresh, "warnings": told}


def _again(resources: Resources, row: Mapping[str, Any], sender: Sender) -> tuple[str, ...]:
    """Import what a file holds beside what was read of it."""
    kept = Kept(row["sha256"], 0, new=False)
    stood_at = row["stands_at"] or row["imported_at"]
    found = Fresh(row["name"], kept, row["source"] or sender.where, row["modified_at"], stood_at)
    if row["status"] != READ:
        import_kept(resources, [found], sender)
        return ()
    try:
        export = _export(resources, found)
    except ConnectorError as error:
        return (f"{row['name']}: {error}",)
    told = import_others(resources, found, export.others, sender, None)
    other = f"bảng chính nay đọc theo mẫu {export.profile}, trước là {row['profile']}: các dòng của nó giữ như đã đọc"
    return (*told, *([f"{row['name']}: {other}"] if export.profile != row["profile"] else []))


def _export(resources: Resources, found: Fresh) -> Export:
    with resources.store.local(found.kept.sha256) as path:
        return read_export(path, name=found.name, own=resources.settings.profiles_folder)
