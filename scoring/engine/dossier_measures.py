"""Measures over dossiers and petitions. Silence of the source is never taken as a zero."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from .facts import Petition
from .measuring import Measured, NoData, Scope
from .on_time import OnTimeCount
from .period import local_day

_MOST_CODES = 5
PETITION_WORKING_DAYS = 15
"""Longest time to settle a petition (Decision 766, metric 5.2)."""


def _counted(scope: Scope) -> OnTimeCount:
    count = scope.on_time()
    if count.finished == 0 and count.undated:
        raise NoData(
            f"có {count.undated} hồ sơ đã xong nhưng tệp xuất không ghi ngày kết thúc hoặc ngày trả mà cách tính "
            f"{scope.on_time_rule} cần"
        )
    if count.finished and count.without_due == count.finished:
        raise NoData("tệp xuất không ghi ngày hẹn trả của hồ sơ nào")
    return count


def _on_time_warnings(count: OnTimeCount) -> tuple[str, ...]:
    found = []
    if count.undated:
        found.append(f"{count.undated} hồ sơ đã xong nhưng không ghi ngày kết thúc, không được tính.")
    if count.without_due:
        found.append(f"{count.without_due} hồ sơ không ghi ngày hẹn trả, được tính là đúng hạn.")
    return tuple(found)


def on_time_share(scope: Scope, _: str) -> Measured:
    count = _counted(scope)
    waiting = scope.register.in_progress_late
    warnings = _on_time_warnings(count)
    if waiting:
        warnings += (f"Còn {waiting} hồ sơ đang giải quyết đã quá ngày hẹn trả.",)
    warnings += _elsewhere_warning(scope)
    shown = {"early": count.early, "on_time": count.finished - count.late, "in_progress_late": waiting}
    return Measured({"finished": count.finished, "late": count.late}, shown, warnings)


def _elsewhere_warning(scope: Scope) -> tuple[str, ...]:
    """Dossiers of other units: left out where units are known by date, otherwise still counted; told either way."""
    if elsewhere := scope.register.elsewhere:
        offices = _by_office(Counter(office for _, office in elsewhere))
        codes = ", ".join(sorted(code for code, _ in elsewhere)[:_MOST_CODES])
        more = " …" if len(elsewhere) > _MOST_CODES else ""
        return (f"{len(elsewhere)} hồ sơ do nơi khác giải quyết, không được tính ({offices}): {codes}{more}.",)
    if not scope.register.elsewhere_counted:
        return ()
    offices = _by_office(scope.register.elsewhere_counted)
    return (f"Có hồ sơ do nơi khác giải quyết, vẫn đang được tính ({offices}); cần kiểm tra lại.",)


def _by_office(offices: Mapping[str, int]) -> str:
    return "; ".join(f"{office}: {number}" for office, number in sorted(offices.items()))


def apology_share(scope: Scope, _: str) -> Measured:
    late = set(_counted(scope).late_codes)
    return Measured({"late": len(late), "with_letter": len(late & scope.register.apologies)})


def handling_satisfaction(scope: Scope, _: str) -> Measured:
    count = _counted(scope)
    complaints = sum(1 for petition in scope.petitions if petition.about != "other" and petition.confirmed is not False)
    complaints = min(complaints, count.finished - count.late)
    inputs = {"finished": count.finished, "late": count.late, "with_petition": complaints}
    return Measured(inputs, warnings=_on_time_warnings(count))


def confirmed(about: str) -> Callable[[Scope, str], Measured]:
    def take(scope: Scope, _: str) -> Measured:
        of_kind = [petition for petition in scope.petitions if petition.about == about]
        open_ones = sum(1 for petition in of_kind if petition.confirmed is None)
        warning = (f"Còn {open_ones} phản ánh chưa có kết luận đúng hay sai.",) if open_ones else ()
        confirmed = sum(1 for petition in of_kind if petition.confirmed)
        return Measured({"confirmed": confirmed}, {"petitions": len(of_kind)}, warning)

    return take


def register_match(scope: Scope, component: str) -> Measured:
    declared = scope.declared.get((component, "paper_register_count"))
    paper = declared.value if declared else None
    imported = _received(scope) + len(scope.register.elsewhere)
    warning: tuple[str, ...] = ()
    if isinstance(paper, Decimal) and paper.is_finite() and imported > paper:
        warning = (f"Phần mềm có {imported} hồ sơ, nhiều hơn sổ giấy ({paper}); cần đối chiếu lại sổ theo dõi.",)
    return Measured({"imported": imported, "paper_register_count": paper}, warnings=warning)


def received_flag(total: str, done: str, flag: str, said: str) -> Callable[[Scope, str], Measured]:
    """Share of the received dossiers whose yes/no field is yes; silence counts as no, silence everywhere as no data."""

    def take(scope: Scope, _: str) -> Measured:
        return _flagged(_answers(scope, flag), total, done, said)

    return take


def _answers(scope: Scope, *fields: str) -> Mapping[tuple[Any, ...], int]:
    _received(scope)
    return scope.answers(*fields)


def _flagged(values: Mapping[tuple[Any, ...], int], total: str, done: str, said: str) -> Measured:
    return _shown(sum(values.values()), values.get((True,), 0), values.get((None,), 0), (total, done, said))


def _shown(dossiers: int, yes: int, unknown: int, names: tuple[str, str, str]) -> Measured:
    """A share of yes among dossiers, under the names (total, done) and what it is called before people."""
    total, done, said = names
    if dossiers and unknown == dossiers:
        raise NoData(f"tệp xuất không ghi {said} của hồ sơ nào")
    warning = (f"{unknown} hồ sơ không ghi {said}, được tính là chưa.",) if unknown else ()
    return Measured({total: dossiers, done: yes}, {"unknown": unknown}, warning)


def _received(scope: Scope) -> int:
    if scope.register.lacks_receipt:
        raise NoData("tệp xuất không ghi ngày tiếp nhận")
    return scope.register.received


def online_share(scope: Scope, _: str) -> Measured:
    channels = _answers(scope, "channel")
    counts = sum(channels.values()), channels.get(("online",), 0), channels.get((None,), 0)
    return _shown(*counts, ("received", "online", "kênh nộp"))


def full_online(scope: Scope, _: str) -> Measured:
    answers = _answers(scope, "channel", "full_online")
    if answers and all(offered is None for _, offered in answers):
        raise NoData("tệp xuất không ghi mức độ dịch vụ công trực tuyến (toàn trình, một phần)")
    if answers and all(channel is None for channel, _ in answers):
        raise NoData("tệp xuất không ghi kênh nộp của hồ sơ nào")
    done = sum(number for (channel, offered), number in answers.items() if offered and channel == "online")
    return Measured({"received": sum(answers.values()), "full_online": done})


def online_procedures(scope: Scope, _: str) -> Measured:
    named = {one for one in scope.register.procedures if one[0]}
    if _received(scope) and not named:
        raise NoData("tệp xuất không ghi thủ tục của hồ sơ nào")
    offered = {procedure for procedure, online, said in named if online or said}
    if named and not offered:
        raise NoData("tệp xuất không ghi kênh nộp và mức độ trực tuyến, nên không biết thủ tục nào có DVC trực tuyến")
    used = {procedure for procedure, online, _ in named if online}
    warning = "Mẫu số chỉ gồm thủ tục đã có hồ sơ trong kỳ, vì danh mục dịch vụ công trực tuyến chưa được nhập."
    return Measured({"procedures": len(offered), "procedures_used": len(used)}, warnings=(warning,))


def online_payment(scope: Scope, _: str) -> Measured:
    answers = _answers(scope, "fee_due", "paid_online")
    if answers and all(due is None for due, _ in answers):
        raise NoData("tệp xuất không ghi hồ sơ nào phải nộp phí, lệ phí")
    paid = {(said,): number for (due, said), number in answers.items() if due}
    return _flagged(paid, "with_fee", "paid_online", "hình thức thanh toán")


def petitions_on_time(scope: Scope, _: str) -> Measured:
    late = sum(1 for petition in scope.petitions if petition_late(petition, scope))
    years = {local_day(p.received_at).year for p in scope.petitions if p.received_at and not p.due_at}
    lacking = sorted(years - scope.calendar.years)
    warnings = tuple(f"Lịch chưa có ngày nghỉ lễ năm {year}; hạn 15 ngày làm việc có thể lệch." for year in lacking)
    if scope.facts.petitions and not scope.petitions:
        warnings = (
            *warnings,
            "Các danh sách phản ánh đã nhập chỉ có phản ánh ngoài kỳ; cần chắc là trong kỳ không có.",
        )
    return Measured({"petitions": len(scope.petitions), "late": late}, warnings=warnings)


def petition_late(petition: Petition, scope: Scope) -> bool:
    """Answered after its due day, or unanswered past it; without a due day 15 working days count."""
    if petition.received_at is None:
        return False
    received = local_day(petition.received_at)
    due = local_day(petition.due_at) if petition.due_at else scope.calendar.after(received, PETITION_WORKING_DAYS)
    answered = petition.answered_at
    if answered is not None and answered < scope.period.closes:
        return local_day(answered) > due
    return due < scope.period.last
