"""From points back to the world: formula, numbers, the rows and files behind them, the legal sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from config.components import components_of
from config.document_words import signature_vn
from config.refusals import WrongUse
from scoring.engine.document_measures import (
    contradiction_in,
    fitting_files,
    fully_signed,
    meets_profile,
    outgoing_documents,
    result_files,
    well_digitised,
)
from scoring.engine.dossier_measures import petition_late
from scoring.engine.facts import DeclaredValue, DocumentFact, Dossier, Facts, Petition
from scoring.engine.measuring import Scope, scope_of
from scoring.engine.numbers import day_vn
from scoring.engine.outside import outside_items
from scoring.engine.period import local_day, period_of, working_days

_PROVENANCE = {
    "proposal": "điểm tối đa và quy tắc là đề xuất của dự án, không phải bảng điểm chính thức",
    "indicator": "chỉ tiêu lấy từ văn bản, điểm tối đa là đề xuất của dự án",
    "official": "theo văn bản chính thức",
}


class UnknownComponent(WrongUse, ValueError):
    """The score has no such component."""


@dataclass(frozen=True, slots=True)
class Row:
    """One fact behind the numbers: what kind, which one, and a Vietnamese sentence why it matters."""

    kind: str
    """dossier | petition | document | declared"""
    key: str
    why: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """A component walked back; `rows` are those that cost points, or on which the points rest."""

    component: Mapping[str, Any]
    legal: str
    rows: tuple[Row, ...]
    left_out: int
    """Rows beyond the limit."""

    def plain(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "component": dict(self.component),
            "legal": self.legal,
            "rows": [{"kind": row.kind, "key": row.key, "why": row.why} for row in self.rows],
            "left_out": self.left_out,
        }

    def lines(self) -> Iterable[str]:
        """For people: points, formula, rows, evidence, legal sentence."""
        return explanation_lines(self.plain())


def explanation_lines(plain: Mapping[str, Any]) -> Iterable[str]:
    """`Explanation.plain()` for people: points, formula, rows, evidence, legal sentence."""
    item = plain["component"]
    points = "chưa có điểm" if item["points"] is None else f"{item['points'].replace('.', ',')} điểm"
    most = f" / {item['max_points'].replace('.', ',')}" if "max_points" in item else " ngoài thang 100"
    yield f"{item['id']} {item['name']}: {points}{most}"
    yield f"Vì: {item['because']}"
    yield from (f"  - {row['why']}{place_vn(row.get('place'))}" for row in plain["rows"])
    if plain["left_out"]:
        yield f"  ... và {plain['left_out']} mục nữa"
    for proof in item["evidence"]:
        place = ", ".join(part for part in (proof["section"], proof["pages"] and f"trang {proof['pages']}") if part)
        yield f"Tài liệu: {proof['name']}{f' ({place})' if place else ''}, SHA-256 {proof['sha256']}"
        if doubt := proof.get("doubt"):
            yield f"  Chưa tính: {doubt['because']}"
    yield from (f"Lưu ý: {warning}" for warning in item["warnings"])
    yield f"Căn cứ: {plain['legal']}"


def place_vn(place: Mapping[str, Any] | None) -> str:
    """Where an export says it, for people: file, sheet, row; empty where nobody knows."""
    if place is None:
        return ""
    sheet = f', trang "{place["sheet"]}"' if place["sheet"] else ""
    return f" [{place['file']}{sheet}, dòng {place['row']}]"


def explain(
    score: Mapping[str, Any],
    component: str,
    criteria: Mapping[str, Any],
    facts: Facts,
    calendar: Mapping[str, Any],
    limit: int = 200,
) -> Explanation:
    """Walk one component of a score (`Score.plain()`) back to the facts it was computed from.

    Raises:
        UnknownComponent: the score has no such component.
    """
    items = (*score["components"], *score.get("outside_100", ()))
    item = next((found for found in items if found["id"] == component), None)
    entries = (*components_of(criteria), *outside_items(criteria))
    entry = next((found for found in entries if found["id"] == component), None)
    if item is None or entry is None:
        raise UnknownComponent(f"không có mục {component!r} trong lần chấm này")
    period = period_of(score["period"], date.fromisoformat(score["as_of"]))
    scope = scope_of(facts, period, working_days(calendar), score["on_time_rule"], score["unit"])
    rows = sorted(
        {*_declared_rows(entry, facts.declared), *_measured_rows(entry, scope)},
        key=lambda row: (row.kind, row.key, row.why),
    )
    return Explanation(item, _legal(entry), tuple(rows[:limit]), max(0, len(rows) - limit))


def _legal(entry: Mapping[str, Any]) -> str:
    reference = entry.get("legal_reference")
    if reference is None:
        return "điểm thưởng, điểm trừ ngoài thang 100 theo bộ tiêu chí."
    return f"{reference['document']}, {reference['part']} ({_PROVENANCE[reference['provenance']]})."


def _declared_rows(entry: Mapping[str, Any], declared: Sequence[DeclaredValue]) -> Iterable[Row]:
    labels = {item["key"]: item["label"] for item in entry.get("declared", ())}
    for value in declared:
        if value.component == entry["id"] and value.key in labels:
            said = f"{labels[value.key]}: {_said(value.value)}"
            who = f" (người khai: {value.owner or 'chưa ghi'}; nguồn: {value.source or 'chưa ghi'})"
            note = f"; giải trình: {value.explanation}" if value.explanation else ""
            yield Row("declared", value.key, said + who + note)


def _said(value: Any) -> str:
    if value is None:
        return "chưa khai"
    if isinstance(value, bool):
        return "có" if value else "không"
    if value == "not_applicable":
        return "không phát sinh"
    return day_vn(value) if isinstance(value, date) else str(value)


def _measured_rows(entry: Mapping[str, Any], scope: Scope) -> Iterable[Row]:
    find = _ROWS.get(entry.get("measure") or "")
    return find(scope) if find else ()


def _late_dossiers(scope: Scope) -> Iterable[Row]:
    late = set(scope.on_time().late_codes)
    for dossier in scope.facts.dossiers:
        if dossier.code in late:
            yield Row("dossier", dossier.code, f"{dossier.code}: {_dates(dossier)}")


def _dates(dossier: Dossier) -> str:
    parts = (("hẹn trả", dossier.due_at), ("xử lý xong", dossier.finished_at), ("trả kết quả", dossier.returned_at))
    said = [f"{name} {_moment(moment)}" for name, moment in parts if moment]
    if (dossier.supplements or 0) > 1:
        said.append(f"yêu cầu bổ sung {dossier.supplements} lần")
    return ", ".join(said)


def _moment(moment: datetime) -> str:
    return f"{day_vn(local_day(moment))} {moment:%H:%M}"


def _without_letter(scope: Scope) -> Iterable[Row]:
    late = set(scope.on_time().late_codes)
    for dossier in scope.facts.dossiers:
        if dossier.code in late and not dossier.apology_number:
            yield Row("dossier", dossier.code, f"{dossier.code}: trễ hạn, chưa có văn bản xin lỗi; {_dates(dossier)}")


def _dossiers_lacking(flag: str, lacking: str, fee: bool = False) -> Callable[[Scope], Iterable[Row]]:
    def rows(scope: Scope) -> Iterable[Row]:
        for dossier in scope.received():
            if not getattr(dossier, flag) and (dossier.fee_due or not fee):
                yield Row("dossier", dossier.code, f"{dossier.code}: {lacking}")

    return rows


def _not_online(scope: Scope) -> Iterable[Row]:
    for dossier in scope.received():
        if dossier.channel != "online":
            yield Row("dossier", dossier.code, f"{dossier.code}: không nộp trực tuyến")


def _not_full_online(scope: Scope) -> Iterable[Row]:
    for dossier in scope.received():
        if not (dossier.full_online and dossier.channel == "online"):
            yield Row("dossier", dossier.code, f"{dossier.code}: không phải trực tuyến toàn trình")


def _procedures_unused(scope: Scope) -> Iterable[Row]:
    used = {d.procedure_code or d.procedure for d in scope.received() if d.channel == "online"}
    for dossier in scope.received():
        name = dossier.procedure_code or dossier.procedure
        if name and dossier.full_online is not None and name not in used:
            yield Row("dossier", name, f"Thủ tục {name} {dossier.procedure or ''}: chưa có hồ sơ trực tuyến".strip())


def _results_lacking(scope: Scope) -> Iterable[Row]:
    files: dict[str | None, list[DocumentFact]] = {}
    for document in scope.facts.documents:
        if document.purpose == "result":
            files.setdefault(document.dossier_code, []).append(document)
    for dossier in scope.finished():
        found = files.get(dossier.code, [])
        if dossier.result_file_required and not any(map(meets_profile, fitting_files(dossier, found))):
            yield Row("dossier", dossier.code, f"{dossier.code}: {_file_verdicts(scope, found)}")


def _file_verdicts(scope: Scope, documents: Sequence[DocumentFact]) -> str:
    if not documents:
        return "chưa có tệp kết quả"
    return "; ".join(sorted(f"{d.name}: {_file_verdict(scope, d)}" for d in documents))


def _file_verdict(scope: Scope, document: DocumentFact) -> str:
    if document.quarantined:
        return "tệp không đọc được, đã cách ly"
    if document.purpose == "result" and (wrong := contradiction_in(scope, document)):
        return f"không đúng hồ sơ. {wrong}"
    met = {True: "đúng người ký", False: "chưa đủ người ký", None: "chưa rõ người ký"}[document.profile_met]
    return f"chữ ký số {signature_vn(document.signature)}, {met}, số hóa {document.digitisation}"


def _poor_files(scope: Scope) -> Iterable[Row]:
    return [
        _document_row(scope, document)
        for document in result_files(scope)
        if not well_digitised(document) or contradiction_in(scope, document)
    ]


def _unsigned_outgoing(scope: Scope) -> Iterable[Row]:
    return [_document_row(scope, document) for document in outgoing_documents(scope) if not fully_signed(document)]


def _document_row(scope: Scope, document: DocumentFact) -> Row:
    return Row("document", document.sha256, f"{document.name}: {_file_verdict(scope, document)}")


def _late_petitions(scope: Scope) -> Iterable[Row]:
    return [_petition_row(petition, "xử lý trễ") for petition in scope.petitions if petition_late(petition, scope)]


def _confirmed(about: str) -> Callable[[Scope], Iterable[Row]]:
    def rows(scope: Scope) -> Iterable[Row]:
        return [_petition_row(p, "xác minh là đúng") for p in scope.petitions if p.about == about and p.confirmed]

    return rows


def _petition_row(petition: Petition, why: str) -> Row:
    received = f", nhận {_moment(petition.received_at)}" if petition.received_at else ""
    answered = f", trả lời {_moment(petition.answered_at)}" if petition.answered_at else ", chưa trả lời"
    return Row("petition", petition.code, f"{petition.code}: {why}{received}{answered}")


def _late_or_complained(scope: Scope) -> Iterable[Row]:
    yield from _late_dossiers(scope)
    for petition in scope.petitions:
        if petition.about != "other" and petition.confirmed is not False:
            yield _petition_row(petition, "có phản ánh")


_ROWS: Mapping[str, Callable[[Scope], Iterable[Row]]] = {
    "on_time_share": _late_dossiers,
    "apology_share": _without_letter,
    "handling_satisfaction_share": _late_or_complained,
    "petitions_on_time_share": _late_petitions,
    "confirmed_petitions_about_fees": _confirmed("fees_and_papers"),
    "confirmed_petitions_about_conduct": _confirmed("conduct"),
    "papers_digitised_share": _dossiers_lacking("papers_digitised", "chưa số hóa thành phần hồ sơ"),
    "reuse_share": _dossiers_lacking("papers_reused", "chưa dùng lại dữ liệu số hóa"),
    "synced_share": _dossiers_lacking("synced", "chưa đồng bộ lên Cổng DVCQG"),
    "online_payment_share": _dossiers_lacking("paid_online", "có phí, chưa thanh toán trực tuyến", fee=True),
    "online_share": _not_online,
    "full_online_share": _not_full_online,
    "online_procedures_share": _procedures_unused,
    "results_signed_share": _results_lacking,
    "file_quality_share": _poor_files,
    "outgoing_signed_share": _unsigned_outgoing,
}
"""Rows behind a measure; 3.3.1 compares two counts and has none of its own."""
