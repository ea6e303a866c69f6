"""What can go wrong in `ocr/`, by what to do next.

    OcrError
    ├── EngineMissing      install something (the message holds the line)
    ├── EngineFailed       the engine gave up on this page: leave the page unread, say so, go on
    └── PageUnreadable     this page cannot be drawn or decoded: leave it unread, say so, go on

A file that cannot be read (`UnreadableFile`, within this folder) is not an error here: `inspect_file` answers with a
verdict and its reason.
"""

from __future__ import annotations

from config.refusals import Lacking, WrongUse

ENGINE_MISSING = "engine_missing"
"""`failure` of a batch's answer for a file that needs an engine which this machine lacks."""
MAKE_AGAIN = "Đề nghị xuất lại tệp PDF, hoặc quét lại."
"""The way out of a page that cannot be read."""
INSTALL_LINE = "apt-get install -y tesseract-ocr tesseract-ocr-vie"


class OcrError(WrongUse):
    """Root of the tree; the message is Vietnamese and fit for officials."""


class EngineMissing(Lacking, OcrError):
    """No tesseract, or no Vietnamese for it. The message holds the line that installs it."""


class EngineFailed(OcrError):
    """The engine stopped on one page (time, memory, its own fault)."""


class PageUnreadable(OcrError):
    """One page cannot be drawn: broken, or larger than our limits."""


class UnreadableFile(Exception):
    """The file cannot be opened: `code` is data, the message is Vietnamese with the way out."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
