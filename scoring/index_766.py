"""The index of Decision 766/QĐ-TTg, as far as the inputs carry it. What they do not carry has no points, never 0."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from config.index_766 import READINGS, Index766, Metric
from scoring.engine.dossier_measures import petition_late
from scoring.engine.facts import Dossier
from scoring.engine.measures import MEASURES
from scoring.engine.measuring import Measured, NoData, Scope
from scoring.engine.numbers import exact, half_up, percent_vn, share_text, vn
from scoring.work_time import DAY_SECONDS, OutsideCalendar, WorkTime

MEASURED, NO_DATA, NOT_APPLICABLE, NO_CASES = "measured", "no_data", "not_applicable", "no_cases"


@dataclass(frozen=True, slots=True)
class Rate:
    """So many of so many, with what people must know of the numbers. `done` may be a fraction (a product of shares)."""

    done: Fraction
    total: int
    warnings: tuple[str, ...] = ()

    @property
    def share(self) -> Fraction:
        """From 0 to 1."""
        return min(self.done / self.total, Fraction(1))


@dataclass(frozen=True, slots=True)
class Ground:
    """What metrics are counted on: the scope of dossiers and petitions, and the ward's list of procedures.

    A row of the list has code, must_publish, on_portal, updated_on_time, fee_due (True, False or missing).
    """

    scope: Scope
    procedures: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class MetricScore:
    """One metric with its points under the chosen reading and under each other one."""

    metric: Metric
    state: str
    rate: Rate | None
    points: Decimal | None
    by_reading: Mapping[str, str]
    because: str

    def plain(self) -> dict[str, Any]:
        """JSON-ready; numbers as text, None where there are none."""
        rate = self.rate if self.rate and self.rate.total else None
        return {
            "id": self.metric.id,
            "group": self.metric.group,
            "name": self.metric.name,
            "max": f"{self.metric.max:.2f}",
            "state": self.state,
            "done": vn(self.rate.done) if self.rate else None,
            "total": self.rate.total if self.rate else None,
            "share": share_text(rate.share) if rate else None,
            "points": None if self.points is None else f"{self.points:.2f}",
            "by_reading": dict(self.by_reading),
            "because": self.because,
            "warnings": list(self.rate.warnings) if self.rate else [],
        }


def index_766(index: Index766, ground: Ground, reading: str) -> tuple[MetricScore, ...]:
    """Every metric in the order of the index; the scope counts on time by the rule dvcqg_766."""
    return tuple(_metric_score(metric, ground, reading) for metric in index.metrics)


def totals(scores: Iterable[MetricScore]) -> dict[str, str]:
    """Points won, the maximum of what was measured, and the maxima of what has no points, as decimal text."""
    sums: defaultdict[str, Decimal] = defaultdict(lambda: Decimal(0))
    for item in scores:
        if item.points is None:
            sums[item.state] += item.metric.max
        else:
            sums["points"] += item.points
            sums["maximum"] += item.metric.max
    names = ("points", "maximum", NO_DATA, NOT_APPLICABLE, NO_CASES)
    return {name: f"{sums[name]:.2f}" for name in names}


def average_days(dossiers: Iterable[Dossier], hours: WorkTime) -> list[dict[str, Any]]:
    """Metric 2.2, tracked without points: average working days from reception to the end, by procedure."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for dossier in dossiers:
        end = dossier.finished_at or dossier.returned_at
        if dossier.received_at is None or end is None or end < dossier.received_at:
            continue
        try:
            seconds = hours.between(dossier.received_at, end)
        except OutsideCalendar:
            continue
        found[dossier.procedure or dossier.procedure_code or "Chưa ghi thủ tục"].append(seconds)
    return [
        {"procedure": name, "finished": len(spent), "working_days": f"{_average_days(spent):.2f}"}
        for name, spent in sorted(found.items())
    ]


def _average_days(seconds: list[int]) -> Decimal:
    return half_up(Fraction(sum(seconds), len(seconds) * DAY_SECONDS))


def _metric_score(metric: Metric, ground: Ground, reading: str) -> MetricScore:
    if metric.scope == "province":
        return MetricScore(metric, NOT_APPLICABLE, None, None, {}, "Chỉ đo cấp tỉnh, không áp dụng cho phường.")
    if not metric.measure:
        return MetricScore(metric, NO_DATA, None, None, {}, f"Chưa có số liệu: {metric.missing}.")
    try:
        rate = RATES[metric.measure](ground)
    except NoData as missing:
        return MetricScore(metric, NO_DATA, None, None, {}, f"Chưa có số liệu: {missing}.")
    if rate.total == 0:
        return _nothing_to_count(metric, rate)
    worth = {name: _points(metric, rate, name) for name in READINGS}
    texts = {name: f"{points:.2f}" for name, points in worth.items()}
    return MetricScore(metric, MEASURED, rate, worth[reading], texts, _because(metric, rate, reading))


def _nothing_to_count(metric: Metric, rate: Rate) -> MetricScore:
    worth = {"none": None, "full": half_up(exact(metric.max)), "zero": Decimal("0.00")}[metric.empty]
    said = "chưa có điểm" if worth is None else f"được {vn(worth)} điểm"
    texts = {} if worth is None else dict.fromkeys(READINGS, f"{worth:.2f}")
    return MetricScore(metric, NO_CASES, rate, worth, texts, f"Không phát sinh trong kỳ: {said}.")


def _points(metric: Metric, rate: Rate, reading: str) -> Decimal:
    full_from = exact(getattr(metric.readings, reading))
    return half_up(exact(metric.max) * min(rate.share / full_from, Fraction(1)))


def _because(metric: Metric, rate: Rate, reading: str) -> str:
    full_from = exact(getattr(metric.readings, reading))
    rule = "" if full_from == 1 else f"; đủ điểm từ {percent_vn(full_from)}"
    return f"{vn(rate.done)}/{rate.total} = {percent_vn(rate.share)}{rule}."


def _named(measure: str) -> Callable[[Ground], Rate]:
    """The rate that a measure of the criteria sets gives."""

    def take(ground: Ground) -> Rate:
        found = MEASURES[measure]
        measured = found.of(ground.scope, "")
        total = _whole(measured, found.total)
        done = (
            _whole(measured, found.done[0]) if found.done else total - sum(_whole(measured, k) for k, _ in found.missed)
        )
        return Rate(Fraction(max(done, 0)), total, measured.warnings)

    return take


def _whole(measured: Measured, key: str) -> int:
    value = measured.inputs.get(key)
    if isinstance(value, bool) or not isinstance(value, int):
        raise NoData(f"phép đo không cho số {key}")
    return value


def _all_silent(dossiers: Iterable[Dossier], flag: str, said: str) -> None:
    values = [getattr(dossier, flag) for dossier in dossiers]
    if values and all(value is None for value in values):
        raise NoData(f"tệp xuất không ghi {said} của hồ sơ nào")


def _with_result(dossier: Dossier) -> bool:
    return not dossier.result_file_required or bool(dossier.result_files)


def _online_synced(ground: Ground) -> Rate:
    """Online dossiers with the electronic result that is required, times the share synchronised."""
    online, synced = _named("online_share")(ground), _named("synced_share")(ground)
    scope = ground.scope
    counted = sum(1 for dossier in scope.received() if dossier.channel == "online" and _with_result(dossier))
    share = synced.share if synced.total else Fraction(0)
    return Rate(counted * share, online.total, online.warnings)


def _electronic_results(ground: Ground) -> Rate:
    scope = _with_dossiers(ground)
    _all_silent(scope.received(), "result_file_required", "thủ tục nào phải trả kết quả điện tử")
    required = [dossier for dossier in scope.finished() if dossier.result_file_required]
    return Rate(Fraction(sum(1 for dossier in required if dossier.result_files)), len(required))


def _digitised(ground: Ground) -> Rate:
    scope = _with_dossiers(ground)
    _all_silent(scope.received(), "papers_digitised", "việc số hóa thành phần hồ sơ")
    done = sum(1 for dossier in scope.received() if dossier.papers_digitised and _with_result(dossier))
    return Rate(Fraction(done), len(scope.received()))


def _petitions_satisfied(ground: Ground) -> Rate:
    """Petitions neither late nor answered to somebody's dissatisfaction."""
    scope = ground.scope
    if not scope.knows("petitions"):
        raise NoData("chưa nhập danh sách phản ánh, kiến nghị")
    if scope.petitions and all(petition.satisfied is None for petition in scope.petitions):
        raise NoData("danh sách phản ánh không ghi mức hài lòng của phản ánh nào")
    fine = [p for p in scope.petitions if p.satisfied is not False and not petition_late(p, scope)]
    return Rate(Fraction(len(fine)), len(scope.petitions))


def _paying_procedures(ground: Ground) -> Rate:
    """Procedures with a fee (of the list, otherwise those that had dossiers), and which were ever paid online."""
    scope = _with_dossiers(ground)
    _all_silent(scope.received(), "fee_due", "hồ sơ nào phải nộp phí, lệ phí")
    paid = {d.procedure_code or d.procedure for d in scope.received() if d.fee_due and d.paid_online}
    if listed := {row.get("code") for row in ground.procedures if row.get("fee_due")}:
        return Rate(Fraction(len(paid & listed)), len(listed))
    with_fee = {d.procedure_code or d.procedure for d in scope.received() if d.fee_due}
    warning = "Mẫu số chỉ gồm thủ tục có phí đã phát sinh hồ sơ trong kỳ, vì danh mục thủ tục chưa ghi thủ tục có phí."
    return Rate(Fraction(len(paid)), len(with_fee), (warning,))


def _listed(part: str, whole: str, said: str) -> Callable[[Ground], Rate]:
    """Of the listed procedures that are `whole`, those that are `part`; the same field twice: of those that say it."""

    def take(ground: Ground) -> Rate:
        if not ground.procedures:
            raise NoData("chưa nhập danh mục thủ tục hành chính (parindex template danh-muc-tthc)")
        if all(row.get(whole) is None for row in ground.procedures):
            raise NoData(f"danh mục thủ tục không ghi {said}")
        rows = [row for row in ground.procedures if row.get(whole) or (part == whole and row.get(whole) is not None)]
        return Rate(Fraction(sum(1 for row in rows if row.get(part))), len(rows))

    return take


def _with_dossiers(ground: Ground) -> Scope:
    scope = ground.scope
    if not scope.knows("dossiers"):
        raise NoData("chưa nhập danh sách hồ sơ một cửa")
    if scope.only_other_periods():
        raise NoData("các tệp đã nhập không có hồ sơ nào tiếp nhận hay giải quyết trong kỳ")
    return scope


RATES: Mapping[str, Callable[[Ground], Rate]] = {
    "synced": _named("synced_share"),
    "on_time": _named("on_time_share"),
    "online_procedures": _named("online_procedures_share"),
    "online_synced": _online_synced,
    "electronic_results": _electronic_results,
    "digitised": _digitised,
    "reused": _named("reuse_share"),
    "petitions_on_time": _named("petitions_on_time_share"),
    "petitions_satisfied": _petitions_satisfied,
    "handling": _named("handling_satisfaction_share"),
    "paid_online": _named("online_payment_share"),
    "paying_procedures": _paying_procedures,
    "updated_on_time": _listed("updated_on_time", "updated_on_time", "việc cập nhật đúng hạn"),
    "fees_on_portal": _listed("on_portal", "fee_due", "thủ tục có phí, lệ phí"),
}
"""What the index file may name as a measure."""
