"""A kept document against its row: told on its page and in lists, not counted where the row contradicts it."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import pytest

from config.settings import Settings
from config.working_calendar import load_calendars
from connectors.exports.rows import Export, Row
from flows.arriving.intake import Sender, keep_document
from flows.examining.documents import check_register, list_documents
from flows.examining.register_says import register_says
from flows.resources import Resources, open_resources
from flows.scores import browsing
from ocr import CHECKER_VERSION
from scoring.engine.document_measures import contradiction_in
from scoring.engine.measuring import scope_of
from scoring.engine.period import period_of, working_days
from storage.documents.evidence import Examination, record_examination, record_object
from storage.objects.port import digest_of
from storage.records.imports import Arrival, record_export
from storage.scored.facts import gather_facts
from tests.web.keeping_documents import field

AT = datetime(2025, 12, 31, 5, tzinfo=UTC)
CODE = "H17.12.34-250924-0005"
DAY = datetime(2025, 9, 30, 8, tzinfo=UTC)


def _kept(resources: Resources, path: str, **fields: Any) -> str:
    data = f"{path} {fields}".encode()
    file = resources.settings.home / "to-keep"
    file.write_bytes(data)
    sha256, _ = digest_of(io.BytesIO(data))
    keep_document(resources, file, path, Sender("test", "inbox", AT))
    result = {"status": "read", "page_count": 2, "pages": [], "fields": {"number": None, **fields}}
    result |= {"digitisation": {"verdict": "đạt", "reasons": []}}
    with resources.database.write() as connection:
        examination = Examination(resources.settings.unit, sha256, CHECKER_VERSION, result, "", AT)
        record_examination(connection, examination, quarantined_for=None)
    return sha256


def _import(resources: Resources, kind: str, *rows: dict[str, Any]) -> None:
    kept = resources.store.put(io.BytesIO(f"{kind} {rows}".encode()))
    told = tuple(Row(kind, "S", number, row) for number, row in enumerate(rows, 2))
    export = Export(file=f"{kind}.csv", sha256=kept.sha256, profile=kind, kind=kind, sheets=("S",), rows=told,
                    counted=len(rows), exported_at=AT)  # fmt: skip
    unit = resources.settings.unit
    with resources.database.write() as connection:
        record_object(connection, kept, who="test", where="test", at=AT)
        record_export(connection, Arrival(unit, export.file, kept.sha256, "test", "test", AT, "1", year=2025), export)


@pytest.fixture
def resources(tmp_path: Any) -> Any:
    with open_resources(Settings(home=tmp_path / "home", period="2025", workers=1, min_free_mib=0)) as opened:
        dossier = {"code": CODE, "received_at": DAY, "finished_at": DAY, "result_file_required": True}
        _import(opened, "dossiers", dossier | {"result_number": "05/GPXD-UBND"})
        yield opened


def _says(resources: Resources, sha256: str) -> dict[str, Any]:
    return register_says(resources, browsing.document(resources, sha256))


def test_a_result_with_another_number_is_told_on_its_page_in_the_register_check_and_does_not_count(
    resources: Resources,
) -> None:
    sha256 = _kept(resources, f"ho-so/{CODE}.pdf", number=field("06/GPXD-UBND"))

    (row,) = _says(resources, sha256)["rows"]
    (standing,) = check_register(resources, at=AT)["dossiers"]
    with resources.database.read() as connection:
        facts = gather_facts(connection, resources.settings.unit, CHECKER_VERSION, year=2025).facts
    period = period_of("2025", AT.date())
    scope = scope_of(facts, period, working_days(load_calendars()), "bcth_date", resources.settings.unit)

    assert (row["state"], row["key"]) == ("contradicts", CODE)
    assert "Số trên văn bản là 06/GPXD-UBND, trong sổ là 05/GPXD-UBND." in row["because"]
    assert (standing["state"], standing["reason_vi"]) == ("wrong_file", contradiction_in(scope, facts.documents[0]))


def test_the_row_of_the_dossier_suggests_a_handwritten_number_and_fills_nothing_in(resources: Resources) -> None:
    sha256 = _kept(resources, f"ho-so/{CODE}.pdf", number=field(None, "handwritten"))

    says = _says(resources, sha256)
    (listed,) = list_documents(resources)

    assert says["rows"][0]["state"] == "unknown"
    assert says["suggestions"] == {"number": [{"value": "05/GPXD-UBND", "source": "register", "source_text": CODE}]}
    assert (listed["number"], listed["suggested_number"]) == (None, "05/GPXD-UBND")


def test_a_result_that_agrees_says_so_and_one_of_an_unknown_dossier_too(resources: Resources) -> None:
    agreeing = _kept(resources, f"ho-so/{CODE}.pdf", number=field("5/GPXD-UBND"))
    stray = _kept(resources, "ho-so/H17.12.34-250924-9999.pdf")

    assert _says(resources, agreeing)["rows"][0]["state"] == "agrees"
    assert _says(resources, stray)["rows"][0]["because"] == "Mã hồ sơ H17.12.34-250924-9999 không có trong sổ."


def test_one_file_handed_in_for_two_dossiers_is_the_result_of_neither(resources: Resources) -> None:
    sha256 = _kept(resources, f"ho-so/{CODE}.pdf", number=field("05/GPXD-UBND"))
    file = resources.settings.home / "to-keep"
    keep_document(resources, file, "ho-so/H17.12.34-250924-0006.pdf", Sender("test", "inbox", AT))

    told = {row["key"]: row["because"] for row in _says(resources, sha256)["rows"]}
    with resources.database.read() as connection:
        (fact,) = gather_facts(connection, resources.settings.unit, CHECKER_VERSION, year=2025).facts.documents

    assert "Cùng một tệp được nộp cho hồ sơ H17.12.34-250924-0006." in told[CODE]
    assert (fact.dossier_code, fact.also_for) == (CODE, ("H17.12.34-250924-0006",))


def test_a_file_handed_in_for_two_dossiers_belongs_to_the_one_that_it_names(resources: Resources) -> None:
    _kept(resources, "ho-so/H17.12.34-250924-0001.pdf", dossier_code=field(CODE))
    keep_document(resources, resources.settings.home / "to-keep", f"ho-so/{CODE}.pdf", Sender("test", "inbox", AT))

    with resources.database.read() as connection:
        facts = gather_facts(connection, resources.settings.unit, CHECKER_VERSION, year=2025).facts

    (fact,) = facts.documents
    assert (fact.dossier_code, fact.also_for) == (CODE, ("H17.12.34-250924-0001",))


def test_an_outgoing_document_is_held_against_its_row_by_day_and_pages(resources: Resources) -> None:
    _import(resources, "outgoing", {"number": "47/TB-UBND", "issued_on": DAY, "pages": 7, "subject": "Thông báo"})
    wrong = _kept(resources, "van-ban-di/a.pdf", number=field("47/TB-UBND"), issued_on=field("2025-09-29"))
    unknown = _kept(resources, "van-ban-di/b.pdf", number=field("48/TB-UBND"))
    evidence = _kept(resources, "1.7.1/thanh-pho.pdf", number=field("47/TB-UBND"), issued_on=field("2025-02-01"))

    (row,) = _says(resources, wrong)["rows"]

    assert row["state"] == "contradicts"
    assert row["because"] == (
        "Ngày trên văn bản là 29/09/2025, trong sổ là 30/09/2025. Tệp có 2 trang; sổ khai 7 trang."
    )
    assert _says(resources, unknown)["rows"][0]["because"] == "Số 48/TB-UBND không có trong sổ văn bản đi."
    assert _says(resources, evidence)["rows"] == []


def test_a_row_suggests_nothing_that_the_print_beside_the_place_rules_out(resources: Resources) -> None:
    other = _kept(resources, f"ho-so/{CODE}.pdf", number=field(None, "handwritten"), symbol=field("QĐ-UBND"))
    row = {"issued_on": DAY, "subject": "Thông báo", "files": ("tb.pdf",)}
    _import(resources, "outgoing", row | {"number": "47/TB-UBND"})
    blank = {"number": field(None, "blank"), "symbol": field("TB-UBND")}
    fitting = _kept(resources, "3.1.1/tb.pdf", **blank, issued_on=field(None, "handwritten", partial="2025-09"))
    of_another_month = _kept(resources, "3.1.2/tb.pdf", **blank, issued_on=field(None, "blank", partial="2025-11"))

    says = _says(resources, other)

    assert says["suggestions"] == {}
    assert "ký hiệu in trên văn bản là QĐ-UBND" in says["rows"][0]["because"]
    assert {name: one[0]["value"] for name, one in _says(resources, fitting)["suggestions"].items()} == {
        "number": "47/TB-UBND",
        "issued_on": "2025-09-30",
    }
    assert _says(resources, of_another_month)["rows"] == []


def test_what_was_not_surely_read_contradicts_nothing_and_asks_for_a_person(resources: Resources) -> None:
    sha256 = _kept(
        resources,
        f"ho-so/{CODE}.pdf",
        number=field("06/GPXD-UBND", confidence=0.62),
        dossier_code=field("H17.12.34-250924-0006", confidence=0.71),
    )

    (row,) = _says(resources, sha256)["rows"]
    (standing,) = check_register(resources, at=AT)["dossiers"]

    assert row["state"] == "unknown"
    assert row["because"] == "Trong tệp ghi mã hồ sơ H17.12.34-250924-0006. Chữ đọc chưa chắc, cần người xem."
    assert standing["state"] != "wrong_file"
