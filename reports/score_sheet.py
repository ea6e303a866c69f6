"""The self-scoring sheet (phiếu tự chấm điểm) as xlsx: each row with proof and reason, points and sums as formulas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from reports.heading import Heading, vn_day, vn_number
from reports.score_numbers import PAGE, Recomputed, recomputed_components, write_numbers
from reports.workbook import Paper, new_paper, write_head, write_signature

Plain = Mapping[str, Any]

COLUMNS = (
    "STT",
    "Lĩnh vực/Tiêu chí/Tiêu chí thành phần",
    "Điểm tối đa",
    "Điểm tự đánh giá",
    "Điểm thẩm định",
    "Tài liệu kiểm chứng",
    "Ghi chú/Giải trình",
)
_WIDTHS = (7.0, 44.0, 9.0, 11.0, 10.0, 40.0, 56.0)
_POINTS = {2: "C", 3: "D", 4: "E"}
"""Columns of points, by index: maximum, self-score, appraisal."""
_MOST_NAMES = 15
_WITHOUT_POINTS = {"survey": "Khảo sát", "no_data": "Chưa có số liệu", "not_applicable": "Không phát sinh"}
_FILLS = {"domain": "#D9E2F3", "criterion": "#F2F2F2", "full": "#E8F3E8", "part": "#FFF6DC", "none": "#FBE3E0"}


@dataclass(slots=True)
class _Sums:
    """Rows (from 1, as in the sheet) whose points a subtotal adds up, and what they add up to now."""

    rows: list[int] = field(default_factory=list)
    maximum: Decimal = Decimal(0)
    points: Decimal | None = None
    appraised: Decimal | None = None

    def add(self, row: int, part: _Sums) -> None:
        """Take a row with what stands in it."""
        self.rows.append(row)
        self.maximum += part.maximum
        if part.points is not None:
            self.points = (self.points or Decimal(0)) + part.points
        if part.appraised is not None:
            self.appraised = (self.appraised or Decimal(0)) + part.appraised


@dataclass(frozen=True, slots=True)
class _Rows:
    """What stands in the rows of components, by id: their scores, and where a formula gives their points."""

    scored: Mapping[str, Plain]
    recomputed: Mapping[str, Recomputed]


def score_sheet(score: Plain, criteria: Plain, heading: Heading) -> bytes:
    """The sheet of `score` (the JSON of `parindex score --json`); names of levels come from the criteria set."""
    paper = new_paper("Phiếu tự chấm", heading, _WIDTHS, "Phiếu tự chấm điểm Chỉ số CCHC")
    write_head(paper, heading, split=5)
    _write_title(paper, score, criteria, heading)
    _write_columns(paper)
    recomputed = recomputed_components(score, criteria)
    rows = _Rows({item["id"]: item for item in score["components"]}, recomputed)
    total = _Sums()
    for domain in criteria["domains"]:
        _write_domain(paper, domain, rows, total)
    _write_subtotal(paper, paper.row, ("", "Tổng cộng"), total, fill="domain")
    paper.row += 1
    _write_notes(paper, score)
    write_signature(paper, heading, first=5)
    write_numbers(paper, recomputed)
    return paper.close()


def _write_title(paper: Paper, score: Plain, criteria: Plain, heading: Heading) -> None:
    paper.row += 1
    paper.line(
        f"PHIẾU TỰ CHẤM ĐIỂM CHỈ SỐ CẢI CÁCH HÀNH CHÍNH KỲ {score['period']}", bold=True, font_size=14, **_CENTRE
    )
    paper.line(f"{heading.unit_name}, {heading.parent_name}", bold=True, **_CENTRE)
    if criteria.get("provenance") == "proposal":
        paper.line("BỘ TIÊU CHÍ ĐỀ XUẤT, KHÔNG PHẢI BẢNG ĐIỂM CHÍNH THỨC", bold=True, font_color="#C00000", **_CENTRE)
    for text in facts_of(score, criteria, heading):
        paper.line(text, italic=True, **_CENTRE)
    paper.row += 1


def facts_of(score: Plain, criteria: Plain, heading: Heading) -> Iterable[str]:
    """What stands under the title: totals, criteria set, day, on-time rule."""
    totals = score["totals"]
    own, self_scorable, maximum = (vn_number(totals[name]) for name in ("conservative", "self_scorable", "maximum"))
    yield f"Tự chấm {own} điểm trên {self_scorable} điểm được tự chấm; bằng {own} điểm trên {maximum} điểm."
    if totals["expected"] != totals["conservative"]:
        more = vn_number(totals["expected"])
        yield f"Nếu bổ sung đủ tài liệu kiểm chứng và hoàn thành các phần chưa đến hạn: {more} điểm."
    if "bonus" in totals or "penalty" in totals:
        bonus, penalty = (vn_number(totals.get(name, "0.00")) for name in ("bonus", "penalty"))
        yield f"Ngoài thang điểm: điểm thưởng {bonus}, điểm trừ {penalty}; chưa cộng, trừ vào các dòng dưới đây."
        yield from outside_lines(score)
    reference = f"{score['criteria']['id']}@{score['criteria']['version']}"
    yield f"Bộ tiêu chí: {criteria['title']} ({reference})."
    yield (
        f"Số liệu tính đến ngày {vn_day(score['as_of'])}; lập ngày {vn_day(heading.made_on.isoformat())}; "
        f"bộ máy tính {score['engine']}."
    )
    yield from on_time_lines(score)


def outside_lines(score: Plain) -> Iterable[str]:
    """Each bonus and penalty outside the 100 with its points and reason."""
    kinds = {"bonus": "điểm thưởng", "penalty": "điểm trừ"}
    for item in score.get("outside_100", ()):
        points = "chưa có điểm" if item["points"] is None else f"{vn_number(item['points'])} {kinds[item['kind']]}"
        yield f"{item['id']} {item['name']}: {points}. {item['because']}"


def on_time_lines(score: Plain) -> Iterable[str]:
    """The definition of on time that was used, and what each other one would change."""
    used = score.get("on_time")
    if used is None:  # a run recorded before rules had versions
        yield f"Cách tính đúng hạn: {score['on_time_rule']} (lần chấm này chưa ghi phiên bản và chênh lệch)."
        return
    yield f"Cách tính đúng hạn: {used['rule']} ({used['title']})."
    for other in used["differences"]:
        points = vn_number(other["points"]).replace("-", "−")
        where = ", ".join(other["components"])
        yield f"Nếu tính theo {other['rule']} ({other['title']}): {points} điểm, ở mục {where}."


_CENTRE: dict[str, Any] = {"align": "center", "valign": "vcenter"}


def _write_columns(paper: Paper) -> None:
    for column, name in enumerate(COLUMNS):
        paper.text(column, name, bold=True, border=1, bg_color="#BFCDE6", **_CENTRE)
    paper.sheet.repeat_rows(paper.row)
    paper.row += 1
    paper.sheet.freeze_panes(paper.row, 2)


def _write_domain(paper: Paper, domain: Plain, rows: _Rows, total: _Sums) -> None:
    own_row, sums = paper.row, _Sums()
    paper.row += 1
    for criterion in domain["criteria"]:
        _write_criterion(paper, criterion, rows, sums)
    _write_subtotal(paper, own_row, (domain["id"], f"Lĩnh vực {domain['id']}. {domain['name']}"), sums, fill="domain")
    total.add(own_row + 1, sums)


def _write_criterion(paper: Paper, criterion: Plain, rows: _Rows, above: _Sums) -> None:
    own_row, sums = paper.row, _Sums()
    paper.row += 1
    for component in criterion["components"]:
        if component["id"] in rows.scored:
            _write_component(paper, component, rows, sums)
    _write_subtotal(paper, own_row, (criterion["id"], criterion["name"]), sums, fill="criterion")
    above.add(own_row + 1, sums)


def _write_subtotal(paper: Paper, row: int, labels: tuple[str, str], sums: _Sums, *, fill: str) -> None:
    """A row whose three columns of points add up the rows below it; empty while nothing there has points."""
    style: dict[str, Any] = {"bold": True, "border": 1, "bg_color": _FILLS[fill]}
    number = paper.style(**style, num_format="0.00", align="right")
    after, paper.row = paper.row, row
    for column, text in enumerate((*labels, None, None, None, "", "")):
        if text is not None:
            paper.text(column, text, **style)
    for column, now in ((2, sums.maximum), (3, sums.points), (4, sums.appraised)):
        cells = ",".join(f"{_POINTS[column]}{cell}" for cell in sums.rows)
        value = "" if now is None else float(now)
        paper.sheet.write_formula(row, column, f'=IF(COUNT({cells})=0,"",SUM({cells}))', number, value)
    paper.row = after if after > row else row + 1


def _write_component(paper: Paper, component: Plain, rows: _Rows, above: _Sums) -> None:
    item = rows.scored[component["id"]]
    maximum = Decimal(item["max_points"])
    points = None if item["points"] is None else Decimal(item["points"])
    number = paper.style(border=1, num_format="0.00", align="right")
    paper.text(0, item["id"], border=1)
    paper.text(1, item["name"], border=1, indent=1)
    paper.sheet.write_number(paper.row, 2, float(maximum), number)
    _write_points(paper, item, maximum, rows.recomputed.get(item["id"]))
    final = final_points(item)
    appraised = None if final is None else Decimal(final)
    if appraised is None:
        paper.sheet.write_blank(paper.row, 4, None, number)
    else:
        paper.sheet.write_number(paper.row, 4, float(appraised), number)
    _allow_only_points(paper, maximum)
    paper.text(5, evidence_text(component, item), border=1)
    paper.text(6, _note(item, points, maximum), border=1)
    above.add(paper.row + 1, _Sums(maximum=maximum, points=points, appraised=appraised))
    paper.row += 1


def _write_points(paper: Paper, item: Plain, maximum: Decimal, formula: Recomputed | None) -> None:
    if item["points"] is None:
        paper.text(3, _WITHOUT_POINTS.get(item["state"], "Chưa có điểm"), border=1, italic=True, align="center")
        return
    points = Decimal(item["points"])
    fill = "full" if points >= maximum else "part" if points > 0 else "none"
    style = paper.style(border=1, num_format="0.00", align="right", bg_color=_FILLS[fill])
    if formula is None:
        paper.sheet.write_number(paper.row, 3, float(points), style)
    else:
        paper.sheet.write_formula(paper.row, 3, f"={formula.place}", style, float(points))


def _allow_only_points(paper: Paper, maximum: Decimal) -> None:
    """The appraiser's cell takes points from 0 to the maximum."""
    rule = {
        "validate": "decimal",
        "criteria": "between",
        "minimum": 0,
        "maximum": float(maximum),
        "error_title": "Điểm thẩm định",
        "error_message": f"Nhập số từ 0 đến {vn_number(str(maximum))}.",
    }
    paper.sheet.data_validation(paper.row, 4, paper.row, 4, rule)


def evidence_text(component: Plain, item: Plain) -> str:
    """The evidence column of a component (its entry in the criteria set, its score)."""
    found: Sequence[Plain] = item["evidence"]
    if not found and item.get("source") == "measured":
        return "Tính từ số liệu đã nhập (tệp xuất một cửa, tài liệu đã kiểm tra), kèm trong gói tài liệu."
    if not found:
        wanted = "; ".join(entry["label"] for entry in component.get("evidence", ()))
        return f"Chưa có. Cần: {wanted}" if wanted and item["state"] != "survey" else ""
    lines = [f"{number}. {_evidence_line(entry)}" for number, entry in enumerate(found[:_MOST_NAMES], start=1)]
    if len(found) > _MOST_NAMES:
        lines.append(f"... và {len(found) - _MOST_NAMES} tài liệu khác (xem BANG_KE_TLKC.xlsx)")
    return "\n".join(lines)


def _evidence_line(entry: Plain) -> str:
    places = [str(entry[name]) for name in ("section", "pages") if entry.get(name)]
    if entry.get("pages"):
        places[-1] = f"trang {places[-1]}"
    named = f"{entry['name']} ({', '.join(places)})" if places else str(entry["name"])
    return f"{named}; chưa tính: {entry['doubt']['because']}" if entry.get("doubt") else named


def points_text(item: Plain) -> str:
    """Points with comma, or in words why there are none."""
    return vn_number(item["points"]) if item["points"] else _WITHOUT_POINTS.get(item["state"], "Chưa có điểm")


def appraised_text(item: Plain) -> str:
    """Points of the appraisal after deduction, or of the survey, with comma; empty before it."""
    final = final_points(item)
    return "" if final is None else vn_number(final)


def final_points(item: Plain) -> str | None:
    """What stands after the appraisal: its points after deduction, or those of the survey; None before."""
    return item.get("final") or item.get("survey_points")


def note_of(item: Plain) -> str:
    """The last column of a component."""
    points = None if item["points"] is None else Decimal(item["points"])
    return _note(item, points, Decimal(item["max_points"]))


def _note(item: Plain, points: Decimal | None, maximum: Decimal) -> str:
    """The state in words (colour alone says nothing on paper), then the reason and what to mind."""
    state, because = _state_in_words(item, points, maximum), str(item["because"])
    lines = [because if because.startswith(state) else f"{state}. {because}"]
    lines += words_of(item)
    lines += [f"Lưu ý: {warning}" for warning in item.get("warnings", ())]
    return "\n".join(lines)


def words_of(item: Plain) -> list[str]:
    """What officials wrote: of declared values, then in the cycle (`scoring.cycle_sheet.with_cycle`)."""
    return [*(f"Giải trình: {text}" for text in item.get("explanations", ())), *item.get("said", ())]


def _state_in_words(item: Plain, points: Decimal | None, maximum: Decimal) -> str:
    if item["state"] == "no_evidence":
        return "Tài liệu kiểm chứng chưa tính được" if item["evidence"] else "Chưa có tài liệu kiểm chứng"
    if points is None:
        return _WITHOUT_POINTS.get(item["state"], "Chưa có điểm")
    if points >= maximum:
        return "Đủ điểm"
    return f"Thiếu {vn_number(f'{maximum - points:.2f}')} điểm" if points > 0 else "Không có điểm"


def _write_notes(paper: Paper, score: Plain) -> None:
    for warning in score.get("warnings", ()):
        paper.line(f"Lưu ý: {warning}", italic=True)
    paper.line(
        "Cột Điểm tự đánh giá do máy tính từ số liệu và tài liệu đã nhập; ô không có số là mục chưa có điểm, "
        "không phải 0 điểm. Các dòng lĩnh vực, tiêu chí và Tổng cộng tự cộng lại khi sửa điểm; "
        f"điểm từng mục tính lại khi sửa số ở trang {PAGE}.",
        italic=True,
        font_size=10,
    )
