"""After an upgrade of the checks documents are read again night by night; until then what was said of them stands."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from flows.resources import Resources, open_resources
from storage.documents.evidence import Examination, documents_of, examinations_of, record_examination, unexamined
from storage.scored.facts import gather_facts
from tests.storage.keeping_ward import AT, kept_ward

SIGNED = {"signature": {"verdict": "PASSED", "profile": {"met": True}}, "digitisation": {"verdict": "đạt"}}
UNSIGNED = {"signature": {"verdict": "NO_SIGNATURE", "profile": {"met": False}}, "digitisation": {"verdict": "đạt"}}


def examined(resources: Resources, checker: str, result: dict[str, Any], days: int = 0) -> str:
    """The hash of the outgoing document, examined by this version of the checks."""
    unit = resources.settings.unit
    with resources.database.write() as connection:
        sha256 = next(str(row["sha256"]) for row in documents_of(connection, unit) if row["name"] == "b.pdf")
        said = Examination(unit, sha256, checker, {"status": "read", **result}, "", AT + timedelta(days=days))
        record_examination(connection, said, quarantined_for=None)
    return sha256


def verdict(resources: Resources, checker: str) -> str:
    """What the facts of a score say of the outgoing document's signature."""
    with resources.database.read() as connection:
        found = gather_facts(connection, resources.settings.unit, checker, year=2025).facts.documents
    return next(document.signature for document in found if document.name == "b.pdf")


def test_until_newer_checks_have_read_a_document_the_newest_earlier_verdict_counts(tmp_path: Path) -> None:
    with open_resources(kept_ward(tmp_path)) as resources:
        assert verdict(resources, "checks-3") == "UNREADABLE"
        examined(resources, "checks-1", UNSIGNED)
        sha256 = examined(resources, "checks-2", SIGNED, days=1)

        assert verdict(resources, "checks-3") == "PASSED"
        with resources.database.read() as connection:
            waiting = unexamined(connection, resources.settings.unit, "checks-3")
        assert sha256 in {row["sha256"] for row in waiting}


def test_what_the_newer_checks_say_counts_alone_once_they_have_read_it(tmp_path: Path) -> None:
    with open_resources(kept_ward(tmp_path)) as resources:
        examined(resources, "checks-2", SIGNED, days=1)
        sha256 = examined(resources, "checks-3", UNSIGNED)

        assert verdict(resources, "checks-3") == "NO_SIGNATURE"
        with resources.database.read() as connection:
            said = examinations_of(connection, resources.settings.unit, "checks-3")
        assert said[sha256]["checker"] == "checks-3"
