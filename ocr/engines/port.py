"""The port to an OCR engine, and which engine this machine has.

Three adapters read the same models: `tesseract_bundled` (tesserocr) and `tesseract_library` (Debian's libtesseract
through its C interface) run inside this process: the model is loaded once and no picture is written to disk, about half
the cost a page. `tesseract_command` goes through pytesseract and always works where the command `tesseract` is
installed. Another engine needs one class with `read`.
"""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Protocol

from PIL import Image

from ocr.errors import EngineMissing
from ocr.words import Word

DEFAULT_LANGUAGE = "vie"

BLOCK = 6
"""Page segmentation mode of tesseract for one block of text, used for cut-outs."""
PAGE = 3
"""Page segmentation mode of tesseract for a whole page (measured best for administrative documents)."""
SCATTERED = 11
"""Page segmentation mode of tesseract for scattered words, as a seal leaves them."""
LINE = 7
"""Page segmentation mode of tesseract for one line."""


class Engine(Protocol):
    """Reads one upright grey picture."""

    name: str

    def read(self, picture: Image.Image, *, dpi: float, layout: int, seconds: float) -> list[Word]:
        """Words of a grey ("L") picture; places in points of a page with `dpi` pixels an inch.

        Raises:
            EngineFailed: the engine took more than `seconds` or gave up.
        """
        ...


@lru_cache(maxsize=4)
def engine_for(language: str, wanted: str = "") -> Engine:
    """The best engine this machine has for `language` (a tesseract code: vie, eng, vie+eng).

    `wanted` = tesserocr | library | command forces one.

    Raises:
        EngineMissing: no adapter works; the message holds the line that installs one.
    """
    os.environ["OMP_THREAD_LIMIT"] = "1"  # measured: the default threads cost 4 to 7 times more on two cores
    from ocr.engines.tesseract_bundled import TesseractBundled
    from ocr.engines.tesseract_command import TesseractCommand
    from ocr.engines.tesseract_library import TesseractLibrary

    adapters: dict[str, type[Engine]] = {
        "tesserocr": TesseractBundled,
        "library": TesseractLibrary,
        "command": TesseractCommand,
    }
    if wanted in adapters:
        return adapters[wanted](language)  # type: ignore[call-arg]
    for make in (TesseractBundled, TesseractLibrary):
        try:
            return make(language)
        except EngineMissing:
            continue
    return TesseractCommand(language)
