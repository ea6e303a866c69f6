"""What all commands share: settings, one JSON document on stdout, exit codes, errors in plain words."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any, NoReturn
from zoneinfo import ZoneInfo

import typer

from config.settings import BadSettings, Settings, load_settings
from flows.cli.texts import text

DONE, NEEDS_PERSON, WRONG_USE, MISSING = 0, 1, 2, 3

AsJson = Annotated[bool, typer.Option("--json", help=text("json"))]
Unit = Annotated[str, typer.Option("--unit", help=text("unit"))]
Period = Annotated[str, typer.Option("--period", help=text("period"))]
At = Annotated[str, typer.Option("--at", help=text("at"))]


class Refused(Exception):
    """A command cannot go on: the message for people, and the exit code."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


def settings_for(unit: str = "", period: str = "") -> Settings:
    """The settings, with the command's own unit and period over them."""
    settings = load_settings()
    given = {name: value for name, value in (("unit", unit), ("period", period)) if value}
    return Settings.model_validate(settings.model_dump() | given) if given else settings


def moment(iso: str, settings: Settings) -> datetime:
    """The moment that `--at` names, or now. Without an offset it is meant in PAR_TIMEZONE."""
    if not iso:
        return datetime.now(UTC)
    try:
        parsed = datetime.fromisoformat(iso)
    except ValueError as error:
        raise Refused(
            f"--at {iso!r}: không phải thời điểm ISO; ví dụ đúng: 2026-01-05T01:00:00+07:00", WRONG_USE
        ) from error
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=ZoneInfo(settings.timezone))


def finish(plain: Any, *, as_json: bool, lines: Iterator[str] | list[str], code: int = DONE) -> NoReturn:
    """Print the outcome for a program or for a person, and leave."""
    if as_json:
        print_json(plain)
    else:
        for line in lines:
            typer.echo(line)
    raise typer.Exit(code)


def print_json(plain: Any) -> None:
    """One JSON document on stdout."""
    print(json.dumps(plain, ensure_ascii=False), flush=True)


@contextmanager
def reported() -> Iterator[None]:
    """Errors of all rooms as one message and one exit code."""
    from config.criteria_sets import BadCriteriaSet
    from config.export_profiles import BadProfile
    from config.working_calendar import BadCalendar
    from connectors.errors import ConnectorError
    from flows.criteria_forms import VersionTaken
    from flows.requests import BadRequest
    from flows.uploading import WrongPlace
    from ocr.errors import EngineMissing, OcrError
    from scoring import BadAssumption, UnknownComponent, UnknownOnTimeRule, UnknownPeriod
    from scoring.cycle import BadDeed, NotNow
    from storage.cycle import AlreadyOpen, ChangedMeanwhile, NoCycle
    from storage.errors import StorageError
    from storage.requests import NoSuchRequest
    from storage.runs import NoSuchRun

    wrong = (BadSettings, BadCriteriaSet, BadCalendar, BadProfile, ConnectorError, WrongPlace, NoSuchRun)
    refused = (BadRequest, NoSuchRequest, BadDeed, NotNow, AlreadyOpen, ChangedMeanwhile, NoCycle)
    try:
        yield
    except Refused as error:
        _leave(str(error), error.code)
    except (*wrong, *refused, BadAssumption, UnknownComponent, VersionTaken, UnknownOnTimeRule, UnknownPeriod) as error:
        _leave(str(error), WRONG_USE)
    except (StorageError, EngineMissing) as error:
        _leave(str(error), MISSING)
    except OcrError as error:
        _leave(str(error), WRONG_USE)


def _leave(message: str, code: int) -> NoReturn:
    if "--json" in sys.argv:
        print_json({"error": message, "exit_code": code})
    typer.echo(message, err=True)
    raise SystemExit(code)
