"""index.html of a bundle: one file, no network, from component to formula to dossiers to the page of a document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from scoring.engine.facts import Facts, from_plain
from scoring.engine.numbers import day_vn
from scoring.engine.on_time import count_on_time
from scoring.engine.period import local_day, period_of
from storage.bundles.archive import VIETNAM
from storage.bundles.contents import BundleContents
from storage.bundles.placing import Layout, Placed, PlacedExport

MOST_DOSSIERS = 5_000
"""More rows make the page slow on an office PC; the rest is in data/facts.json."""
_FIRST_PAGE = re.compile(r"\d+")
_ISO_DAY, _DECIMAL = re.compile(r"\d{4}-\d{2}-\d{2}"), re.compile(r"-?\d+\.\d+")
_STATES = {
    "no_evidence": ("none", "Chưa có tài liệu kiểm chứng"),
    "no_data": ("wait", "Chưa có số liệu"),
    "not_applicable": ("wait", "Không phát sinh"),
    "survey": ("wait", "Khảo sát, không tự chấm"),
}
_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    undefined=StrictUndefined,
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class _Proof:
    """One document below one component. `href` is None where the file is not in the bundle."""

    name: str
    href: str | None
    place: str
    sha256: str
    signature: str
    text: str | None


@dataclass(frozen=True, slots=True)
class _Line:
    """One dossier as a row of the page."""

    code: str
    field: str
    received: str
    due: str
    finished: str
    late: bool
    files: tuple[tuple[str, str], ...]


def page_of(layout: Layout) -> str:
    """The whole page."""
    contents, files = layout.contents, layout.files
    lines, more = _dossiers(contents, files)
    return _ENVIRONMENT.get_template("index.html.j2").render(
        contents=contents,
        score=contents.score,
        criteria=contents.criteria,
        proposal=contents.criteria.get("provenance") == "proposal",
        made_at=contents.made_at.astimezone(VIETNAM).strftime("%H:%M ngày %d/%m/%Y"),
        as_of=day_vn(date.fromisoformat(contents.score["as_of"])),
        domains=list(_domains(layout)),
        others=list(_others(contents, files)),
        exports=[
            (raw.export.name if raw.path else "(không kèm)", _href(raw.path), raw.export.sha256)
            for raw in layout.exports
        ],
        extra=[(name, _href(f"data/{name}")) for name in sorted(contents.extra)],
        dossiers=lines,
        more=more,
        vn=_vn,
    )


def _domains(layout: Layout) -> Iterator[dict[str, Any]]:
    contents = layout.contents
    scored = {item["id"]: item for item in contents.score["components"]}
    by_hash: dict[str, Placed | PlacedExport] = {raw.export.sha256: raw for raw in layout.exports}
    by_hash |= {placed.file.sha256: placed for placed in layout.files}
    for domain in contents.criteria["domains"]:
        components = [
            _component(component, criterion, scored[component["id"]], by_hash)
            for criterion in domain["criteria"]
            for component in criterion["components"]
            if component["id"] in scored
        ]
        yield {
            "id": domain["id"],
            "name": domain["name"],
            "points": _sum(item["points"] for item in components),
            "maximum": _sum(item["max_points"] for item in components),
            "components": components,
        }


def _component(
    component: Mapping[str, Any],
    criterion: Mapping[str, Any],
    item: Mapping[str, Any],
    by_hash: Mapping[str, Placed | PlacedExport],
) -> dict[str, Any]:
    mark, word = _state(item)
    labels = {entry["key"]: entry["label"] for entry in component.get("declared", ())}
    proofs = [_cited(entry, by_hash) for entry in item["evidence"]]
    return {
        "id": item["id"],
        "name": item["name"],
        "criterion": f"{criterion['id']} {criterion['name']}",
        "points": item["points"],
        "max_points": item["max_points"],
        "mark": mark,
        "word": word,
        "because": item["because"],
        "numbers": [
            (labels.get(key) or _LABELS.get(key, key), _value(value)) for key, value in item["numbers"].items()
        ],
        "rule": _plain_rule(item["rule"]),
        "warnings": item.get("warnings", ()),
        "proofs": proofs,
        "wanted": [] if proofs else [entry["label"] for entry in component.get("evidence", ())],
        "responsible": component.get("responsible", ""),
        "legal": _legal(component.get("legal_reference") or {}),
        "to_dossiers": item.get("source") == "measured",
    }


def _state(item: Mapping[str, Any]) -> tuple[str, str]:
    if item["state"] in _STATES and (item["points"] is None or item["state"] == "no_evidence"):
        return _STATES[item["state"]]
    if item["points"] is None:
        return "wait", "Chưa có điểm"
    points, maximum = Decimal(item["points"]), Decimal(item["max_points"])
    if points >= maximum:
        return "full", "Đủ điểm"
    return ("part", f"Thiếu {_vn(str(maximum - points))} điểm") if points > 0 else ("none", "Không có điểm")


_LABELS = {
    "finished": "Hồ sơ đã giải quyết",
    "late": "Trễ hạn",
    "early": "Trước hạn",
    "on_time": "Đúng hạn và trước hạn",
    "in_progress_late": "Đang giải quyết, đã quá hạn",
    "share": "Tỷ lệ",
    "received": "Hồ sơ đã tiếp nhận",
    "online": "Nộp trực tuyến",
    "petitions": "Phản ánh, kiến nghị",
    "with_letter": "Đã có văn bản xin lỗi",
    "unknown": "Không rõ trong tệp xuất",
    "imported": "Hồ sơ trong phần mềm",
    "with_fee": "Hồ sơ phải nộp phí",
    "paid_online": "Thanh toán trực tuyến",
    "confirmed": "Phản ánh xác minh là đúng",
    "respondents": "Số phiếu",
    "worth": "Tương ứng số điểm",
}


def _value(value: Any) -> str:
    """A number of a component as officials write it; codes and names stay as they are."""
    if isinstance(value, bool):
        return "có" if value else "không"
    text = str(value)
    if _ISO_DAY.fullmatch(text):
        return day_vn(date.fromisoformat(text))
    return _vn(text) if _DECIMAL.fullmatch(text) else text


def _plain_rule(rule: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}: {_shown(value)}" for name, value in rule.items() if value not in (None, [], {}))


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + _plain_rule(value) + "}"
    return "; ".join(_shown(item) for item in value) if isinstance(value, list) else str(value)


def _legal(reference: Mapping[str, Any]) -> str:
    return ", ".join(str(reference[name]) for name in ("document", "part") if reference.get(name))


def _cited(entry: Mapping[str, Any], by_hash: Mapping[str, Placed | PlacedExport]) -> _Proof:
    placed = by_hash.get(entry["sha256"])
    if placed is None:
        return _Proof(entry["name"], None, _place(entry["section"], entry["pages"]), entry["sha256"], "", None)
    if isinstance(placed, PlacedExport):
        return _Proof(entry["name"], _href(placed.path), "", entry["sha256"], "Tệp kết xuất gốc", None)
    return _proof(placed, entry["name"], entry["section"], entry["pages"])


def _proof(placed: Placed, name: str, section: str | None, pages: str | None) -> _Proof:
    href = _href(placed.path)
    first = _FIRST_PAGE.search(pages or "")
    if href and first and placed.file.media_type == "application/pdf":
        href += f"#page={first[0]}"
    signature = ((placed.file.verdict or {}).get("signature") or {}).get("summary_vi") or "Chưa kiểm tra chữ ký số"
    shown = name if placed.path else "(không kèm theo)"
    return _Proof(shown, href, _place(section, pages), placed.file.sha256, signature, _href(placed.text))


def _place(section: str | None, pages: str | None) -> str:
    return ", ".join(part for part in (section, f"trang {pages}" if pages else None) if part)


def _href(path: str | None) -> str | None:
    return None if path is None else quote(path)


def _others(contents: BundleContents, files: tuple[Placed, ...]) -> Iterator[_Proof]:
    """Documents that no component cites: results, outgoing ones, and linked ones that do not count (quarantined)."""
    cited = {entry["sha256"] for item in contents.score["components"] for entry in item["evidence"]}
    for placed in files:
        file = placed.file
        if file.sha256 not in cited:
            about = ", ".join(dict.fromkeys(link[0] for link in file.links)) or file.dossier_code or ""
            yield _proof(placed, file.name, about or None, None)


def _sum(points: Iterator[str | None]) -> str:
    return f"{sum((Decimal(item) for item in points if item is not None), Decimal(0)):.2f}"


def _vn(text: str | None) -> str:
    return "–" if text is None else text.replace(".", ",")


def _dossiers(contents: BundleContents, files: tuple[Placed, ...]) -> tuple[list[_Line], int]:
    """Late dossiers first, then the others by code, and how many more there are."""
    facts = from_plain(Facts, dict(contents.facts))
    period = period_of(contents.score["period"], date.fromisoformat(contents.score["as_of"]))
    late = set(count_on_time(facts.dossiers, contents.score["on_time_rule"], period).late_codes)
    results: dict[str, list[tuple[str, str]]] = {}
    for placed in files:
        if placed.file.dossier_code and placed.path:
            results.setdefault(placed.file.dossier_code, []).append((placed.file.name, quote(placed.path)))
    ordered = sorted(facts.dossiers, key=lambda dossier: (dossier.code not in late, dossier.code))
    lines = [
        _Line(
            code=dossier.code,
            field=dossier.field or dossier.procedure or "",
            received=_day(dossier.received_at),
            due=_day(dossier.due_at),
            finished=_day(dossier.finished_at or dossier.returned_at),
            late=dossier.code in late,
            files=tuple(results.get(dossier.code, ())),
        )
        for dossier in ordered[:MOST_DOSSIERS]
    ]
    return lines, max(0, len(ordered) - MOST_DOSSIERS)


def _day(moment: Any) -> str:
    return "" if moment is None else day_vn(local_day(moment))
