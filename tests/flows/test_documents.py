"""Documents by command: searched, listed, checked against the register, released."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from flows.arriving.importing import import_file
from flows.examining.documents import NoSuchDocument, check_register, list_documents, register_lines, release_documents
from flows.examining.searching import Asked, NothingAsked, rebuild_index, search
from flows.examining.uploading import upload_files
from flows.resources import Resources, open_resources
from flows.scores.scoring import Question, compute
from flows.telling.morning import stuck
from storage.database.slices import Slice
from storage.ledger.nights import Night
from storage.proof.custody import events
from tests.ocr.papers import Paper, born_digital

AT = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    chosen = Settings(home=tmp_path / "home", unit="hoi-an-dong", workers=1)
    sound, cut = tmp_path / "12-TB.pdf", tmp_path / "hong.pdf"
    sound.write_bytes(born_digital(replace(Paper(), number="12")))
    cut.write_bytes(born_digital(Paper())[:9000])
    upload_files(chosen, [sound, cut], folder="1.7.1", at=AT)
    return chosen


def _found(resources: Resources, words: str, component: str = "") -> dict[str, Any]:
    return search(resources, Asked(words, component), Slice())


def test_an_uploaded_document_is_found_by_its_words(settings: Settings) -> None:
    with open_resources(settings) as resources:
        exact, folded = _found(resources, "rà soát"), _found(resources, "ra soat", component="1.7.1")
        elsewhere, misspelt = _found(resources, "rà soát", component="1.1.1"), _found(resources, "rá soát")
        again = rebuild_index(resources)
        after = _found(resources, "rà soát")
        with pytest.raises(NothingAsked):
            _found(resources, " - ")

    assert [(hit["name"], hit["page"]) for hit in exact["hits"]] == [("12-TB.pdf", 1)]
    assert (exact["exact"], folded["exact"], misspelt["exact"]) == (True, False, False)
    assert (folded["count"], elsewhere["count"], misspelt["count"]) == (1, 0, 1)
    assert (again, after) == (2, exact)


def test_a_quarantined_document_is_named_and_may_be_tried_again(settings: Settings) -> None:
    with open_resources(settings) as resources:
        (held,) = list_documents(resources, state="quarantined")
        (told,) = release_documents(resources, [held["sha256"][:8]], who="nguoi-thu", at=AT)
        with pytest.raises(NoSuchDocument, match="parindex documents"):
            release_documents(resources, ["abcdef"], who="nguoi-thu", at=AT)
        with resources.database.read() as connection:
            said = [
                (event["event"], event["who"]) for event in events(connection) if event["subject"] == held["sha256"]
            ]

    assert held["name"] == "hong.pdf"
    assert held["reason"]
    assert told["state"] == "quarantined"
    assert ("released", "nguoi-thu") in said
    assert [event for event, _ in said].count("examined") == 2


def test_a_document_under_a_component_that_the_set_lacks_is_told_in_the_letter(
    settings: Settings, tmp_path: Path
) -> None:
    upload_files(settings, [tmp_path / "12-TB.pdf"], folder="1.7.9", at=AT)
    question = Question("2025", date(2025, 12, 31), settings.criteria, settings.on_time_rule)

    with open_resources(settings) as resources:
        gaps = compute(resources, question).gathered.gaps()
        night = Night("n", settings.unit, "2025", AT, 1)
        with resources.database.read() as connection:
            told = [line for line in stuck(connection, night, gaps) if "1.7.9" in line]

    assert gaps["misplaced"] == [["1.7.9", "12-TB.pdf"]]
    assert len(told) == 1 and "12-TB.pdf" in told[0] and "không được tính" in told[0]


def test_a_paper_handed_in_for_a_dossier_a_component_and_as_outgoing_counts_for_each(
    settings: Settings, tmp_path: Path
) -> None:
    for folder in ("ho-so/H17.12.34-250618-0001", "van-ban-di"):
        upload_files(settings, [tmp_path / "12-TB.pdf"], folder=folder, at=AT)
    question = Question("2025", date(2025, 12, 31), settings.criteria, settings.on_time_rule)

    with open_resources(settings) as resources:
        facts = compute(resources, question).gathered.facts

    mine = [one for one in facts.documents if one.number == "12/TB-UBND"]
    assert [(one.purpose, one.dossier_code) for one in mine] == [
        ("result", "H17.12.34-250618-0001"),
        ("outgoing", "H17.12.34-250618-0001"),
    ]
    assert [one.component for one in facts.evidence if one.sha256 == mine[0].sha256] == ["1.7.1"]


def test_without_a_register_nothing_is_missing(settings: Settings) -> None:
    with open_resources(settings) as resources:
        told = check_register(resources, at=AT)

    assert told["dossiers"] == []
    assert told["outgoing"]["rows"] == 0


def test_the_night_tells_a_file_with_another_number_of_pages_than_the_register_declares(
    settings: Settings, tmp_path: Path
) -> None:
    paper, register = tmp_path / "thong-bao.pdf", tmp_path / "so-van-ban-di.csv"
    paper.write_bytes(born_digital(replace(Paper(), number="47")))
    upload_files(settings, [paper], folder="van-ban-di", at=AT)
    register.write_text(
        "STT,Số ký hiệu,Ngày văn bản,Trích yếu,Số trang,Tên tệp\n1,47/TB-UBND,05/11/2025,Thông báo,7,thong-bao.pdf\n",
        encoding="utf-8",
    )
    import_file(settings, register, profile="", dry_run=False, at=AT)

    with open_resources(settings) as resources:
        told = check_register(resources, at=datetime(2025, 12, 1, tzinfo=UTC))["outgoing"]
        with resources.database.read() as connection:
            (line,) = register_lines(connection, settings, "2025", date(2025, 12, 1))

    assert [(one["name"], one["declared"], one["counted"]) for one in told["other_pages"]] == [("thong-bao.pdf", 7, 1)]
    assert "1 tệp có số trang khác sổ" in line


def test_the_register_of_outgoing_documents_suggests_a_number_that_was_left_blank(
    settings: Settings, tmp_path: Path
) -> None:
    blank, register = tmp_path / "thong-bao.pdf", tmp_path / "so-van-ban-di.csv"
    blank.write_bytes(born_digital(replace(Paper(), number="")))
    upload_files(settings, [blank], folder="3.1.1", at=AT)
    register.write_text(
        "STT,Số ký hiệu,Ngày văn bản,Trích yếu\n"
        "1,47/TB-UBND,05/11/2025,Thông báo về việc rà soát công khai kết quả giải quyết thủ tục hành chính tháng 10 "
        "năm 2025\n2,48/TB-UBND,06/11/2025,Thông báo lịch tiếp công dân tháng 11\n",
        encoding="utf-8",
    )
    import_file(settings, register, profile="", dry_run=False, at=AT)

    with open_resources(settings) as resources:
        numbers = {one["name"]: (one["number"], one["suggested_number"]) for one in list_documents(resources)}
        told = check_register(resources, at=datetime(2025, 12, 1, tzinfo=UTC))["outgoing"]
        with resources.database.read() as connection:
            lines = register_lines(connection, settings, "2025", date(2025, 12, 1))

    assert numbers["thong-bao.pdf"] == (None, "47/TB-UBND")
    assert [(one["name"], one["number"], one["issued_on"]) for one in told["suggested"]] == [
        ("thong-bao.pdf", "47/TB-UBND", "2025-11-05")
    ]
    assert lines == (
        "Sổ văn bản đi: 1 tệp không đọc được số, theo sổ có thể là: thong-bao.pdf → 47/TB-UBND "
        "(xem parindex documents --missing).",
    )
