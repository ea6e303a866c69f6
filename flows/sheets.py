"""The score sheet of a run, made when somebody asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from config.refusals import WrongUse
from flows.browsing import criteria_of
from flows.bundling import heading_of
from flows.resources import Resources
from reports.explanation_report import explanation_report
from reports.score_sheet import score_sheet
from reports.score_sheet_text import score_sheet_docx, score_sheet_pdf

FORMS = {"xlsx": score_sheet, "docx": score_sheet_docx, "pdf": score_sheet_pdf, "giai-trinh.docx": explanation_report}
"""What can be made of a run; giai-trinh.docx is the report that goes with the sheet."""


class NoSuchForm(WrongUse, ValueError):
    """The score sheet is made in other forms only."""


def sheet_of_run(resources: Resources, run: Mapping[str, Any], form: str = "xlsx") -> bytes:
    """The sheet of a run. As xlsx it is the workbook that the night lays out for the same run, byte for byte.

    Raises:
        NoSuchForm: `form` is not one of FORMS.
        NoFont: a pdf needs a font that this machine lacks.
    """
    if form not in FORMS:
        raise NoSuchForm(f"Phiếu chấm điểm không có dạng {form!r}; các dạng: {', '.join(FORMS)}.")
    return FORMS[form](
        run["score"], criteria_of(resources, run), heading_of(resources.settings, run["score"], run["made_at"])
    )
