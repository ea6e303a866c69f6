"""The public results page: files for the ward's own site, made when somebody says so."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from flows.browsing import criteria_of, run, standing_run
from flows.bundling import heading_of
from flows.laying import write_whole
from flows.resources import Resources
from reports.public_page import STYLE, Published, public_page, public_values
from storage.custody import Happening, append


def publish(resources: Resources, folder: Path, *, run_id: str, who: str, at: datetime) -> dict[str, Any]:
    """Write index.html, ket-qua.css and ket-qua.json of a run (empty: the one that stands); noted in the custody log.

    Raises:
        NoSuchRun: there is none.
    """
    settings = resources.settings
    period = settings.period_on(settings.local_day(at))
    chosen = run(resources, run_id) if run_id else standing_run(resources, period)
    published = Published(
        str(chosen["id"]), chosen["score"], criteria_of(resources, chosen), heading_of(settings, chosen["score"], at)
    )
    values = json.dumps(public_values(published), ensure_ascii=False, indent=1)
    files = {"index.html": public_page(published), "ket-qua.css": STYLE, "ket-qua.json": values}
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        write_whole(folder / name, text.encode())
    happening = Happening("published", str(chosen["inputs_sha256"]), who, "public page", {"run": chosen["id"]})
    with resources.database.write() as connection:
        append(connection, [happening], at=at)
    return {"folder": str(folder), "run": chosen["id"], "files": sorted(files)}
