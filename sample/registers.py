"""The register with everything a score needs, the petitions and the survey results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sample.dossiers import CUTOFF, ONE_STOP, SampleDossier
from sample.lists import STATUS_WORDS, moment_text
from sample.sheets import Group, Sheet, new_workbook
from sample.worktime import VIETNAM, after_working_days, working_days

REGISTER_GROUPS: tuple[Group, ...] = (
    ("STT", ()),
    ("Mã hồ sơ", ()),
    ("Mã TTHC", ()),
    ("Tên thủ tục hành chính", ()),
    ("Lĩnh vực", ()),
    ("Đơn vị giải quyết", ()),
    ("Tiếp nhận", ("Kênh thực hiện", "Mức độ", "Ngày tiếp nhận", "Hạn trả")),
    (
        "Kết quả",
        (
            "Trạng thái",
            "Ngày kết thúc xử lý",
            "Ngày trả",
            "Số ký hiệu kết quả",
            "Tệp kết quả",
            "Yêu cầu kết quả điện tử",
        ),
    ),
    ("Số hóa", ("Số hóa thành phần", "Tái sử dụng", "Đồng bộ DVCQG")),
    ("Phí, lệ phí", ("Có thu phí", "Thanh toán trực tuyến")),
    ("Số lần bổ sung", ()),
    ("Văn bản xin lỗi", ()),
)
_CHANNELS = {"direct": "Trực tiếp", "online": "Trực tuyến", "postal": "BCCI"}
_LEVELS = {"full": "Toàn trình", "part": "Một phần", "none": ""}
PETITION_HEADERS = (
    "STT",
    "Mã phản ánh",
    "Ngày tiếp nhận",
    "Hạn xử lý",
    "Ngày trả lời",
    "Nội dung",
    "Loại nội dung",
    "Kết quả xác minh",
    "Đánh giá",
)
PETITION_DAYS = 15
"""Working days to answer a petition (QĐ 766/QĐ-TTg, indicator 5.2)."""
SURVEY_HEADERS = ("STT", "Mã TCTP", "Tên chỉ số", "Tỷ lệ hài lòng (%)", "Số phiếu", "Nguồn")


def write_register(path: Path, dossiers: Sequence[SampleDossier]) -> None:
    """One row per dossier under two merged header rows; dates are dates of the workbook, one dossier stands twice."""
    book = new_workbook(path)
    widths = (6, 24, 12, 40, 20, 30, 12, 12, 19, 19, 18, 19, 19, 16, 34, 12, 12, 12, 12, 10, 12, 10, 18)
    sheet = Sheet(book, "Sổ chi tiết", widths=widths)
    sheet.titles(
        (ONE_STOP.upper(), "SỔ CHI TIẾT HỒ SƠ", "Từ ngày 01/01/2025 đến ngày 31/12/2025"),
        note=f"Thời điểm xuất: {moment_text(CUTOFF + timedelta(minutes=20))}",
    )
    sheet.grouped_header(REGISTER_GROUPS)
    sheet.row(list(range(1, len(widths) + 1)), style="numbering")
    listed = [*dossiers, dossiers[0]]
    for number, dossier in enumerate(listed, start=1):
        sheet.row(_register_row(number, dossier))
    sheet.row(["TỔNG CỘNG", len(listed)], style="total")
    book.close()


def _register_row(number: int, dossier: SampleDossier) -> list[Any]:
    procedure = dossier.procedure
    return [
        number,
        dossier.code,
        procedure.code,
        procedure.name,
        procedure.field,
        dossier.resolving_unit,
        _CHANNELS[dossier.channel],
        _LEVELS[procedure.level],
        dossier.received_at,
        dossier.due_at or "",
        STATUS_WORDS[dossier.status],
        dossier.finished_at or "",
        dossier.returned_at or "",
        dossier.result_number or "",
        "##".join(dossier.result_files),
        _yes(dossier.electronic),
        _yes(dossier.digitised),
        _yes(dossier.reused),
        _yes(dossier.synced),
        _yes(procedure.fee),
        _yes(dossier.paid_online) if procedure.fee else "",
        dossier.supplements,
        dossier.apology or "",
    ]


def _yes(said: bool) -> str:
    return "Có" if said else "Không"


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplePetition:
    """One petition: `about` and `found` in the words of the register, `liked` is the citizen's rating or empty."""

    code: str
    received_at: datetime
    due_at: datetime
    answered_at: datetime
    subject: str
    about: str
    found: str
    liked: str

    @property
    def late(self) -> bool:
        """Answered after its due day."""
        return self.answered_at.date() > self.due_at.date()


_SUBJECTS = (
    ("Hỏi thời gian trả kết quả hồ sơ trực tuyến", "Thủ tục", "Không đúng"),
    ("Đề nghị hướng dẫn đăng ký tài khoản dịch vụ công", "Khác", "Không đúng"),
    ("Phản ánh yêu cầu nộp thêm bản sao ngoài thành phần hồ sơ", "Phí, thành phần hồ sơ", "Không đúng"),
    ("Phản ánh thái độ tiếp công dân tại quầy", "Thái độ", "Không đúng"),
    ("Đề nghị niêm yết lại mức thu lệ phí hộ tịch", "Phí, thành phần hồ sơ", "Không đúng"),
    ("Phản ánh đường truyền nộp hồ sơ trực tuyến bị lỗi", "Khác", "Đúng"),
)


def petitions_of_2025(seed: int, count: int = 26) -> tuple[SamplePetition, ...]:
    """Petitions of the year: one answered late, one complaint about papers found true, some citizens not satisfied."""
    random = Random(f"{seed}/petitions")
    days = sorted(random.sample(working_days(date(2025, 1, 6), date(2025, 11, 28)), count))
    return tuple(_petition(number, day, random) for number, day in enumerate(days, start=1))


def _petition(number: int, day: date, random: Random) -> SamplePetition:
    received = datetime(day.year, day.month, day.day, random.randint(8, 16), random.randrange(60), tzinfo=VIETNAM)
    due = after_working_days(received, PETITION_DAYS)
    late = number == 9
    answered = after_working_days(received, PETITION_DAYS + 3 if late else random.randint(2, 13))
    subject, about, found = _SUBJECTS[2] if number == 12 else random.choice(_SUBJECTS)
    return SamplePetition(
        code=f"PAKN.{day:%y%m%d}.{number:03d}",
        received_at=received,
        due_at=due,
        answered_at=answered,
        subject=subject,
        about=about,
        found="Đúng" if number == 12 else found,
        liked=random.choice(("Hài lòng", "Hài lòng", "Rất hài lòng", "", "Hài lòng"))
        if number != 9
        else "Không hài lòng",
    )


def write_petitions(path: Path, petitions: Sequence[SamplePetition]) -> None:
    """The register of petitions; dates as text."""
    book = new_workbook(path)
    sheet = Sheet(book, "PAKN", widths=(6, 20, 19, 19, 19, 52, 24, 16, 16))
    title = ("UBND PHƯỜNG HỘI AN ĐÔNG", "DANH SÁCH PHẢN ÁNH, KIẾN NGHỊ", "Từ ngày 01/01/2025 đến ngày 31/12/2025")
    sheet.titles(title, note=f"Thời điểm xuất: {moment_text(CUTOFF)}")
    sheet.header(PETITION_HEADERS)
    for number, petition in enumerate(petitions, start=1):
        moments = (petition.received_at, petition.due_at, petition.answered_at)
        said = (petition.subject, petition.about, petition.found, petition.liked)
        sheet.row([number, petition.code, *map(moment_text, moments), *said])
    sheet.row(["TỔNG CỘNG", len(petitions)], style="total")
    book.close()


def write_survey(path: Path) -> None:
    """SIPAS alone: the survey of officials (8.2.1) has not been published yet, so that component waits."""
    book = new_workbook(path)
    sheet = Sheet(book, "SIPAS", widths=(6, 12, 44, 20, 12, 44))
    sheet.titles(("SỞ NỘI VỤ THÀNH PHỐ ĐÀ NẴNG", "KẾT QUẢ ĐO LƯỜNG SỰ HÀI LÒNG NĂM 2025"))
    sheet.header(SURVEY_HEADERS)
    source = "Thông báo kết quả SIPAS năm 2025 của Sở Nội vụ (số liệu mẫu)"
    sheet.row([1, "8.1.1", "Chỉ số hài lòng SIPAS của phường", "91,37", "320", source])
    book.close()
