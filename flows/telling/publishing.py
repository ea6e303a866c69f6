"""The public results page: files for the ward's own site, made when somebody says so.

It shows what was published: the locked self-score and the appraisal's result. Before that, and only when asked for as
such, the ward's provisional self-score, which the page calls so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from config.refusals import WrongUse
from flows.laying import write_whole
from flows.resources import Resources
from flows.scores.browsing import run, standing_run
from flows.scores.cycle import as_in_cycle, kept_cycle
from flows.scores.inputs import criteria_of
from flows.telling.bundling import heading_of
from flows.years import cycle_year
from reports.public_page import STYLE, Published, public_page, public_values
from scoring.cycle import STATES
from storage.proof.custody import Happening, append


class NotPublished(WrongUse, ValueError):
    """The year's result is not published yet; nothing was written."""


@dataclass(frozen=True, slots=True)
class ToPublish:
    """What goes on the page. `provisional`: the self-score of a run (empty: the one that stands), as such."""

    period: str = ""
    run_id: str = ""
    provisional: bool = False


def publish(resources: Resources, folder: Path, wanted: ToPublish, *, who: str, at: datetime) -> dict[str, Any]:
    """Write index.html, ket-qua.css and ket-qua.json; noted in the custody log.

    Raises:
        NotPublished: the year has no published result, and the provisional self-score was not asked for.
        NoSuchRun: there is none.
    """
    settings = resources.settings
    chosen = _provisional(resources, wanted, at) if wanted.provisional else _published(resources, wanted, at)
    score = dict(chosen["score"]) if wanted.provisional else as_in_cycle(resources, chosen)
    heading = heading_of(settings, score, at)
    published = Published(str(chosen["id"]), score, criteria_of(resources, chosen), heading, wanted.provisional)
    values = json.dumps(public_values(published), ensure_ascii=False, indent=1)
    files = {"index.html": public_page(published), "ket-qua.css": STYLE, "ket-qua.json": values}
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        write_whole(folder / name, text.encode())
    detail = {"run": chosen["id"], "provisional": wanted.provisional}
    happening = Happening("published", str(chosen["inputs_sha256"]), who, "public page", detail)
    with resources.database.write() as connection:
        append(connection, [happening], at=at)
    return {"folder": str(folder), "files": sorted(files), **detail}


def _period(resources: Resources, wanted: ToPublish, at: datetime) -> str:
    return wanted.period or cycle_year(resources.settings, resources.settings.local_day(at))


def _provisional(resources: Resources, wanted: ToPublish, at: datetime) -> Mapping[str, Any]:
    return run(resources, wanted.run_id) if wanted.run_id else standing_run(resources, _period(resources, wanted, at))


def _published(resources: Resources, wanted: ToPublish, at: datetime) -> Mapping[str, Any]:
    """The locked run of the year whose result is published: without a year named, this year's or else last year's."""
    day = resources.settings.local_day(at)
    named = wanted.period or resources.settings.period
    cycles = {year: kept_cycle(resources, year) for year in ((named,) if named else (str(day.year), str(day.year - 1)))}
    for cycle in cycles.values():
        if cycle is not None and cycle.state == "published" and cycle.lock and wanted.run_id in ("", cycle.lock["run"]):
            return run(resources, cycle.lock["run"])
    states = ", ".join(f"{year}: {STATES[cycle.state] if cycle else 'chưa mở kỳ'}" for year, cycle in cycles.items())
    raise NotPublished(
        f"Chưa có kết quả đã công bố để đăng ({states}). Muốn đăng điểm tự chấm tạm tính của phường, ghi rõ là tạm "
        "tính, thêm --provisional."
    )
