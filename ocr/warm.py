"""What the first document of a worker would have to load, loaded once by the fork server that imports this module.

Its workers are copies of it: measured, the first scan of a worker cost 0.4 s of processor time more than the second
(the engine's model, the grammar, patterns). What cannot be loaded here is met again, and told, where it is needed.
"""

from __future__ import annotations

import os
from contextlib import suppress

from ocr.digitisation import thresholds_of
from ocr.engines.port import DEFAULT_LANGUAGE, engine_for
from ocr.fields.document import Clues, fields_of
from ocr.page import PageReading
from ocr.words import Box, Word


def _load() -> None:
    with suppress(Exception):
        words = (
            Word("Nơi", Box(60, 700, 80, 712), 0.9, "ocr", 1),
            Word("nhận:", Box(82, 700, 110, 712), 0.9, "ocr", 1),
        )
        fields_of([PageReading(1, "scan", 595, 842, words=words, source="ocr")], Clues(), lambda _page, _line: [])
        thresholds_of("scanned")
    wanted = os.environ.get("PAR_OCR_ENGINE", "")
    if wanted != "command":  # nothing of that stays loaded
        with suppress(Exception):
            engine_for(DEFAULT_LANGUAGE, wanted)


_load()
