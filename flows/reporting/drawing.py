"""A printed document drawn in one of its forms; what draws it is loaded when somebody asks for it."""

from __future__ import annotations

from config.refusals import WrongUse
from reports.printed import Printed


class NoSuchForm(WrongUse, ValueError):
    """The document is made in other forms only."""


def drawn(printed: Printed, ending: str, name: str) -> bytes:
    """A printed document as docx, pdf or xlsx (with one sheet called `name`).

    Raises:
        NoFont: a pdf needs a font that this machine lacks.
    """
    if ending == "docx":
        from reports.printed_docx import docx_of

        return docx_of(printed)
    if ending == "pdf":
        from reports.printed_pdf import pdf_of

        return pdf_of(printed)
    from reports.printed_xlsx import xlsx_of

    return xlsx_of(printed, name)
