"""What a document is: text, fields, digitised to the standard, validly signed.

Names are imported on first use, so that asking for a part does not load pdfium, pypdf and the signature libraries.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ocr.batch import inspect_fields_first, inspect_files
    from ocr.errors import ENGINE_MISSING, EngineMissing, OcrError
    from ocr.inspection import InspectOptions, inspect_file
    from ocr.version import CHECKER_VERSION

_HOMES = {
    "CHECKER_VERSION": "ocr.version",
    "ENGINE_MISSING": "ocr.errors",
    "EngineMissing": "ocr.errors",
    "InspectOptions": "ocr.inspection",
    "OcrError": "ocr.errors",
    "inspect_fields_first": "ocr.batch",
    "inspect_file": "ocr.inspection",
    "inspect_files": "ocr.batch",
}

__all__ = [
    "CHECKER_VERSION",
    "ENGINE_MISSING",
    "EngineMissing",
    "InspectOptions",
    "OcrError",
    "inspect_fields_first",
    "inspect_file",
    "inspect_files",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'ocr' has no attribute {name!r}")
