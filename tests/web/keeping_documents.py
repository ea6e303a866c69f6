"""Documents of one's own for tests of pages: kept and examined, without the engine."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from flows.arriving.intake import Sender, keep_document
from flows.resources import open_resources
from ocr import CHECKER_VERSION
from storage.documents.evidence import Examination, record_examination
from storage.objects.port import digest_of
from tests.web.wards import NOW, OWN, Town


def kept_document(
    town: Town,
    path: str,
    data: bytes,
    result: Mapping[str, Any],
    text: str = "",
    words: Mapping[int, bytes] | None = None,
) -> str:
    """The hash of a document of the own ward that came under `path`, examined with this result, text and words."""
    settings = town.settings.model_copy(update={"unit": OWN})
    file = town.settings.home / "to-keep"
    file.write_bytes(data)
    sha256, _ = digest_of(io.BytesIO(data))
    with open_resources(settings) as resources:
        keep_document(resources, file, path, Sender("test", "inbox", NOW))
        said = {"status": "read", "page_count": 1, **result}
        examination = Examination(OWN, sha256, CHECKER_VERSION, said, text, NOW, words or {})
        with resources.database.write() as connection:
            record_examination(connection, examination, quarantined_for=None)
    return sha256


def field(value: str | None, state: str = "read", **more: Any) -> dict[str, Any]:
    """One field as an examination gives it."""
    plain = {"value": value, "page": 1, "box": [0.2, 0.1, 0.3, 0.12], "confidence": 0.9, "state": state}
    return plain | {"source_text": "", "partial": None, "suggestions": []} | more
