"""The sheets of a run, made when somebody asks for them: as computed, or as the yearly cycle has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flows.reporting.drawing import NoSuchForm, drawn
from flows.resources import Resources
from flows.scores.cycle import as_in_cycle
from flows.scores.inputs import criteria_of
from flows.telling.bundling import heading_of
from reports.appraisal_sheet import printed_appraisal
from reports.explanation_report import printed_explanation, printed_offices
from reports.heading import Heading
from reports.printed import Printed
from reports.score_sheet import score_sheet
from reports.score_sheet_text import printed_score_sheet

Plain = Mapping[str, Any]
_PRINTED: Mapping[str, tuple[str, Callable[[Plain, Plain, Heading], Printed]]] = {
    "": ("Phiếu tự chấm", printed_score_sheet),
    "giai-trinh": ("Giải trình", printed_explanation),
    "tham-dinh": ("Thẩm định chi tiết", printed_appraisal),
    "theo-don-vi": ("Theo đơn vị", printed_offices),
}
FORMS = (
    "xlsx",
    "docx",
    "pdf",
    "giai-trinh.docx",
    "giai-trinh.pdf",
    *(f"{name}.{ending}" for name in ("tham-dinh", "theo-don-vi") for ending in ("xlsx", "docx", "pdf")),
)
"""What can be made of a run: the score sheet; the report with it; the appraisal in detail; tasks by office."""


def sheet_of_run(resources: Resources, run: Mapping[str, Any], form: str = "xlsx", *, words: bool = True) -> bytes:
    """A sheet of a run. As xlsx it is the workbook that the night lays out, byte for byte, while no cycle says more.

    `words` False: without what officials wrote (explanations, notes, answers).

    Raises:
        NoSuchForm: `form` is not one of FORMS.
        NoFont: a pdf needs a font that this machine lacks.
    """
    if form not in FORMS:
        raise NoSuchForm(f"Phiếu chấm điểm không có dạng {form!r}; các dạng: {', '.join(FORMS)}.")
    score = as_in_cycle(resources, run)
    if not words:
        score = _wordless(score)
    criteria, heading = criteria_of(resources, run), heading_of(resources.settings, score, run["made_at"])
    if form == "xlsx":
        return score_sheet(score, criteria, heading)
    name, _, ending = form.rpartition(".")
    title, printed = _PRINTED[name]
    return drawn(printed(score, criteria, heading), ending, title)


def _wordless(score: Plain) -> dict[str, Any]:
    components = [{**item, "explanations": [], "said": []} for item in score["components"]]
    return {**score, "components": components}
