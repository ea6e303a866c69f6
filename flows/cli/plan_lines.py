"""What `parindex plan` prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reports.letter import vietnamese_number
from scoring.other_indices import STANDINGS

_SERVES = {"par_index": "PAR INDEX, lĩnh vực", "sipas": "SIPAS", "papi": "PAPI, chỉ số nội dung"}
_BY = {"plan": "", "proposal": " (đề xuất)"}


def plan_lines(seen: Mapping[str, Any]) -> Iterator[str]:
    """Tasks by part, SIPAS by factor, PAPI by dimension."""
    yield from _plan_lines(seen["plan"]) if seen["plan"] else ["Chưa nhập kế hoạch của kỳ này (config/indices/plans)."]
    if seen["other_tasks"]:
        yield "Nhiệm vụ ngoài kế hoạch:"
        yield from (f"      - {_task(task)}" for task in seen["other_tasks"])
    yield from _sipas_lines(seen["sipas"])
    yield from _papi_lines(seen["papi"])


def _plan_lines(plan: Mapping[str, Any]) -> Iterator[str]:
    yield f"{plan['title']} ({plan['source']})"
    yield f"Nhiệm vụ: {_counted(plan['counts'])}."
    for part in plan["parts"]:
        place = part["place"] or part["of"]
        target = f"; mục tiêu {part['target']}" if part["target"] else ""
        yield f"  {part['id']} [{_SERVES[part['serves']]} {place}] {part['duty']}{target}"
        yield f"      {part['office']}{_BY[part['office_by']]}: {_counted(part['counts'])}"
        yield from (f"      - {_task(task)}" for task in part["tasks"])
    if plan["without_part"]:
        yield "  Nhiệm vụ của kế hoạch chưa ghi thuộc mục nào (cột Mục kế hoạch):"
        yield from (f"      - {_task(task)}" for task in plan["without_part"])


def _counted(counts: Mapping[str, int]) -> str:
    told = [f"{number} {STANDINGS[name]}" for name, number in counts.items() if number]
    return ", ".join(told) or "chưa có nhiệm vụ nào trong bảng theo dõi"


def _task(task: Mapping[str, Any]) -> str:
    due = f"hạn {_day(task['due'])}" if task["due"] else "chưa ghi hạn"
    return (
        f"{task['code']} {task['name'] or ''} ({task['office'] or 'chưa giao'}, {due}): {STANDINGS[task['standing']]}"
    )


def _sipas_lines(sipas: Mapping[str, Any]) -> Iterator[str]:
    yield f"{sipas['title']} ({sipas['source']}); cách tính: {sipas['rate']}, cần đối chiếu với văn bản."
    for factor in sipas["factors"]:
        yield f"  {factor['name']}: {_percent(factor['share'])}, {factor['answers'] or 0} câu trả lời"
    yield f"  Chung các nhân tố: {_percent(sipas['share'])}; kết quả công bố: {_percent(sipas['published'])}"
    yield from (f"  {warning}" for warning in sipas["warnings"])


def _papi_lines(papi: Mapping[str, Any]) -> Iterator[str]:
    yield f"{papi['title']}: điểm của thành phố; phường không có điểm PAPI."
    for row in papi["dimensions"]:
        yield f"  {row['id']}. {row['name']}: {_points(row['city_score'])}"
    yield f"  Cộng tám chỉ số: {_points(papi['city_total'])}"
    yield from (f"  {warning}" for warning in papi["warnings"])


def _points(score: str | None) -> str:
    return "chưa có kết quả" if score is None else f"{score.replace('.', ',')} điểm"


def _percent(share: str | None) -> str:
    return "chưa có số liệu" if share is None else f"{vietnamese_number(f'{float(share) * 100:.2f}')} %"


def _day(iso: str) -> str:
    return "/".join(reversed(iso.split("-")))
