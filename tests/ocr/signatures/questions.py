"""What the sandbox is asked in the tests; importable by name from a worker."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from ocr.signatures import TrustStore, examine_signatures
from tests.ocr.signatures.authority import AT


def verdict_of(file: Path) -> dict[str, Any]:
    """The report about a file, trusting nobody, and `seconds` of the processor that it took."""
    began = time.process_time()
    report = examine_signatures(file.read_bytes(), trust=TrustStore(), at=AT).plain()
    return report | {"seconds": time.process_time() - began}
