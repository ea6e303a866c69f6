"""Random documents of Decree 30 with what is true of them: wording, face, layout, seal, pen and scanner by a seed.

`case_of(seed)` decides everything; `case_of(seed, faces=..., layouts=...)` with faces (names of installed families or
font files, tests/ocr/faces.py) and layouts of one's own; `rich=True` varies more: several pages, searchable scans,
scans pasted into a page, dossier codes, measures off the usual ones. tests/ocr/typesetting.py sets it,
tests/ocr/scanning.py scans it, `python -m tests.ocr.write_papers` writes files with their truth. All is invented.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from tests.ocr.faces import FACES
from tests.ocr.papers import Scanner


@dataclass(frozen=True, slots=True)
class Layout:
    """Measures of a page in points; `wide` is how much the head's lines are apart."""

    head_size: float = 12.5
    body_size: float = 13.5
    left_axis: float = 155.0
    right_axis: float = 402.0
    top: float = 70.0
    wide: float = 15.0
    left_margin: float = 85.0
    right_margin: float = 540.0
    sign_axis: float = 420.0
    leading: float = 1.32


LAYOUTS = (
    Layout(),
    Layout(head_size=12, body_size=13, left_axis=150, right_axis=410, top=62, wide=14.5, sign_axis=432),
    Layout(head_size=13, body_size=14, left_axis=160, right_axis=408, top=76, wide=16.5, left_margin=92, sign_axis=414),
    Layout(head_size=12, body_size=14, left_axis=168, right_axis=405, leading=1.22, right_margin=530, sign_axis=405),
    Layout(head_size=11.5, body_size=12.5, left_axis=145, right_axis=400, leading=1.5, sign_axis=440),
)


@dataclass(frozen=True, slots=True)
class Wording:
    """What one document says."""

    organ: tuple[str, ...]
    number: str
    symbol: str
    place: str
    day: str
    month: str
    year: str
    kind: str
    subject: tuple[str, ...]
    body: tuple[str, ...]
    stack: tuple[str, ...]
    signer: str
    recipients: tuple[str, ...]
    dossier: str = ""
    mark: str = ""
    """What a document system prints at the foot of each page that is downloaded."""


@dataclass(frozen=True, slots=True)
class Case:
    """One document, how it is set and how it is scanned; `scanner` None: born digital."""

    seed: int
    wording: Wording
    face: str
    layout: Layout
    scanner: Scanner | None
    by_hand: bool
    grade: str
    """clean | fair | poor | fax | photo: the classes whose accuracy is reported apart."""
    flaw: str = ""
    """grey | bilevel | low_dpi | turned: what keeps it from the standard."""
    carrier: Literal["scan", "searchable", "pasted"] = "scan"
    """How the scan lies in its file: alone, under hidden words, or pasted into a page at `shown` of its width."""
    shown: float = 1.0

    @property
    def verdict(self) -> str:
        """What the digitisation verdict must be; "" where the grade leaves it open."""
        if self.flaw == "low_dpi" and self.scanner and self.scanner.dpi / self.shown >= 190:
            return ""
        if self.flaw:
            return "không đạt"
        if self.shown < 1.0:
            return ""
        return "đạt" if self.grade in ("clean", "fair") or self.scanner is None else ""


_WARDS = ("HỘI AN ĐÔNG", "CẨM THANH", "TRÀ BỒNG", "ĐIỆN BÀN BẮC", "THU BỒN", "NÚI THÀNH", "SƠN TỊNH", "BÌNH MINH")
_FAMILIES = ("Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Trương", "Phan", "Đinh")
_MIDDLES = ("Văn", "Thị", "Hữu", "Đình", "Thanh", "Ngọc", "Minh", "Thị Mỹ", "Quốc", "Xuân")
_GIVEN = (
    "Hồng",
    "Dũng",
    "Tuấn",
    "Hiền",
    "Đức",
    "Phượng",
    "Ánh",
    "Quỳnh",
    "Khởi",
    "Lượng",
    "Thủy",
    "Nghĩa",
    "Ước",
    "Sỹ",
)
_RECIPIENTS = ("Như trên;", "CT, các PCT UBND phường;", "Trang TTĐT phường;")
_KINDS = (
    ("QUYẾT ĐỊNH", "QĐ"),
    ("THÔNG BÁO", "TB"),
    ("KẾ HOẠCH", "KH"),
    ("BÁO CÁO", "BC"),
    ("TỜ TRÌNH", "TTr"),
    ("CHƯƠNG TRÌNH", "CTr"),
    ("HƯỚNG DẪN", "HD"),
    ("", ""),
)
_SUBJECTS = (
    "Về việc công khai kết quả giải quyết thủ tục hành chính",
    "Về việc kiện toàn Ban Chỉ đạo chuyển đổi số của phường",
    "Kiểm tra công tác cải cách hành chính năm 2025",
    "Tuyên truyền, phổ biến Luật Đất đai và các văn bản hướng dẫn thi hành",
    "Triển khai thực hiện Nghị quyết số 57-NQ/TW về đột phá phát triển khoa học, công nghệ",
    "Về việc phân công nhiệm vụ Chủ tịch, các Phó Chủ tịch và Ủy viên Ủy ban nhân dân phường nhiệm kỳ 2021 - 2026",
    "Kết quả rà soát, đơn giản hóa thủ tục hành chính thuộc phạm vi, chức năng quản lý",
)
_SENTENCES = (
    "Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025;",
    "Căn cứ Nghị định số 118/2025/NĐ-CP ngày 09 tháng 6 năm 2025 của Chính phủ về thực hiện thủ tục hành chính theo "
    "cơ chế một cửa, một cửa liên thông tại Bộ phận Một cửa và Cổng Dịch vụ công quốc gia;",
    "Xét đề nghị của Trưởng phòng Văn hóa - Xã hội tại Tờ trình số 45/TTr-VHXH ngày 03 tháng 10 năm 2025,",
    "1. Giao Phòng Kinh tế, Hạ tầng và Đô thị phối hợp với Trung tâm Phục vụ hành chính công rà soát, cập nhật hồ sơ.",
    "2. Tỷ lệ hồ sơ giải quyết đúng hạn đạt 98,7% (1.254/1.271 hồ sơ), tăng 2,3% so với cùng kỳ năm trước.",
    "3. Kinh phí thực hiện: 125.000.000 đồng (một trăm hai mươi lăm triệu đồng) từ nguồn ngân sách phường năm 2025.",
    "Yêu cầu các phòng, ban, đơn vị nghiêm túc triển khai thực hiện, báo cáo kết quả trước ngày 25 hằng tháng./.",
    "Trong quá trình thực hiện nếu có khó khăn, vướng mắc, các đơn vị kịp thời phản ánh về Ủy ban nhân dân phường.",
)


def case_of(
    seed: int,
    *,
    faces: Sequence[str] = FACES,
    layouts: Sequence[Layout] = LAYOUTS,
    grade: str = "",
    rich: bool = False,
) -> Case:
    """Everything about document number `seed`."""
    chance = random.Random(f"parindex-{seed}")
    chosen = grade or chance.choices(("clean", "fair", "poor", "fax", "photo", "digital"), (5, 5, 2, 1, 1, 1))[0]
    scanned = chosen != "digital"
    by_hand = scanned and chance.random() < 0.45
    flaw = chance.choice(("grey", "bilevel", "low_dpi", "turned")) if scanned and chance.random() < 0.25 else ""
    scanner = _scanner(chance, chosen, flaw) if scanned else None
    usual = faces == FACES and len(faces) > 1
    face = chance.choices(faces, [6, 6, 2, 1][: len(faces)] if usual else [1] * len(faces))[0]
    wording = _wording(chance, blank=not by_hand and chance.random() < 0.08)
    case = Case(
        seed, wording, face, chance.choice(layouts), scanner, by_hand, chosen, "bilevel" if chosen == "fax" else flaw
    )
    return _richer(case, random.Random(f"parindex-rich-{seed}")) if rich else case


def _richer(case: Case, chance: random.Random) -> Case:
    """The case with more pages, another carrier, other measures."""
    body = list(case.wording.body)
    for _ in range(chance.choice((0, 0, 12, 24))):
        body.append(chance.choice(_SENTENCES[3:]))
    unit, day = f"000.{chance.randint(10, 99)}.{chance.randint(10, 99)}.H17", f"2508{chance.randint(10, 28)}"
    dossier = f"{unit}-{day}-{chance.randint(0, 9999):04d}" if chance.random() < 0.3 else ""
    if dossier:
        body.append(f"Kết quả được trả theo hồ sơ mã {dossier}.")
    at = replace(
        case.layout,
        left_axis=case.layout.left_axis + chance.uniform(-6, 6),
        right_axis=case.layout.right_axis + chance.uniform(-3, 6),
        top=case.layout.top + chance.uniform(-12, 14),
        sign_axis=case.layout.sign_axis + chance.uniform(-8, 8),
        leading=case.layout.leading * chance.uniform(0.96, 1.1),
    )
    carrier = chance.choice(("scan", "scan", "searchable", "pasted")) if case.scanner else "scan"
    shown = round(chance.uniform(0.72, 0.95), 2) if carrier == "pasted" else 1.0
    wording = replace(case.wording, body=tuple(body), dossier=dossier)
    return replace(case, wording=wording, layout=at, carrier=carrier, shown=shown)


def truth_of(case: Case) -> dict[str, Any]:
    """What must be read: fields by name (None: there is none; number and day None where not printed), states, verdict.

    `verdict` is "" where the grade leaves it open.
    """
    said = case.wording
    state = "handwritten" if case.by_hand else "read" if said.number else "blank"
    printed = state == "read"
    authority = " / ".join(line for line in said.stack if line.split()[0] in ("TM.", "KT.", "TL.", "TUQ."))
    return {
        "number": f"{said.number}/{said.symbol}" if printed else None,
        "issued_on": f"{said.year}-{int(said.month or 0):02d}-{int(said.day or 0):02d}" if printed else None,
        "symbol": said.symbol,
        "type": said.kind or "CÔNG VĂN",
        "issuer": " ".join(said.organ[1:] if len(said.organ) > 2 else said.organ),
        "place": said.place,
        "subject": " ".join(said.subject),
        "signer": said.signer,
        "signer_title": said.stack[-1].removeprefix("TL. ").removeprefix("KT. "),
        "authority": authority or None,
        "recipients": "; ".join(one.strip(" ;.") for one in said.recipients),
        "dossier_code": said.dossier or None,
        "state": state,
        "verdict": case.verdict,
    }


def _scanner(chance: random.Random, grade: str, flaw: str) -> Scanner:
    dpi = chance.choice((100, 120, 150)) if flaw == "low_dpi" else chance.choice((200, 200, 240, 300))
    worse = {"clean": 0, "fair": 1, "poor": 2, "fax": 2, "photo": 1}[grade]
    colour = "L" if flaw == "grey" else "1" if flaw == "bilevel" or grade == "fax" else "RGB"
    return Scanner(
        dpi=dpi,
        seed=chance.randrange(1 << 30),
        colour=colour,
        skew=round(chance.uniform(-0.25, 0.25) if worse == 0 else chance.uniform(-1.8, 1.8), 2),
        turn=chance.choice((90, 180, 270)) if flaw == "turned" else 0,
        noise=(3.0, 7.0, 14.0)[worse],
        blur=(0.0, 0.35, 0.8)[worse],
        contrast=(1.0, 0.85, 0.55)[worse],
        quality=(88, 75, 55)[worse],
        seal=chance.random() < 0.95,
        signature=chance.random() < 0.95,
    )


def _wording(chance: random.Random, *, blank: bool) -> Wording:
    ward = chance.choice(_WARDS)
    kind, symbol = chance.choice(_KINDS)
    organ: tuple[str, ...] = ("ỦY BAN NHÂN DÂN", f"PHƯỜNG {ward}")
    unit, titles = (
        "UBND",
        (("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"), ("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH")),
    )
    if chance.random() < 0.25:
        organ = (f"UBND PHƯỜNG {ward}", "TRUNG TÂM PHỤC VỤ", "HÀNH CHÍNH CÔNG")
        unit, titles = "TTPVHCC", (("GIÁM ĐỐC",), ("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"))
    if not kind or (unit == "UBND" and chance.random() < 0.1):
        titles = (*titles, ("TL. CHỦ TỊCH", "CHÁNH VĂN PHÒNG"), ("CHỦ TỊCH",))
    subject = _split(chance.choice(_SUBJECTS), 46 if kind else 30)
    number = "" if blank else f"{chance.choice((chance.randint(1, 99), chance.randint(100, 2500))):02d}"
    day, month = chance.randint(1, 28), chance.randint(1, 12)
    return Wording(
        organ=organ,
        number=number,
        symbol=f"{symbol}-{unit}" if kind else f"{unit}-{chance.choice(('VHXH', 'KTHT', 'VP', 'NC'))}",
        place=" ".join(word.capitalize() for word in ward.split()),
        day="" if blank else f"{day:02d}",
        month="" if blank else f"{month:02d}" if month < 3 else str(month),
        year=str(chance.choice((2024, 2025, 2026))),
        kind=kind,
        subject=subject,
        body=tuple(chance.sample(_SENTENCES, chance.randint(3, 6))),
        stack=chance.choice(titles),
        signer=f"{chance.choice(_FAMILIES)} {chance.choice(_MIDDLES)} {chance.choice(_GIVEN)}",
        recipients=(*_RECIPIENTS[: chance.randint(1, 3)], f"Lưu: VT, {chance.choice(('VHXH', 'KTHT', 'TTPVHCC'))}."),
    )


def _split(text: str, most: int) -> tuple[str, ...]:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) >= most:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return tuple(lines)
