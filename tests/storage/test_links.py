"""Links and freshness: one document for many components, what is lacking and who owes it, good until when."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from flows.keeping import store_care
from flows.resources import open_resources
from flows.telling import proving
from storage.documents.freshness import Term, freshness_of, term_of
from storage.documents.links import NoSuchDocument, Said, expiring_terms, note_expired
from storage.scored.runs import latest_run
from tests.storage.keeping_ward import AT, DOCUMENTS, kept_ward, score_now

YEAR = (date(2025, 1, 1), date(2025, 12, 31))
APPRAISAL = date(2026, 1, 20)
PLAN = hashlib.sha256(DOCUMENTS["1.7.1/ke-hoach.pdf"]).hexdigest()
SAID = Said("chị Hoa", "test", AT)


def read(**fields: str) -> dict[str, Any]:
    return {name: {"value": value} for name, value in fields.items()}


@pytest.mark.parametrize(
    ("fields", "name", "spoken_for"),
    [
        (read(subject="Kết quả cải cách hành chính quý III năm 2025"), "a.pdf", (date(2025, 7, 1), date(2025, 9, 30))),
        (read(subject="Công tác 6 tháng đầu năm 2025"), "a.pdf", (date(2025, 1, 1), date(2025, 6, 30))),
        (read(subject="Công tác 6 tháng cuối năm 2024"), "a.pdf", (date(2024, 7, 1), date(2024, 12, 31))),
        (read(subject="Báo cáo 9 tháng năm 2025"), "a.pdf", (date(2025, 1, 1), date(2025, 9, 30))),
        (read(subject="Tình hình tháng 12 năm 2025"), "a.pdf", (date(2025, 12, 1), date(2025, 12, 31))),
        (read(subject="Kế hoạch năm 2026", issued_on="2025-12-20"), "a.pdf", (date(2026, 1, 1), date(2026, 12, 31))),
        (read(subject="quý TII năm 2025"), "BC_cai-cach-quy-III.pdf", (date(2025, 7, 1), date(2025, 9, 30))),
        (read(issued_on="2025-03-04"), "BC quý I.pdf", (date(2025, 1, 1), date(2025, 3, 31))),
        (read(issued_on="2025-03-04"), "quy-che.pdf", (date(2025, 1, 1), date(2025, 12, 31))),
        ({}, "scan001.pdf", (None, None)),
    ],
)
def test_the_period_a_document_speaks_for_is_read_from_its_words(fields: Any, name: str, spoken_for: Any) -> None:
    term = term_of(None, fields, name)
    assert (term.speaks_from, term.speaks_to) == spoken_for


def test_what_a_person_said_of_a_period_counts_before_what_was_read() -> None:
    said = {"speaks_from": date(2024, 1, 1), "speaks_to": date(2024, 12, 31), "expires_on": None}
    term = term_of(said, read(subject="năm 2025"), "a.pdf")
    assert (term.speaks_to, term.known_by) == (date(2024, 12, 31), "said")


@pytest.mark.parametrize(
    ("term", "received", "state", "usable"),
    [
        (Term(*YEAR), date(2025, 6, 1), "good", True),
        (Term(*YEAR, date(2026, 1, 20)), date(2025, 6, 1), "good", True),
        (Term(*YEAR, date(2026, 1, 19)), date(2025, 6, 1), "expired", False),
        (Term(date(2024, 1, 1), date(2024, 12, 31)), date(2025, 6, 1), "other_period", False),
        (Term(date(2024, 7, 1), date(2025, 1, 1)), date(2025, 6, 1), "good", True),
        (Term(*YEAR), date(2026, 1, 21), "too_late", False),
        (Term(), date(2025, 6, 1), "unknown", True),
    ],
)
def test_whether_evidence_is_still_good_at_the_appraisal_has_an_answer_with_a_reason(
    term: Term, received: date, state: str, usable: bool
) -> None:
    found = freshness_of(term, received, YEAR, APPRAISAL)
    assert (found.state, found.usable) == (state, usable) and found.because


@pytest.fixture
def ward(tmp_path: Path) -> Settings:
    return kept_ward(tmp_path / "ward")


def of(settings: Settings, component: str) -> dict[str, Any]:
    with open_resources(settings) as resources:
        score_now(resources)
        (told,) = proving.component_evidence(resources, at=AT, on=APPRAISAL, component=component)
    return told


def test_one_document_proves_many_components_with_section_and_page(ward: Settings) -> None:
    lacking = of(ward, "1.1.1")["lacks"]
    proving.link_document(ward, PLAN[:12], {"component": "1.1.1", "section": "mục II", "pages": "2-3"}, SAID)

    (proof,) = of(ward, "1.1.1")["has"]
    assert (proof["sha256"], proof["section"], proof["pages"]) == (PLAN, "mục II", "2-3")
    assert of(ward, "1.7.1")["has"][0]["sha256"] == PLAN
    assert len(of(ward, "1.1.1")["lacks"]) == len(lacking) - 1

    assert proving.unlink_document(ward, "ke-hoach.pdf", "1.1.1", SAID)
    assert of(ward, "1.1.1")["has"] == [] and of(ward, "1.1.1")["lacks"] == lacking
    assert not proving.unlink_document(ward, "ke-hoach.pdf", "1.1.1", SAID)


def test_a_component_tells_what_it_lacks_and_who_owes_it(ward: Settings) -> None:
    told = of(ward, "1.3.1")
    assert told["lacks"][:2] == ["Kế hoạch kiểm tra CCHC", "Biên bản hoặc thông báo kết luận kiểm tra"]
    assert told["responsible"] == "Phòng Văn hóa - Xã hội" and told["deadline"] == "2025-11-30"


def test_an_expired_document_no_longer_meets_a_requirement_and_the_letter_warns_before(ward: Settings) -> None:
    days = {"speaks_from": date(2025, 1, 1), "speaks_to": date(2025, 12, 31), "expires_on": date(2026, 1, 10)}
    before = of(ward, "1.7.1")["lacks"]
    proving.date_document(ward, PLAN, days, SAID)

    told = of(ward, "1.7.1")
    assert told["has"][0]["state"] == "expired" and len(told["lacks"]) == len(before) + 1
    with open_resources(ward) as resources, resources.database.read() as connection:
        assert "10/01/2026" in expiring_terms(connection, ward.unit, date(2026, 1, 5))[0]
        assert expiring_terms(connection, ward.unit, date(2026, 1, 11)) == ()
    with open_resources(ward) as resources, resources.database.write() as connection:
        days_told = [note_expired(connection, ward.unit, date(2026, 1, day), SAID) for day in (10, 11, 12)]
    assert days_told == [0, 1, 0]


def test_a_document_that_is_not_there_is_named(ward: Settings) -> None:
    with pytest.raises(NoSuchDocument, match="không có tài liệu này"):
        proving.link_document(ward, "khong-co.pdf", {"component": "1.1.1", "section": None, "pages": None}, SAID)


def test_links_and_terms_come_back_from_the_store_alone(ward: Settings, tmp_path: Path) -> None:
    import shutil

    from flows.keeping import log_proofs, rebuilding

    proving.link_document(ward, PLAN, {"component": "1.1.1", "section": "I", "pages": None}, SAID)
    with open_resources(ward) as resources:
        log_proofs.publish_checkpoint(resources, at=AT)
    again = ward.model_copy(update={"home": tmp_path / "again"})
    for name in ("objects", "keys"):
        shutil.copytree(ward.home / name, again.home / name)

    assert rebuilding.rebuild_index(again, at=AT)["said"] == 1
    assert [proof["section"] for proof in of(again, "1.1.1")["has"]] == ["I"]
    assert store_care.scrub_store(again, store_care.Asker("test", AT))["damages"] == []
    with open_resources(again) as resources, resources.database.read() as connection:
        assert latest_run(connection, again.unit, "2025") is not None


def test_what_a_person_says_of_a_document_decides_what_the_score_counts(tmp_path: Path) -> None:
    settings = kept_ward(tmp_path)

    def scored() -> dict[str, Any]:
        with open_resources(settings) as resources:
            score_now(resources)
            with resources.database.read() as connection:
                run = latest_run(connection, settings.unit, "2025")
        assert run is not None
        return next(item for item in run["score"]["components"] if item["id"] == "1.7.1")

    def say(**days: date | None) -> dict[str, Any]:
        unsaid: dict[str, date | None] = {"speaks_from": None, "speaks_to": None, "expires_on": None}
        proving.date_document(settings, "ke-hoach.pdf", unsaid | days, SAID)
        (item,) = [proof for proof in scored()["evidence"] if proof["name"] == "ke-hoach.pdf"]
        with open_resources(settings) as resources:
            (told,) = proving.component_evidence(resources, at=AT, component="1.7.1")
        (has,) = [proof for proof in told["has"] if proof["name"] == "ke-hoach.pdf"]
        assert has["usable"] == ("doubt" not in item)
        return item

    other = say(speaks_from=date(2024, 1, 1), speaks_to=date(2024, 12, 31))
    over = say(expires_on=date(2025, 6, 30))
    good = say(speaks_from=date(2025, 1, 1), speaks_to=date(2025, 12, 31))

    assert other["doubt"]["because"] == "nói về 01/01/2024 – 31/12/2024, ngoài kỳ đang chấm"
    assert over["doubt"] == {"kind": "expired", "because": "hết hiệu lực từ ngày 01/07/2025"}
    assert "doubt" not in good
