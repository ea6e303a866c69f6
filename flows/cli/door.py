"""What all commands share: settings, one JSON document on stdout, exit codes, errors in plain words."""

from __future__ import annotations

import errno
import json
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any, NoReturn
from zoneinfo import ZoneInfo

import typer

from config.refusals import Refusal
from config.settings import Settings, load_settings
from config.units_here import is_known, settings_of
from flows.cli.texts import text

DONE, NEEDS_PERSON, WRONG_USE, MISSING, OWN_FAULT = 0, 1, 2, 3, 4

AsJson = Annotated[bool, typer.Option("--json", help=text("json"))]
Unit = Annotated[str, typer.Option("--unit", help=text("unit"))]
Period = Annotated[str, typer.Option("--period", help=text("period"))]
At = Annotated[str, typer.Option("--at", help=text("at"))]


class Refused(Refusal):
    """A command cannot go on: the message for people, and the exit code."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.exit_code = code


def settings_for(unit: str = "", period: str = "") -> Settings:
    """The settings of the unit (as the list of units says, if any), with the command's own period over them.

    Raises:
        Refused: nobody knows this unit.
    """
    settings = load_settings()
    if unit and not is_known(settings, unit):
        raise Refused(
            f"--unit {unit!r}: chưa có đơn vị này; đơn vị đang chấm: {settings.unit}. Đơn vị mới: ghi vào "
            f"{settings.units_file} (mẫu: config/units.example.yaml) hoặc tạo thư mục {settings.inbox_folder / unit}.",
            WRONG_USE,
        )
    given = {name: value for name, value in (("unit", unit), ("period", period)) if value}
    own = settings_of(settings, unit or settings.unit)
    return Settings.model_validate(own.model_dump() | given) if given else own


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
    """Refusals of all rooms as one message and one exit code; a fault of our own as a traceback and exit code 4."""
    from scoring.engine.on_time import UnknownOnTimeRule
    from scoring.engine.period import UnknownPeriod

    try:
        yield
    except Refusal as error:
        _leave(str(error), error.exit_code)
    except (UnknownOnTimeRule, UnknownPeriod) as error:
        _leave(str(error), WRONG_USE)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            _leave_with_fault()
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what waits to be written goes nowhere, so that leaving works
        _leave("Đĩa đã đầy nên không ghi hết kết quả ra được. Giải phóng chỗ trên đĩa rồi chạy lại lệnh này.", MISSING)
    except Exception:  # noqa: BLE001 - the last door answers for whatever happens
        _leave_with_fault()


def _leave_with_fault() -> NoReturn:
    traceback.print_exc()
    _leave(
        "Lỗi trong phần mềm, không phải do bạn. Không có gì bị mất; lần chạy sau sẽ làm tiếp. "
        "Gửi các dòng trên cho người phụ trách kỹ thuật.",
        OWN_FAULT,
    )


def _leave(message: str, code: int) -> NoReturn:
    if "--json" in sys.argv:
        print_json({"error": message, "exit_code": code})
    typer.echo(message, err=True)
    raise SystemExit(code)
