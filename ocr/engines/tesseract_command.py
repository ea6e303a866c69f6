"""tesseract as a command, through pytesseract: works wherever the command is installed."""

from __future__ import annotations

import pytesseract
from PIL import Image

from ocr.engines.tesseract_words import words_from_table
from ocr.errors import INSTALL_LINE, EngineFailed, EngineMissing
from ocr.words import Word


class TesseractCommand:
    """One process a page.

    Raises:
        EngineMissing: no command, or no model of this language.
    """

    name = "tesseract-command"

    def __init__(self, language: str) -> None:
        try:
            installed = set(pytesseract.get_languages())
        except pytesseract.TesseractNotFoundError as error:
            raise EngineMissing(f"Máy chưa có tesseract để nhận dạng bản quét. Cài bằng: {INSTALL_LINE}") from error
        if missing := set(language.split("+")) - installed:
            raise EngineMissing(
                f"tesseract chưa có dữ liệu nhận dạng {', '.join(sorted(missing))}. Cài bằng: {INSTALL_LINE}"
            )
        self._language = language

    def read(self, picture: Image.Image, *, dpi: float, layout: int, seconds: float) -> list[Word]:
        options = f"--psm {layout} --dpi {round(dpi)}"
        try:
            table = pytesseract.image_to_data(
                picture, lang=self._language, config=options, timeout=max(0.1, seconds), nice=0
            )
        except RuntimeError as error:  # pytesseract's time limit, or tesseract's own failure
            raise EngineFailed(f"Nhận dạng trang không thành: {str(error)[:200]}") from error
        return words_from_table(table, dpi)
