"""Rules: from named values to exact points, with the words that explain them.

Every rule is a pure function `Case -> Outcome`. Thresholds are compared as exact fractions; rounding
is done once, later.
The shapes of the rules are in config/criteria_rules.py; a test holds both lists of kinds equal.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from .numbers import day_vn, exact, percent_vn, points_vn, ratio_vn, share_text, vn
from .reading import Case, MissingValue, NoCases, Ratio, WrongValue


@dataclass(frozen=True, slots=True)
class Outcome:
    """Exact points, and why: `head` states the numbers, `sum` how they become points.

    `pending`: further points of parts whose due day has not come. `share`: decimal text, where the rule has a share.
    """

    points: Fraction
    head: str
    sum: str
    pending: Fraction = Fraction(0)
    share: str | None = None


SHARED = frozenset(
    {"share", "capped_share", "floor_share", "tiered", "steps", "all_or_nothing", "share_with_deduction"}
)
"""Rules that work on a share of two numbers, declared or measured."""
COUNTED = frozenset({"count_steps", "per_violation"})
"""Rules that work on a count, declared or measured."""


def outcome_of(case: Case) -> Outcome:
    """The points of a case.

    Raises:
        MissingValue, WrongValue, NoCases: the rule cannot give points; the message says why.
    """
    outcome = RULES[case.rule["kind"]](case)
    if not 0 <= outcome.points <= case.maximum:
        raise WrongValue(f"kết quả {points_vn(outcome.points)} nằm ngoài 0 đến {points_vn(case.maximum)}")
    return outcome


def share_keys(case: Case) -> tuple[str, str, list[str]]:
    """Key of the total, of what is done (empty where a measure counts what is missed), and all keys of the share."""
    measure = case.measure
    total_key = measure.total if measure else case.rule["total"]
    done_key = measure.done[0] if measure and measure.done else case.rule.get("done", "")
    missed = [key for key, _ in (measure.missed if measure else ())]
    return total_key, done_key, [total_key, *([done_key] if done_key else []), *missed]


def ratio_of(case: Case) -> Ratio:
    """The exact share of a case whose rule works on one.

    Raises:
        MissingValue, WrongValue, NoCases: there is no such share.
    """
    measure = case.measure
    total_key, done_key, keys = share_keys(case)
    case.need(keys)
    total = case.amount(total_key)
    if measure and measure.missed:
        done = total - sum((case.amount(key) for key, _ in measure.missed), Fraction(0))
    else:
        done = case.amount(done_key)
    if measure and measure.may_exceed:
        done = min(done, total)
    if not 0 <= done <= total:
        raise WrongValue(f"{_names(case, keys)}: phần đếm được ({vn(done)}) nằm ngoài 0 đến tổng số ({vn(total)})")
    if total == 0:
        raise NoCases(f"trong kỳ không có {measure.unit}" if measure else f'"{case.label(total_key)}" bằng 0')
    return Ratio(done, total, _ratio_words(case, done, total))


def _names(case: Case, keys: list[str]) -> str:
    return ", ".join(f'"{case.label(key)}" {case.inputs.get(key)}' for key in keys)


def _ratio_words(case: Case, done: Fraction, total: Fraction) -> str:
    measure, share = case.measure, done / total
    if measure is None:
        return f"{case.label(case.rule['done'])} {vn(done)}/{vn(total)} ({percent_vn(share)})"
    if measure.done:
        return _capital(f"{measure.done[1]} {vn(done)}/{vn(total)} {measure.unit} ({percent_vn(share)})")
    if len(measure.missed) == 1:
        key, phrase = measure.missed[0]
        counted = f"{phrase} {vn(case.amount(key))}/{vn(total)} {measure.unit}"
    else:
        parts = ", ".join(f"{phrase} {vn(case.amount(key))}" for key, phrase in measure.missed)
        counted = f"{parts} trong {vn(total)} {measure.unit}"
    return _capital(f"{counted} ({percent_vn(1 - share)}), {measure.kept} {percent_vn(share)}")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _by_share(case: Case, ratio: Ratio) -> Outcome:
    points = ratio.share * case.maximum
    said = f"{ratio_vn(ratio.done, ratio.total)} × {vn(case.maximum)} = {points_vn(points)} điểm"
    return Outcome(points, ratio.words, said, share=share_text(ratio.share))


def _fixed(points: Fraction, ratio: Ratio, why: str) -> Outcome:
    return Outcome(points, ratio.words, f"{why} {points_vn(points)} điểm", share=share_text(ratio.share))


def _share(case: Case) -> Outcome:
    return _by_share(case, ratio_of(case))


def _capped_share(case: Case) -> Outcome:
    ratio, full_from = ratio_of(case), exact(case.rule["full_from"])
    if ratio.share >= full_from:
        return _fixed(case.maximum, ratio, f"đạt từ {percent_vn(full_from)} trở lên nên được đủ")
    points = ratio.share / full_from * case.maximum
    shown = f"{ratio_vn(ratio.done, ratio.total)} ÷ {vn(full_from)} × {vn(case.maximum)} = {points_vn(points)} điểm"
    return Outcome(points, ratio.words, shown, share=share_text(ratio.share))


def _floor_share(case: Case) -> Outcome:
    ratio, floor = ratio_of(case), exact(case.rule["floor"])
    if ratio.share < floor:
        return _fixed(Fraction(0), ratio, f"dưới mức sàn {percent_vn(floor)} nên được")
    return _by_share(case, ratio)


def _tiered(case: Case) -> Outcome:
    ratio = ratio_of(case)
    limit, floor = exact(case.rule["full_when_missed_below"]), exact(case.rule["floor"])
    if 1 - ratio.share < limit:
        return _fixed(case.maximum, ratio, f"phần trễ dưới {percent_vn(limit)} nên được đủ")
    if ratio.share < floor:
        return _fixed(Fraction(0), ratio, f"dưới mức sàn {percent_vn(floor)} nên được")
    return _by_share(case, ratio)


def _steps(case: Case) -> Outcome:
    ratio = ratio_of(case)
    for step in case.rule["steps"]:
        if ratio.share >= exact(step["from"]):
            return _fixed(exact(step["points"]), ratio, f"đạt từ {percent_vn(exact(step['from']))} trở lên nên được")
    lowest = exact(case.rule["steps"][-1]["from"])
    return _fixed(Fraction(0), ratio, f"dưới {percent_vn(lowest)} nên được")


def _all_or_nothing(case: Case) -> Outcome:
    ratio = ratio_of(case)
    if ratio.done == ratio.total:
        return _fixed(case.maximum, ratio, "đủ 100 % nên được")
    return _fixed(Fraction(0), ratio, "chưa đủ 100 % nên được")


def _share_with_deduction(case: Case) -> Outcome:
    deducted = case.rule["count"]
    case.need([*share_keys(case)[2], deducted])
    ratio, each, cases = ratio_of(case), exact(case.rule["each"]), case.whole(deducted)
    if cases > ratio.total:
        raise WrongValue(f'"{case.label(deducted)}" ({cases}) lớn hơn tổng số ({vn(ratio.total)})')
    points = max(Fraction(0), ratio.share * case.maximum - cases * each)
    said = f"{ratio_vn(ratio.done, ratio.total)} × {vn(case.maximum)} − {cases} × {vn(each)} = {points_vn(points)} điểm"
    if ratio.share * case.maximum < cases * each:
        said = f"điểm trừ {cases} × {vn(each)} nhiều hơn điểm đạt nên được 0,00 điểm"
    words = f"{ratio.words}, {_lower(case.label(deducted))} {cases}"
    return Outcome(points, words, said, share=share_text(ratio.share))


def _lower(text: str) -> str:
    """The first letter small, unless the text begins with an abbreviation."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def count_key(case: Case) -> tuple[str, str]:
    """The key that is counted, and what it is called."""
    if case.measure and case.measure.count:
        key, phrase = case.measure.count
        return key, _capital(f"số {phrase}")
    return case.rule["count"], case.label(case.rule["count"])


def _count_steps(case: Case) -> Outcome:
    key, name = count_key(case)
    required = case.rule.get("requires", ())
    refused = [item for item in required if case.is_yes(item) is False]
    if refused:
        return Outcome(Fraction(0), f"{case.label(refused[0])}: không", "thiếu điều kiện bắt buộc nên được 0,00 điểm")
    case.need([*required, key])
    count = case.whole(key)
    head = f"{name}: {vn(count)}"
    for step in case.rule["steps"]:
        if count >= step["from"]:
            points = exact(step["points"])
            return Outcome(points, head, f"từ {step['from']} trở lên nên được {points_vn(points)} điểm")
    return Outcome(Fraction(0), head, f"dưới {case.rule['steps'][-1]['from']} nên được 0,00 điểm")


def _per_violation(case: Case) -> Outcome:
    key, name = count_key(case)
    count, each = case.whole(key), exact(case.rule["each"])
    points = max(Fraction(0), case.maximum - count * each)
    head = f"{name}: {vn(count)}"
    if count == 0:
        return Outcome(points, head, f"không có trường hợp nào nên được đủ {points_vn(points)} điểm")
    if case.maximum < count * each:
        return Outcome(points, head, f"điểm trừ {count} × {vn(each)} hết điểm tối đa nên được 0,00 điểm")
    return Outcome(points, head, f"{vn(case.maximum)} − {count} × {vn(each)} = {points_vn(points)} điểm")


def _tiered_penalty(case: Case) -> Outcome:
    keys = case.in_declared_order({key for tier in case.rule["tiers"] for key in tier["at_most"]})
    case.need(keys)
    counts = {key: case.whole(key) for key in keys}
    head = "; ".join(f"{case.label(key)}: {counts[key]}" for key in keys)
    for tier in case.rule["tiers"]:
        if all(counts[key] <= limit for key, limit in tier["at_most"].items()):
            points = exact(tier["points"])
            return Outcome(points, head, f"theo bậc này được {points_vn(points)} điểm")
    return Outcome(Fraction(0), head, "vượt mọi bậc nên được 0,00 điểm")


def _yes_no(case: Case) -> Outcome:
    keys = case.rule["all_of"]
    answers = {key: case.is_yes(key) for key in keys}
    head = "; ".join(f"{case.label(key)}: {_answer(answer)}" for key, answer in answers.items())
    if False in answers.values():
        return Outcome(Fraction(0), head, "chưa đủ nên được 0,00 điểm")
    case.need(keys)
    return Outcome(case.maximum, head, f"đủ nên được {points_vn(case.maximum)} điểm")


def _answer(answer: bool | None) -> str:
    return "chưa khai" if answer is None else "có" if answer else "không"


def _checklist(case: Case) -> Outcome:
    keys = case.rule["items"]
    _need_any(case, keys)
    answers = [case.is_yes(key) for key in keys]
    lacking = [case.label(key) for key, answer in zip(keys, answers, strict=True) if not answer]
    done, total = Fraction(answers.count(True)), Fraction(len(keys))
    words = f"Đạt {vn(done)}/{vn(total)} nội dung"
    if lacking:
        quoted = ", ".join(f'"{item}"' for item in lacking)
        words += f", còn thiếu {quoted}"
    return _by_share(case, Ratio(done, total, words))


def _need_any(case: Case, keys: list[str]) -> None:
    """Parts count one by one, but where nothing at all was declared there is no data."""
    values = [case.inputs.get(key) for key in keys]
    if all(value == "not_applicable" for value in values):
        raise NoCases("đơn vị khai không phát sinh")
    if all(value is None for value in values):
        raise MissingValue("chưa khai " + ", ".join(f'"{case.label(key)}"' for key in keys))


def _parts(case: Case) -> Outcome:
    dates, parts = case.rule.get("dates", ()), case.rule.get("parts", ())
    _need_any(case, [part["key"] for part in (*dates, *parts)])
    said = [_dated_part(case, part) for part in dates] + [_yes_part(case, part) for part in parts]
    points = sum((item.points for item in said), Fraction(0))
    pending = sum((item.pending for item in said), Fraction(0))
    total = f"được {points_vn(points)} điểm" if len(said) == 1 else f"cộng lại {points_vn(points)} điểm"
    return Outcome(points, "; ".join(item.head for item in said), total, pending)


def _dated_part(case: Case, part: Mapping[str, Any]) -> Outcome:
    name, due, issued = case.label(part["key"]), date.fromisoformat(part["due"]), case.day(part["key"])
    if issued is None:
        if case.as_of <= due and case.inputs.get(part["key"]) is not False:
            return Outcome(Fraction(0), f"{name}: chưa có, hạn {day_vn(due)} chưa qua", "", exact(part["on_time"]))
        return Outcome(Fraction(0), f"{name}: chưa có, hạn {day_vn(due)} đã qua", "")
    if issued <= due:
        return Outcome(exact(part["on_time"]), f"{name} {day_vn(issued)}, đúng hạn {day_vn(due)}", "")
    return Outcome(exact(part["late"]), f"{name} {day_vn(issued)}, sau hạn {day_vn(due)}", "")


def _yes_part(case: Case, part: Mapping[str, Any]) -> Outcome:
    answer = case.is_yes(part["key"])
    points = exact(part["points"]) if answer else Fraction(0)
    return Outcome(points, f"{case.label(part['key'])}: {_answer(answer)}", "")


def chosen_branch(rule: Mapping[str, Any], inputs: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The branch that the scorer chose, by its id or by its label as a form shows it; None without a known choice."""
    said = inputs.get(rule["choice"])
    wanted = " ".join(said.casefold().split()) if isinstance(said, str) else None
    for branch in rule["branches"]:
        if wanted in (branch["id"], " ".join(branch["label"].casefold().split())):
            found: Mapping[str, Any] = branch
            return found
    return None


def takes_measure(rule: Mapping[str, Any], inputs: Mapping[str, Any]) -> bool:
    """Whether the rule (of the chosen branch, where there are branches) works on what a measure gives."""
    if rule["kind"] != "branches":
        return rule["kind"] in SHARED or rule["kind"] in COUNTED
    branch = chosen_branch(rule, inputs)
    return branch is None or ("rule" in branch and takes_measure(branch["rule"], inputs))


def _branches(case: Case) -> Outcome:
    key = case.rule["choice"]
    case.need([key])
    chosen, branch = case.inputs[key], chosen_branch(case.rule, case.inputs)
    if branch is not None:
        head = f"Người chấm chọn: {branch['label']}"
        if "points" in branch:
            points = exact(branch["points"])
            return Outcome(points, head, f"nhánh này được {points_vn(points)} điểm")
        inner = outcome_of(dataclasses.replace(case, rule=branch["rule"]))
        return dataclasses.replace(inner, head=f"{head}; {_lower(inner.head)}")
    known = ", ".join(branch["id"] for branch in case.rule["branches"])
    raise WrongValue(f'"{case.label(key)}" phải là một trong: {known}; đang ghi {chosen!r}')


def _survey(_: Case) -> Outcome:
    raise MissingValue("mục này lấy điểm từ điều tra, không tự chấm")


def _counted_outside(case: Case) -> Outcome:
    """Bonus and penalty outside the 100: the maximum of the case is the cap of the set."""
    count, each = case.whole(case.rule["count"]), exact(case.rule["each"])
    points = min(case.maximum, count * each)
    head = f"{case.label(case.rule['count'])}: {vn(count)}"
    capped = ", lấy mức trần" if count * each > case.maximum else ""
    return Outcome(points, head, f"{count} × {vn(each)}{capped} = {points_vn(points)} điểm")


RULES: Mapping[str, Callable[[Case], Outcome]] = {
    "share": _share,
    "capped_share": _capped_share,
    "floor_share": _floor_share,
    "tiered": _tiered,
    "steps": _steps,
    "all_or_nothing": _all_or_nothing,
    "share_with_deduction": _share_with_deduction,
    "count_steps": _count_steps,
    "per_violation": _per_violation,
    "tiered_penalty": _tiered_penalty,
    "yes_no": _yes_no,
    "checklist": _checklist,
    "yes_no_parts": _parts,
    "deadline": _parts,
    "reports_on_time": _parts,
    "branches": _branches,
    "survey": _survey,
    "bonus": _counted_outside,
    "penalty": _counted_outside,
}
"""Every rule kind."""
