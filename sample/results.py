"""The papers that end the dossiers of procedures with an electronic result."""

from __future__ import annotations

from random import Random

from sample.documents import Document, Style
from sample.dossiers import CUTOFF, SampleDossier

CHAIR = "CHỦ TỊCH ỦY BAN NHÂN DÂN PHƯỜNG HỘI AN ĐÔNG"
_LAW = "<i>Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025;</i>"
_TRADES = (
    "Bán lẻ hàng thủ công mỹ nghệ",
    "Dịch vụ lưu trú ngắn ngày",
    "Dịch vụ ăn uống",
    "May đo áo dài",
    "Sửa chữa xe máy",
)


def result_of(dossier: SampleDossier, seed: int) -> Document:
    """The result of a finished dossier with an electronic result."""
    random = Random(f"{seed}/{dossier.code}/result")
    number, _, symbol = (dossier.result_number or "").partition("/")
    written = {"GCN-UBND": _business, "GPXD-UBND": _building}.get(symbol, _decision)
    kind, subject, authority, body, recipients = written(dossier, random)
    return Document(
        kind=kind,
        symbol=symbol,
        number=number,
        issued_on=(dossier.finished_at or CUTOFF).date(),
        subject=subject,
        authority=authority,
        body=body,
        recipients=recipients,
        style=Style.from_seed(dossier.code),
    )


_Parts = tuple[str, str, str, tuple[str, ...], tuple[str, ...]]
"""Kind, subject, who decides, body, recipients."""


def _business(dossier: SampleDossier, random: Random) -> _Parts:
    capital = random.choice(("100.000.000", "150.000.000", "200.000.000", "300.000.000"))
    body = (
        f"<b>1. Tên hộ kinh doanh:</b> Hộ kinh doanh {dossier.applicant}.",
        f"<b>2. Địa chỉ trụ sở:</b> {dossier.address}.",
        f"<b>3. Ngành, nghề kinh doanh:</b> {random.choice(_TRADES)}.",
        f"<b>4. Vốn kinh doanh:</b> {capital} đồng.",
        f"<b>5. Chủ hộ kinh doanh:</b> {dossier.applicant}; quốc tịch: Việt Nam.",
        f"<b>6. Mã hồ sơ:</b> {dossier.code}; đăng ký lần đầu.",
        "Hộ kinh doanh có trách nhiệm thực hiện đúng ngành, nghề đã đăng ký và quy định của pháp luật có liên quan./.",
    )
    return "GIẤY CHỨNG NHẬN", "Đăng ký hộ kinh doanh", "", body, ("Hộ kinh doanh;", "Thuế cơ sở;", "Lưu: VT, KTHT.")


def _building(dossier: SampleDossier, random: Random) -> _Parts:
    area, floors = random.randint(62, 128), random.choice(("02", "03", "04"))
    body = (
        f"<b>1.</b> Cấp cho ông (bà): {dossier.applicant}; địa chỉ: {dossier.address}.",
        f"<b>2.</b> Được phép xây dựng công trình: Nhà ở riêng lẻ; tổng số công trình: 01; mã hồ sơ: {dossier.code}.",
        f"- Diện tích xây dựng tầng 1: {area},{random.randint(0, 9)} m2; số tầng: {floors}; chiều cao công trình: "
        f"{random.randint(8, 14)},{random.randint(1, 9)} m.",
        f"- Trên lô đất: thửa đất số {random.randint(11, 480)}, tờ bản đồ số {random.randint(2, 40)}, "
        f"diện tích {area + random.randint(12, 60)} m2.",
        "<b>3.</b> Giấy phép này có hiệu lực khởi công xây dựng trong thời hạn 12 tháng kể từ ngày cấp; quá thời hạn "
        "trên thì phải đề nghị gia hạn giấy phép xây dựng./.",
    )
    return "GIẤY PHÉP", "Xây dựng nhà ở riêng lẻ", "", body, ("Chủ đầu tư;", "Đội quản lý đô thị;", "Lưu: VT, KTHT.")


def _decision(dossier: SampleDossier, random: Random) -> _Parts:
    if "trợ cấp" in dossier.procedure.name:
        subject = f"Về việc trợ cấp xã hội hằng tháng đối với ông (bà) {dossier.applicant}"
        law = "20/2021/NĐ-CP ngày 15 tháng 3 năm 2021 của Chính phủ quy định chính sách trợ giúp xã hội"
        what = (
            f"Trợ cấp xã hội hằng tháng đối với ông (bà) {dossier.applicant}, {dossier.address}; mức trợ cấp "
            f"{random.choice(('500.000', '750.000', '1.000.000'))} đồng/tháng, theo hồ sơ số {dossier.code}."
        )
        office, sign = "Phòng Văn hóa - Xã hội", "VHXH"
    else:
        subject = f"Về việc khen thưởng ông (bà) {dossier.applicant}"
        law = "98/2023/NĐ-CP ngày 31 tháng 12 năm 2023 của Chính phủ quy định chi tiết Luật Thi đua, khen thưởng"
        what = (
            f"Tặng Giấy khen của Chủ tịch Ủy ban nhân dân phường cho ông (bà) {dossier.applicant}, {dossier.address}, "
            f"đã có thành tích trong phong trào thi đua năm 2025 (hồ sơ số {dossier.code})."
        )
        office, sign = "Văn phòng HĐND và UBND", "VP"
    body = (
        _LAW,
        f"<i>Căn cứ Nghị định số {law};</i>",
        f"<i>Theo đề nghị của {office}.</i>",
        "<c><b>QUYẾT ĐỊNH:</b>",
        f"<b>Điều 1.</b> {what}",
        "<b>Điều 2.</b> Quyết định này có hiệu lực thi hành kể từ ngày ký.",
        f"<b>Điều 3.</b> {office} và ông (bà) có tên tại Điều 1 chịu trách nhiệm thi hành Quyết định này./.",
    )
    return "QUYẾT ĐỊNH", subject, CHAIR, body, ("Như Điều 3;", "CT, các PCT UBND phường;", f"Lưu: VT, {sign}.")
