"""tesseract inside this process, through the C interface of libtesseract 5 (part of the package tesseract-ocr)."""

from __future__ import annotations

import ctypes
from typing import Any

from PIL import Image

from ocr.engines.tesseract_words import words_from_table
from ocr.errors import INSTALL_LINE, EngineFailed, EngineMissing
from ocr.words import Word

_LIBRARIES = ("libtesseract.so.5", "libtesseract.so", "libtesseract.5.dylib")


class TesseractLibrary:
    """One loaded model; not to be shared between threads.

    Raises:
        EngineMissing: no libtesseract of version 5, or no model of this language.
    """

    name = "tesseract-library"

    def __init__(self, language: str) -> None:
        self._library = _load_library()
        _hush_leptonica()
        self._api = ctypes.c_void_p(self._library.TessBaseAPICreate())
        if self._library.TessBaseAPIInit3(self._api, None, language.encode()) != 0:
            raise EngineMissing(f"Máy chưa có dữ liệu nhận dạng '{language}' của tesseract. Cài bằng: {INSTALL_LINE}")
        self._library.TessBaseAPISetVariable(self._api, b"debug_file", b"/dev/null")

    def read(self, picture: Image.Image, *, dpi: float, layout: int, seconds: float) -> list[Word]:
        grey = picture if picture.mode == "L" else picture.convert("L")
        api, library = self._api, self._library
        library.TessBaseAPIClearAdaptiveClassifier(api)  # what earlier pages taught must not colour this one
        library.TessBaseAPISetPageSegMode(api, layout)
        library.TessBaseAPISetImage(api, grey.tobytes(), grey.width, grey.height, 1, grey.width)
        library.TessBaseAPISetSourceResolution(api, round(dpi))
        monitor = ctypes.c_void_p(library.TessMonitorCreate())
        try:
            library.TessMonitorSetDeadlineMSecs(monitor, max(1, int(seconds * 1000)))
            if library.TessBaseAPIRecognize(api, monitor) != 0:
                raise EngineFailed(f"Nhận dạng trang không xong trong {seconds:.0f} giây.")
            return words_from_table(self._table(), dpi)
        finally:
            library.TessMonitorDelete(monitor)
            library.TessBaseAPIClear(api)

    def _table(self) -> str:
        address = self._library.TessBaseAPIGetTsvText(self._api, 0)
        if not address:
            return ""
        try:
            return ctypes.string_at(address).decode("utf-8", "replace")
        finally:
            self._library.TessDeleteText(ctypes.c_void_p(address))


def _hush_leptonica() -> None:
    """leptonica prints remarks about odd pictures on stderr, where our progress goes; it need not."""
    for name in ("liblept.so.5", "libleptonica.so.6"):
        try:
            ctypes.CDLL(name).setMsgSeverity(6)
        except (OSError, AttributeError):
            continue
        return


def _load_library() -> Any:
    for name in _LIBRARIES:
        try:
            library = ctypes.CDLL(name)
        except OSError:
            continue
        library.TessBaseAPICreate.restype = ctypes.c_void_p
        library.TessBaseAPIGetTsvText.restype = ctypes.c_void_p
        library.TessMonitorCreate.restype = ctypes.c_void_p
        library.TessVersion.restype = ctypes.c_char_p
        if library.TessVersion().startswith(b"5."):
            return library
    raise EngineMissing(f"Máy chưa có thư viện tesseract 5. Cài bằng: {INSTALL_LINE}")
