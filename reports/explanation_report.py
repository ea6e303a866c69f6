"""The report that goes with the self-score: results, what lacks proof with the officials' explanation, tasks by office.

Its parts follow the guidance on self-assessment (domain notes 1.4): table of self-scores; explanation of components
without evidence or with incomplete evidence; difficulties and proposals.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from reports.heading import Heading, vn_day, vn_number
from reports.printed import Column, Foot, Line, Part, Printed
from reports.score_sheet import appraised_text, evidence_text, points_text, words_of

Plain = Mapping[str, Any]
_NOTHING_SAID = "Chưa có giải trình của đơn vị."
_LACKING = ("no_evidence", "no_data")


def printed_explanation(score: Plain, criteria: Plain, heading: Heading) -> Printed:
    """The report of a score (JSON value) by its criteria set."""
    return Printed(
        heading=heading,
        title=("BÁO CÁO", f"Giải trình kết quả tự chấm điểm Chỉ số cải cách hành chính kỳ {heading.period}"),
        parts=tuple(_numbered(_parts(score, criteria))),
        foot=Foot(
            signer=("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"),
            recipients=(
                f"- UBND {heading.parent_name[:1].lower()}{heading.parent_name[1:]};",
                f"- Sở Nội vụ {heading.parent_name[:1].lower()}{heading.parent_name[1:]};",
                "- Lãnh đạo UBND phường;",
                "- Lưu: VT.",
            ),
        ),
        kind="BC-UBND",
        portrait=True,
    )


def _parts(score: Plain, criteria: Plain) -> Iterator[Part]:
    points = (Column("Lĩnh vực", 105), Column("Điểm tối đa", 30, number=True), Column("Điểm tự chấm", 30, number=True))
    results = tuple(Line(cells) for cells in domain_rows(score, criteria))
    yield Part("KẾT QUẢ TỰ CHẤM", (_summary(score),), points, results)
    gaps = (Column("Mục", 13), Column("Nội dung", 45), Column("Điểm", 20, number=True), Column("Giải trình", 87))
    lacking = tuple(Line(cells) for cells in unproven_rows(score))
    title = "NỘI DUNG CHƯA CÓ HOẶC CHƯA ĐỦ TÀI LIỆU KIỂM CHỨNG, CHƯA CÓ SỐ LIỆU"
    yield Part(title, (), gaps, lacking, "Mọi nội dung đều có tài liệu kiểm chứng.")
    if said := tuple(Line(cells) for cells in said_rows(score)):
        columns = (Column("Mục", 13), Column("Nội dung", 45), *(_number(name) for name in ("Tự chấm", "Thẩm định")))
        yield Part("GHI CHÚ VÀ GIẢI TRÌNH KHÁC", (), (*columns, Column("Ghi chú, yêu cầu, giải trình", 67)), said)
    tasks = (Column("Đơn vị", 33), Column("Mục", 47), Column("Việc, tài liệu cần có", 60), Column("Hạn", 25))
    rows = tuple(Line(cells) for cells in task_rows(score, criteria))
    yield Part("VIỆC CÒN PHẢI LÀM, THEO ĐƠN VỊ", (), tasks, rows, "Không còn việc nào.")
    yield Part("KHÓ KHĂN, KIẾN NGHỊ", ("." * 120,))


def _numbered(parts: Iterator[Part]) -> Iterator[Part]:
    for mark, part in zip(("I", "II", "III", "IV", "V"), parts, strict=False):
        yield Part(f"{mark}. {part.title}", part.paragraphs, part.columns, part.lines, part.empty)


def _number(name: str) -> Column:
    return Column(name, 20, number=True)


def domain_rows(score: Plain, criteria: Plain) -> list[tuple[str, ...]]:
    """Name, maximum and own points of each domain."""
    sums: defaultdict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for item in score["components"]:
        sums[item["domain"]][0] += Decimal(item["max_points"])
        sums[item["domain"]][1] += Decimal(item["points"] or 0)
    return [
        (f"{domain['id']}. {domain['name']}", *(vn_number(f"{value:.2f}") for value in sums[domain["id"]]))
        for domain in criteria["domains"]
    ]


def is_unproven(item: Plain) -> bool:
    """Whether a component has to be explained: without data or evidence, or on words or doubted documents alone."""
    if item["state"] in _LACKING:
        return True
    firm = any(not proof.get("doubt") for proof in item["evidence"])
    return bool(item["source"] == "declared" and item["points"] and Decimal(item["points"]) > 0 and not firm)


def unproven_rows(score: Plain) -> list[tuple[str, ...]]:
    """Components that have to be explained: what officials wrote of them first, then what the program found."""
    return [
        (
            item["id"],
            item["name"],
            points_text(item),
            "\n".join([*(words_of(item) or [_NOTHING_SAID]), item["because"]]),
        )
        for item in score["components"]
        if is_unproven(item)
    ]


def said_rows(score: Plain) -> list[tuple[str, ...]]:
    """Other components of which officials wrote something: points, appraisal, words."""
    return [
        (item["id"], item["name"], points_text(item), appraised_text(item), "\n".join(words))
        for item in score["components"]
        if (words := words_of(item)) and not is_unproven(item)
    ]


def task_rows(score: Plain, criteria: Plain) -> list[tuple[str, ...]]:
    """Office, component, what it lacks and by when; by office, then deadline."""
    lacking = [item for item in score["components"] if item["state"] in _LACKING]
    wanted = wanted_evidence(criteria)
    ordered = sorted(lacking, key=lambda item: (item["responsible"], str(item["deadline"]), item["id"]))
    return [
        (item["responsible"], f"{item['id']} {item['name']}", wanted.get(item["id"], ""), vn_day(str(item["deadline"])))
        for item in ordered
    ]


def wanted_evidence(criteria: Plain) -> dict[str, str]:
    """Which documents the criteria set asks for, by component."""
    return {
        component["id"]: "; ".join(entry["label"] for entry in component.get("evidence") or ())
        for domain in criteria["domains"]
        for criterion in domain["criteria"]
        for component in criterion["components"]
    }


def printed_offices(score: Plain, criteria: Plain, heading: Heading) -> Printed:
    """Tasks and evidence by office: each component with its points, what proves it, what it lacks and by when."""
    columns = (
        Column("Mục", 13),
        Column("Tiêu chí thành phần", 62),
        Column("Điểm tối đa", 16, number=True),
        Column("Điểm tự chấm", 18, number=True),
        Column("Tài liệu đã có (mục, trang)", 72),
        Column("Còn phải làm", 60),
        Column("Hạn", 22),
    )
    entries = {entry["id"]: entry for entry in _entries(criteria)}
    offices: defaultdict[str, list[Plain]] = defaultdict(list)
    for item in score["components"]:
        offices[item["responsible"]].append(item)
    parts = [
        Part(office, (), columns, tuple(_task(item, entries.get(item["id"], {})) for item in items))
        for office, items in sorted(offices.items())
    ]
    title = f"DANH MỤC NHIỆM VỤ VÀ TÀI LIỆU KIỂM CHỨNG THEO ĐƠN VỊ KỲ {heading.period}"
    about = (f"Theo lần chấm tính đến ngày {vn_day(score['as_of'])}.",)
    return Printed(heading=heading, title=(title, f"{heading.unit_name}"), under=about, parts=tuple(parts))


def _entries(criteria: Plain) -> Iterator[Plain]:
    for domain in criteria["domains"]:
        for criterion in domain["criteria"]:
            yield from criterion["components"]


def _task(item: Plain, entry: Plain) -> Line:
    has = evidence_text(entry, item) if item["evidence"] or item["source"] == "measured" else "Chưa có"
    owed = "; ".join(wanted["label"] for wanted in entry.get("evidence") or ())
    lacks = {"no_data": f"Khai số liệu; nộp: {owed}", "no_evidence": f"Nộp: {owed}", "survey": "Chờ kết quả khảo sát"}
    if item.get("survey_points"):
        lacks["survey"] = "Đã có kết quả khảo sát"
    by_words = is_unproven(item) or (not item["evidence"] and item.get("explanations"))
    todo = lacks.get(item["state"], "Giải trình đã có; nộp tài liệu nếu có." if by_words else "Đủ")
    day = vn_day(str(item["deadline"]))
    return Line((item["id"], item["name"], vn_number(item["max_points"]), points_text(item), has, todo, day))


def _summary(score: Plain) -> str:
    own, expected, most = (vn_number(score["totals"][name]) for name in ("conservative", "expected", "self_scorable"))
    more = "" if own == expected else f" Bổ sung đủ tài liệu kiểm chứng thì được {expected} điểm."
    return f"Tự chấm {own} điểm trên {most} điểm được tự chấm.{more} Số liệu tính đến ngày {vn_day(score['as_of'])}."
