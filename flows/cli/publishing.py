"""The public results page by command."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.cli.door import AsJson, At, Period, Unit, finish, moment, settings_for
from flows.cli.texts import text


def publish(
    folder: Annotated[Path, typer.Argument(help=text("publish_folder"))],
    *,
    run: Annotated[str, typer.Option("--run", help=text("run"))] = "",
    provisional: Annotated[bool, typer.Option("--provisional", help=text("publish_provisional"))] = False,
    unit: Unit = "",
    period: Period = "",
    at: At = "",
    as_json: AsJson = False,
) -> None:
    """Write the public results page into a folder."""
    from flows.resources import open_resources
    from flows.telling.publishing import ToPublish
    from flows.telling.publishing import publish as write

    settings = settings_for(unit, period)
    with open_resources(settings) as resources:
        wanted = ToPublish(period, run, provisional)
        told = write(resources, folder, wanted, who="parindex publish", at=moment(at, settings))
    what = "điểm tự chấm tạm tính" if provisional else "kết quả đã công bố"
    lines = [f"Đã ghi trang {what}, theo lần chấm {told['run']} vào {told['folder']}: {', '.join(told['files'])}"]
    finish(told, as_json=as_json, lines=lines)
