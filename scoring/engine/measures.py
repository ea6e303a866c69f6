"""Measures: what the facts of a unit and period say in numbers, each with its name, its unit and what it needs.

A measure gives the same named numbers that a test case gives (`finished`, `late`), so that rules, test cases and
what-if run one path. It never gives a zero for something that the sources do not say: it raises `NoData` instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from . import document_measures as documents
from . import dossier_measures as dossiers
from .measuring import Measured, NoData, Scope
from .on_time import RULES

SOURCES = {
    "dossiers": "danh sách hồ sơ một cửa",
    "petitions": "danh sách phản ánh, kiến nghị",
    "documents": "tệp PDF kết quả, văn bản đi",
}


@dataclass(frozen=True, slots=True)
class Measure:
    """A named measure. A share is done/total, or (total - all of missed)/total; a count has no total."""

    name: str
    needs: tuple[str, ...]
    take: Callable[[Scope, str], Measured]
    unit: str
    total: str = ""
    done: tuple[str, str] | None = None
    """Key and Vietnamese phrase of what is done."""
    missed: tuple[tuple[str, str], ...] = ()
    """Keys and Vietnamese phrases of what is missed."""
    kept: str = ""
    """Vietnamese phrase of the share that is not missed."""
    count: tuple[str, str] | None = None
    declared: tuple[str, ...] = ()
    """Keys that officials declare beside what is measured."""

    by_on_time_rule: bool = False
    may_exceed: bool = False
    """More done than the total is possible and counts as all."""

    mendable: bool = True
    """What is not done yet can still be done for dossiers of the past."""

    def of(self, scope: Scope, component: str) -> Measured:
        """The numbers of a component.

        Raises:
            NoData: a source was never imported, or does not say what the measure needs.
        """
        for source in self.needs:
            if not scope.knows(source):
                raise NoData(f"chưa nhập {SOURCES[source]}")
        measured = self.take(scope, component)
        if "dossiers" in self.needs and scope.only_other_periods() and measured.inputs.get(self.total) == 0:
            raise NoData("các tệp đã nhập không có hồ sơ nào tiếp nhận hay giải quyết trong kỳ")
        return measured


def _named(measures: Iterable[Measure]) -> dict[str, Measure]:
    return {measure.name: measure for measure in measures}


MEASURES: Mapping[str, Measure] = _named(
    [
        Measure(
            "on_time_share",
            ("dossiers",),
            dossiers.on_time_share,
            "hồ sơ",
            total="finished",
            missed=(("late", "trễ hạn"),),
            kept="đúng hạn",
            by_on_time_rule=True,
        ),
        Measure(
            "apology_share",
            ("dossiers",),
            dossiers.apology_share,
            "hồ sơ trễ hạn",
            total="late",
            done=("with_letter", "có văn bản xin lỗi"),
            by_on_time_rule=True,
        ),
        Measure(
            "handling_satisfaction_share",
            ("dossiers", "petitions"),
            dossiers.handling_satisfaction,
            "hồ sơ",
            total="finished",
            missed=(("late", "trễ hạn"), ("with_petition", "bị phản ánh")),
            kept="không trễ và không bị phản ánh",
            by_on_time_rule=True,
        ),
        Measure(
            "confirmed_petitions_about_fees",
            ("petitions",),
            dossiers.confirmed("fees_and_papers"),
            "phản ánh",
            count=("confirmed", "phản ánh về thành phần hồ sơ, phí, lệ phí được xác minh là đúng"),
        ),
        Measure(
            "confirmed_petitions_about_conduct",
            ("petitions",),
            dossiers.confirmed("conduct"),
            "phản ánh",
            count=("confirmed", "phản ánh về nhũng nhiễu, gây phiền hà được xác minh là đúng"),
        ),
        Measure(
            "register_match_share",
            ("dossiers",),
            dossiers.register_match,
            "hồ sơ trong sổ giấy",
            total="paper_register_count",
            done=("imported", "có trên phần mềm"),
            declared=("paper_register_count",),
            may_exceed=True,
        ),
        Measure(
            "papers_digitised_share",
            ("dossiers",),
            dossiers.received_flag("received", "digitised", "papers_digitised", "việc số hóa thành phần hồ sơ"),
            "hồ sơ",
            total="received",
            done=("digitised", "đã số hóa thành phần"),
        ),
        Measure(
            "results_signed_share",
            ("dossiers", "documents"),
            documents.results_signed,
            "hồ sơ phải trả kết quả bằng tệp",
            total="required",
            done=("signed", "có kết quả số hóa, ký số đạt"),
        ),
        Measure(
            "file_quality_share",
            ("documents",),
            documents.file_quality,
            "tệp kết quả",
            total="files",
            done=("good", "đạt chuẩn số hóa"),
        ),
        Measure(
            "petitions_on_time_share",
            ("petitions",),
            dossiers.petitions_on_time,
            "phản ánh, kiến nghị",
            total="petitions",
            missed=(("late", "xử lý trễ"),),
            kept="đúng hạn",
        ),
        Measure(
            "outgoing_signed_share",
            ("documents",),
            documents.outgoing_signed,
            "văn bản đi",
            total="outgoing",
            done=("signed", "ký số đủ"),
        ),
        Measure(
            "online_procedures_share",
            ("dossiers",),
            dossiers.online_procedures,
            "thủ tục có dịch vụ công trực tuyến",
            total="procedures",
            done=("procedures_used", "phát sinh hồ sơ trực tuyến"),
        ),
        Measure(
            "online_share",
            ("dossiers",),
            dossiers.online_share,
            "hồ sơ",
            total="received",
            done=("online", "nộp trực tuyến"),
            mendable=False,
        ),
        Measure(
            "full_online_share",
            ("dossiers",),
            dossiers.full_online,
            "hồ sơ",
            total="received",
            done=("full_online", "trực tuyến toàn trình"),
            mendable=False,
        ),
        Measure(
            "online_payment_share",
            ("dossiers",),
            dossiers.online_payment,
            "hồ sơ có phí",
            total="with_fee",
            done=("paid_online", "thanh toán trực tuyến"),
            mendable=False,
        ),
        Measure(
            "reuse_share",
            ("dossiers",),
            dossiers.received_flag("received", "reused", "papers_reused", "việc dùng lại dữ liệu số hóa"),
            "hồ sơ",
            total="received",
            done=("reused", "dùng lại dữ liệu số hóa"),
            mendable=False,
        ),
        Measure(
            "synced_share",
            ("dossiers",),
            dossiers.received_flag("received", "synced", "synced", "việc đồng bộ lên Cổng DVCQG"),
            "hồ sơ",
            total="received",
            done=("synced", "đã đồng bộ lên Cổng DVCQG"),
        ),
    ]
)
"""Every measure a criteria set may name."""

ON_TIME_RULES = tuple(RULES)
