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
    unit: Unit = "",
    period: Period = "",
    at: At = "",
    as_json: AsJson = False,
) -> None:
    """Write the public results page into a folder."""
    from flows.publishing import publish as write
    from flows.resources import open_resources

    settings = settings_for(unit, period)
    with open_resources(settings) as resources:
        told = write(resources, folder, run_id=run, who="parindex publish", at=moment(at, settings))
    lines = [f"Đã ghi trang kết quả của lần chấm {told['run']} vào {told['folder']}: {', '.join(told['files'])}"]
    finish(told, as_json=as_json, lines=lines)
