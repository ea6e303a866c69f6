"""`parindex plan`: the tracker, the answers of SIPAS and the city's PAPI come in as files and are shown together."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from config.settings import Settings
from flows.arriving.importing import import_file
from flows.resources import open_resources
from flows.scores.other_indices import indices_seen
from tests.connectors.tables import xlsx

NOW = datetime(2026, 1, 5, tzinfo=UTC)
COUNTS = ["Rất hài lòng", "Hài lòng", "Bình thường", "Không hài lòng", "Rất không hài lòng"]


def test_imported_files_show_under_their_part_factor_and_dimension(tmp_path: Path) -> None:
    settings = Settings.model_validate({"home": tmp_path, "unit": "hoi-an-dong"})
    tracker: list[object] = [
        "STT",
        "Mã nhiệm vụ",
        "Nội dung nhiệm vụ",
        "Nguồn giao",
        "Hạn hoàn thành",
        "Ngày hoàn thành",
    ]
    tracker += ["Tình trạng", "Mục kế hoạch"]
    task = [1, "NV1", "Công khai thu chi", "Kế hoạch CCHC", "30/11/2025", "28/11/2025", "Hoàn thành", "II.3.2"]
    late = [2, "NV2", "Tập huấn", "Kế hoạch CCHC", "30/11/2025", "", "Đang thực hiện", "II.3.8"]
    files: dict[str, list[list[object]]] = {
        "nhiem-vu.xlsx": [["Theo dõi nhiệm vụ năm 2025"], tracker, task, late],
        "sipas.xlsx": [["SIPAS năm 2025"], ["STT", "Nhân tố", *COUNTS], [1, "Tiếp cận dịch vụ", 60, 30, 5, 3, 2]],
        "papi.xlsx": [
            ["PAPI năm 2025"],
            ["STT", "Chỉ số nội dung", "Điểm của thành phố", "Nguồn"],
            [1, "Quản trị điện tử", "3,45", "Báo cáo PAPI"],
        ],
    }
    for name, rows in files.items():
        xlsx(tmp_path / name, rows)
        import_file(settings, tmp_path / name, profile="", dry_run=False, at=NOW)

    with open_resources(settings) as resources:
        seen = indices_seen(resources, "2025", NOW)

    parts = {part["id"]: part for part in seen["plan"]["parts"]}
    assert [one["standing"] for one in parts["II.3.2"]["tasks"]] == ["done_on_time"]
    assert [one["standing"] for one in parts["II.3.8"]["tasks"]] == ["overdue"]
    assert seen["sipas"]["factors"][0] == {
        "id": "access",
        "name": "Tiếp cận dịch vụ",
        "answers": 100,
        "share": "0.9000",
    }
    assert seen["papi"]["dimensions"][7]["city_score"] == "3.45"
    assert (seen["papi"]["city_total"], seen["papi"]["ward_score"]) == (None, None)
