"""tesseract inside this process through tesserocr, whose wheel brings a newer and faster library (a fifth less CPU)."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path
from typing import Any

from PIL import Image

from ocr.engines.tesseract_words import words_from_table
from ocr.errors import INSTALL_LINE, EngineFailed, EngineMissing
from ocr.words import Word

_MODELS = (
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/share/tessdata",
    "/usr/local/share/tessdata",
    "/opt/homebrew/share/tessdata",
)
"""Where Debian, Fedora and others keep the models; the wheel has none. TESSDATA_PREFIX goes before."""


class TesseractBundled:
    """One loaded model; not to be shared between threads.

    Raises:
        EngineMissing: no tesserocr, or no model of this language.
    """

    name = "tesserocr"

    def __init__(self, language: str) -> None:
        try:
            import tesserocr  # type: ignore[import-untyped]
        except ImportError as error:
            raise EngineMissing(f"Máy chưa có thư viện tesserocr. Cài bằng: {INSTALL_LINE}") from error
        _hush_leptonica(Path(tesserocr.__file__))
        folder = _models_of(language)
        self._api: Any = tesserocr.PyTessBaseAPI(path=folder, lang=language)
        self._api.SetVariable("debug_file", "/dev/null")

    def read(self, picture: Image.Image, *, dpi: float, layout: int, seconds: float) -> list[Word]:
        grey = picture if picture.mode == "L" else picture.convert("L")
        api = self._api
        api.ClearAdaptiveClassifier()  # what earlier pages taught must not colour this one
        api.SetPageSegMode(layout)
        api.SetImageBytes(grey.tobytes(), grey.width, grey.height, 1, grey.width)
        api.SetSourceResolution(round(dpi))
        try:
            if not api.Recognize(max(1, int(seconds * 1000))):
                raise EngineFailed(f"Nhận dạng trang không xong trong {seconds:.0f} giây.")
            return words_from_table(api.GetTSVText(0) or "", dpi)
        except RuntimeError as error:
            raise EngineFailed(f"Nhận dạng trang không thành: {str(error)[:200]}") from error
        finally:
            api.Clear()


def _hush_leptonica(module: Path) -> None:
    """leptonica prints remarks about odd pictures on stderr, where our progress goes; the wheel has its own copy."""
    for near in (module.parent, module.parent.parent):
        for library in sorted((near / "tesserocr.libs").glob("libleptonica*")):
            ctypes.CDLL(str(library)).setMsgSeverity(_ONLY_NONE)


_ONLY_NONE = 6
"""L_SEVERITY_NONE"""


def _models_of(language: str) -> str:
    """The folder that has a model for each part of `language` (vie+eng)."""
    wanted = [f"{part}.traineddata" for part in language.split("+")]
    for folder in (os.environ.get("TESSDATA_PREFIX", ""), *_MODELS):
        if folder and all((Path(folder) / name).is_file() for name in wanted):
            return folder
    raise EngineMissing(f"Máy chưa có dữ liệu nhận dạng '{language}' của tesseract. Cài bằng: {INSTALL_LINE}")
