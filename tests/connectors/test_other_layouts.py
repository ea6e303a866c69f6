"""The layouts beside the main ones: overdue annexes, the register, and messages of other systems."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from config.export_profiles import load_profiles
from connectors.errors import Unreadable
from connectors.exports import read_export_here
from connectors.exports.cells.dates import VIETNAM
from tests.connectors.tables import code, delimited, xlsx

MESSAGE: dict[str, Any] = {
    "MaHoSo": code(1),
    "MaTTHC": "1.001193",
    "TenTTHC": "Đăng ký khai sinh",
    "TenLinhVuc": "Hộ tịch",
    "ChuHoSo": "Trần Văn Thử",
    "TrangThaiHoSo": 10,
    "NgayTiepNhan": "20250703081500",
    "NgayHenTra": "20250707170000",
    "NgayKetThucXuLy": "20250704102030",
    "NgayTra": "20250704140000",
    "HinhThuc": 0,
    "DanhSachLePhi": [{"TenPhiLePhi": "Lệ phí", "Gia": 8000}],
    "TaiLieuNop": [{"TenTepDinhKem": "to-khai.pdf", "DuocSoHoa": 1}, {"TenTepDinhKem": "cccd.pdf", "DuocSoHoa": 0}],
    "DanhSachHoSoBoSung": [],
    "DanhSachGiayToKetQua": [{"TenGiayTo": "Giấy khai sinh", "DuongDanTepTinKetQua": "kq.pdf", "MaKetQua": "12/GKS"}],
}


@pytest.mark.parametrize("wrap", [lambda m: m, lambda m: [m], lambda m: {"session": "x", "data": [m]}])
def test_a_national_message_is_a_table_of_dossiers(wrap: Any, tmp_path: Path) -> None:
    path = tmp_path / "dongbo.json"
    path.write_text(json.dumps(wrap(MESSAGE), ensure_ascii=False), encoding="utf-8")
    export = read_export_here(path)
    assert export.profile == "dvcqg"
    assert export.rows[0].values == {
        "code": code(1),
        "procedure_code": "1.001193",
        "procedure": "Đăng ký khai sinh",
        "field": "Hộ tịch",
        "status": 10,
        "received_at": datetime(2025, 7, 3, 8, 15, tzinfo=VIETNAM),
        "due_at": datetime(2025, 7, 7, 17, tzinfo=VIETNAM),
        "finished_at": datetime(2025, 7, 4, 10, 20, 30, tzinfo=VIETNAM),
        "returned_at": datetime(2025, 7, 4, 14, tzinfo=VIETNAM),
        "supplements": 0,
        "fee_due": True,
        "papers_digitised": True,
        "result_number": "12/GKS",
        "result_files": ("kq.pdf",),
    }


def message_of(tmp_path: Path, **changed: Any) -> dict[str, Any]:
    path = tmp_path / "dongbo.json"
    path.write_text(json.dumps([MESSAGE, MESSAGE | {"MaHoSo": code(2)} | changed]), encoding="utf-8")
    return read_export_here(path).rows[1].values


def test_a_result_without_a_link_is_no_electronic_result(tmp_path: Path) -> None:
    values = message_of(tmp_path, DanhSachGiayToKetQua=[{"TenGiayTo": "Giấy khai sinh", "MaKetQua": "12/GKS"}])
    assert (values["result_files"], values["result_number"]) == ((), "12/GKS")


@pytest.mark.parametrize(("deleted", "digitised"), [(True, False), ("1", False), (False, True), (0, True)])
def test_a_deleted_paper_counts_for_nothing(deleted: Any, digitised: bool, tmp_path: Path) -> None:
    papers = [{"DuocSoHoa": 0, "IsDeleted": False}, {"DuocSoHoa": 1, "IsDeleted": deleted}]
    assert message_of(tmp_path, TaiLieuNop=papers)["papers_digitised"] is digitised


def supplement(asked: str, given: str | None, before: str) -> dict[str, Any]:
    return {"NoiDungBoSung": "CCCD", "NgayBoSung": asked, "NgayTiepNhanBoSung": given, "NgayHenTraTruoc": before}


@pytest.mark.parametrize(
    ("entries", "asked", "given", "before"),
    [
        ([("20250704080000", "20250708090000", "20250707170000")], (4, 8), (8, 9), (7, 17)),
        ([("20250704080000", None, "20250707170000")], (4, 8), None, (7, 17)),
        # of several the last, even where it has not been answered yet
        (
            [("20250704080000", "20250705090000", "20250707170000"), ("20250706080000", "", "20250708170000")],
            (6, 8),
            None,
            (8, 17),
        ),
    ],
)
def test_supplements_of_a_national_message_keep_their_moments(
    entries: list[tuple[str, str | None, str]],
    asked: tuple[int, int],
    given: tuple[int, int] | None,
    before: tuple[int, int],
    tmp_path: Path,
) -> None:
    message = MESSAGE | {"DanhSachHoSoBoSung": [supplement(*entry) for entry in entries]}
    path = tmp_path / "dongbo.json"
    path.write_text(json.dumps([MESSAGE | {"MaHoSo": code(2)}, message]), encoding="utf-8")
    export = read_export_here(path)
    without, values = (row.values for row in export.rows)
    assert not export.rejected
    assert values["supplements"] == len(entries)
    moments = [
        None if said is None else datetime(2025, 7, said[0], said[1], tzinfo=VIETNAM) for said in (asked, given, before)
    ]
    assert [values[name] for name in ("supplement_asked_at", "supplement_given_at", "due_before")] == moments
    assert [without[name] for name in ("supplement_asked_at", "supplement_given_at", "due_before")] == [None] * 3


def test_opencps_words_become_national_codes(tmp_path: Path) -> None:
    header = ["dossierNo", "serviceCode", "dossierStatus", "online", "receiveDate", "dueDate", "releaseDate"]
    rows = [
        [code(1), "1.001193", "done", "true", "2025-07-03T01:15:00Z", "2025-07-07T10:00:00Z", "2025-07-04T03:20:30Z"],
        [code(2), "1.001193", "waiting", "false", "2025-07-03T01:15:00.000Z", "2025-07-07T10:00:00Z", ""],
    ]
    export = read_export_here(delimited(tmp_path / "opencps.csv", [header, *rows]))
    first, second = (row.values for row in export.rows)
    assert (first["status"], first["channel"], second["status"], second["channel"]) == (10, "online", 5, "direct")
    assert first["received_at"] == datetime(2025, 7, 3, 8, 15, tzinfo=VIETNAM)
    assert second["received_at"] == first["received_at"]


def test_opencps_moments_in_milliseconds_are_read_and_0_is_no_moment(tmp_path: Path) -> None:
    said = {"dossierNo": code(1), "dossierStatus": "processing", "online": True, "durationCount": 2, "durationUnit": 0}
    dates = {"receiveDate": 1751505300000, "dueDate": 1751882400000, "releaseDate": 0, "extendDate": 0}
    (tmp_path / "opencps.json").write_text(json.dumps({"data": [said | dates]}), encoding="utf-8")
    export = read_export_here(tmp_path / "opencps.json")
    assert not export.rejected
    (values,) = (row.values for row in export.rows)
    assert values["received_at"] == datetime(2025, 7, 3, 8, 15, tzinfo=VIETNAM)
    assert values["due_at"] == datetime(2025, 7, 7, 17, 0, tzinfo=VIETNAM)
    assert (values["finished_at"], values["extended_at"]) == (None, None)


@pytest.mark.parametrize("profile", [profile for profile in load_profiles() if profile.kind == "dossiers"])
def test_every_profile_recognises_its_own_header_and_no_other_does(profile: Any, tmp_path: Path) -> None:
    depth = max(len(column.header) for column in profile.columns)
    paths = [(*column.header, *[""] * (depth - len(column.header))) for column in profile.columns]
    header = [[path[level] for path in paths] for level in range(depth)]
    export = read_export_here(xlsx(tmp_path / "bang.xlsx", header))
    assert export.profile == profile.id
    assert "bảng không có dòng dữ liệu nào" in export.warnings


@pytest.mark.parametrize("text", ["{", "[]", "[1, 2]", '{"a": ' * 3000, "[" * 200_000])
def test_broken_json_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(text, encoding="utf-8")
    with pytest.raises(Unreadable, match="JSON"):
        read_export_here(tmp_path / "x.json")
