"""Full-text search: the same answers on SQLite and PostgreSQL, with and without diacritics, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from unicodedata import normalize

import pytest
from sqlalchemy import text

from storage.browsing import DocumentsWanted, documents_slice
from storage.database import Database, open_database
from storage.database.connection import sqlite_url
from storage.database.slices import Slice
from storage.documents.evidence import Examination, Upload, record_examination, record_upload
from storage.documents.search import Hit, Query, Reach, index_again, search_pages
from storage.errors import Unkeepable
from storage.objects import Kept

NOW = datetime(2026, 1, 5, 18, 0, tzinfo=UTC)
UNIT = "hoi-an-dong"
PLAN = {
    1: "KẾ HOẠCH\nCải thiện Chỉ số cải cách hành chính năm 2025 của phường Hội An Đông\nSố: 12/KH-UBND",
    2: "Giao Phòng Văn hóa - Xã hội theo dõi, đôn đốc. Hồi đáp trước ngày 05 tháng 11. Đường Đinh Tiên Hoàng",
}
LETTER = {1: "V/v phúc đáp của HỌI AN ĐÔNG về hồi ăn, cải cách và hành chính; Hoà Vang uỷ quyền, quý 12/2025/NĐ-CP"}


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        opened = open_database(sqlite_url(tmp_path / "parindex.db"))
    else:
        opened = open_database(_fresh_postgresql(request.getfixturevalue("postgresql_url")))
    _examined(opened, "a" * 64, "1.7.1/ke-hoach.pdf", PLAN)
    _examined(opened, "b" * 64, "van-ban-di/cong-van.pdf", LETTER)
    yield opened
    opened.close()


def _fresh_postgresql(url: str) -> str:
    from sqlalchemy import create_engine

    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return url


def _examined(
    database: Database, sha256: str, path: str, pages: dict[int, str], *, checker: str = "1", unit: str = UNIT
) -> None:
    result = {"pages": [{"number": number} for number in pages]}
    with database.write() as connection:
        record_upload(connection, Kept(sha256, 1, True), Upload(unit, path, "me", "here", NOW))
        examination = Examination(unit, sha256, checker, result, "\f".join(pages.values()), NOW)
        record_examination(connection, examination, quarantined_for=None)


def found(database: Database, words: str, *, unit: str = UNIT, folder: str = "") -> list[tuple[str, int]]:
    return [(hit.name, hit.page) for hit in hits(database, words, unit=unit, folder=folder)]


def hits(database: Database, words: str, *, unit: str = UNIT, folder: str = "") -> list[Hit]:
    query = Query.of(words)
    assert query is not None
    with database.read() as connection:
        return search_pages(connection, query, Reach(unit, folder), Slice())[0]


ASKED = {
    "without diacritics everything of that spelling answers": ("hoi an", [("cong-van.pdf", 1), ("ke-hoach.pdf", 1)]),
    "a diacritic written counts": ("Hội An Đông", [("ke-hoach.pdf", 1)]),
    "the page is named": ("đôn đốc", [("ke-hoach.pdf", 2)]),
    "đ is a letter of its own": ("đinh", [("ke-hoach.pdf", 2)]),
    "and d when nothing is marked": ("dinh tien hoang", [("ke-hoach.pdf", 2)]),
    "all words, in any order": ("hành cách cải", [("ke-hoach.pdf", 1), ("cong-van.pdf", 1)]),
    "quotes hold words together": ('"cải cách hành chính"', [("ke-hoach.pdf", 1)]),
    "a number with its symbol is one thing": ("12/KH-UBND", [("ke-hoach.pdf", 1)]),
    "but not another number": ("2/KH-UBND", []),
    "a star stands for any ending": ("chín*", [("ke-hoach.pdf", 1), ("cong-van.pdf", 1)]),
    "signs of a query language are only signs": ("') OR 1=1 -- NEAR(*", []),
    "letters and marks that a Mac parts are one": (normalize("NFD", "Hội An Đông"), [("ke-hoach.pdf", 1)]),
    "a mark may stand where either school writes it": ("hòa ủy quý", [("cong-van.pdf", 1)]),
    "typeset quotes are quotes": ("“cải cách hành chính”", [("ke-hoach.pdf", 1)]),
    "a year in the symbol": ("12/2025/nđ-cp", [("cong-van.pdf", 1)]),
}


@pytest.mark.parametrize("case", ASKED)
def test_a_search_finds_pages(database: Database, case: str) -> None:
    asked, wanted = ASKED[case]

    assert sorted(found(database, asked)) == sorted(wanted)


def test_pages_with_more_matches_come_first_and_folders_narrow(database: Database) -> None:
    assert found(database, "cai cach")[0] == ("ke-hoach.pdf", 1)
    assert found(database, "cai cach", folder="van-ban-di") == [("cong-van.pdf", 1)]


def test_a_hit_shows_where_the_words_stand(database: Database) -> None:
    (hit,) = hits(database, '"đôn đốc"')

    assert [hit.snippet[start:end] for start, end in hit.marks] == ["đôn đốc"]
    assert hit.paths == ("1.7.1/ke-hoach.pdf",)


def test_another_unit_sees_only_its_own(database: Database) -> None:
    _examined(database, "c" * 64, "1.1.1/khac.pdf", {1: "Kế hoạch của phường khác"}, unit="phuong-khac")

    assert found(database, "ke hoach", unit="phuong-khac") == [("khac.pdf", 1)]
    assert ("khac.pdf", 1) not in found(database, "ke hoach")


def _asked(words: str) -> Query:
    query = Query.of(words)
    assert query is not None
    return query


def test_a_large_unit_hides_nothing_of_a_small_one_and_the_best_page_is_the_first_of_all(database: Database) -> None:
    many = {number: f"quy hoạch sử dụng đất trang {number}" for number in range(1, 121)}
    best = {1: "quy hoạch", 2: "Quy hoạch, quy hoạch và quy hoạch: quy hoạch"}
    _examined(database, "d" * 64, "1.1.1/lon.pdf", many, unit="phuong-lon")
    _examined(database, "e" * 64, "1.1.1/nho.pdf", best, unit="phuong-nho")
    _examined(database, "f" * 64, "1.1.2/sau.pdf", best, unit="phuong-lon")

    with database.read() as connection:
        small, count = search_pages(connection, _asked("quy hoach"), Reach("phuong-nho"), Slice(0, 1))
        first, of_all = search_pages(connection, _asked("quy hoach"), Reach("phuong-lon"), Slice(0, 1))

    assert ([(hit.name, hit.page) for hit in small], count) == ([("nho.pdf", 2)], 2)
    assert ([(hit.name, hit.page) for hit in first], of_all) == ([("sau.pdf", 2)], 122)


def test_slices_part_the_hits_and_a_scope_is_asked_in_the_database(database: Database) -> None:
    many = dict.fromkeys(range(1, 31), "biên bản kiểm tra")
    _examined(database, "d" * 64, "1.1.1/khac.pdf", many)
    _examined(database, "e" * 64, "1.1.1/cua-toi.pdf", {1: "biên bản kiểm tra"})

    with database.read() as connection:
        everywhere = Reach(UNIT)
        parts = [search_pages(connection, _asked("bien ban"), everywhere, Slice(10 * n, 10))[0] for n in range(4)]
        mine = search_pages(connection, _asked("bien ban"), Reach(UNIT, within={"e" * 64}), Slice(0, 5))
        none = search_pages(connection, _asked("bien ban"), Reach(UNIT, within=()), Slice(0, 5))

    told = [(hit.name, hit.page) for part in parts for hit in part]
    assert len(told) == len(set(told)) == 31
    assert ([hit.name for hit in mine[0]], mine[1], none) == (["cua-toi.pdf"], 1, ([], 0))


def test_a_sign_that_no_database_keeps_is_refused_and_breaks_nothing(database: Database) -> None:
    def of_that_name() -> int:
        with database.read() as connection:
            return documents_slice(connection, UNIT, DocumentsWanted(words="ke\0hoach"), Slice())[1]

    assert found(database, "cải\0cách") != []
    if database.engine.dialect.name == "postgresql":
        with pytest.raises(Unkeepable, match="ký tự mã 0"):
            of_that_name()
    else:
        assert of_that_name() == 0
    assert found(database, "cai cach") != []


def test_a_new_version_of_the_checks_replaces_what_was_found(database: Database) -> None:
    _examined(database, "b" * 64, "van-ban-di/cong-van.pdf", {1: "đọc lại rõ hơn"}, checker="2")

    assert found(database, "phuc dap") == []
    assert found(database, "rõ hơn") == [("cong-van.pdf", 1)]


def test_the_index_can_be_made_again_from_the_examinations(database: Database) -> None:
    before = found(database, "cai cach")
    with database.write() as connection:
        connection.execute(text("DELETE FROM page_search"))
        connection.execute(text("DELETE FROM page_texts"))
    assert found(database, "cai cach") == []
    with database.write() as connection:
        assert index_again(connection, "1") == 2

    assert found(database, "cai cach") == before


def test_nothing_asked_is_no_query() -> None:
    assert Query.of(" - /// ") is None
