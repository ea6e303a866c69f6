"""The units of one installation: the one that PAR_UNIT names, or those of a list (a city's wards in one worker).

Each unit of the list has settings of its own: those of the installation, with what its entry says over them.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.complaints import complaint, place_of
from config.refusals import WrongUse
from config.settings import Settings, load_settings
from config.strict_yaml import plain_yaml


class BadUnits(WrongUse, ValueError):
    """The list of units cannot be used; the message names every fault, in Vietnamese."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class UnitEntry(_Strict):
    """One unit. `exports` empty: PAR_EXPORTS/<id>; what else is empty is the installation's."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{1,63}$")
    name: str = Field(min_length=3)
    parent_name: str = ""
    exports: Path | None = None
    sources: Path | None = None
    criteria: str = ""
    letter_to: str = ""
    letter_webhook: str = ""
    remind_to: str = ""


class _Units(_Strict):
    units: Annotated[tuple[UnitEntry, ...], Field(min_length=1)]


def settings_of_units(settings: Settings) -> tuple[Settings, ...]:
    """The settings of each unit that this installation works for, in the order of the list; without a list its own.

    Raises:
        BadUnits: the list cannot be used.
    """
    file = settings.units_file
    if not file.is_file():
        return (settings,)
    return _settings_by_list(settings, file, file.stat().st_mtime_ns)


def own_settings() -> Settings:
    """The settings of the unit that PAR_UNIT names, as the list says where there is one: for what works for one unit.

    Raises:
        BadSettings, BadUnits: they cannot be used.
    """
    settings = load_settings()
    return settings_of(settings, settings.unit)


def settings_of(settings: Settings, unit: str) -> Settings:
    """The settings of one unit: as the list says, otherwise the installation's with this unit's id.

    Raises:
        BadUnits: the list cannot be used.
    """
    listed = (one for one in settings_of_units(settings) if one.unit == unit)
    return next(listed, None) or settings.model_copy(update={"unit": unit})


def is_known(settings: Settings, unit: str) -> bool:
    """Whether a unit is the configured one, one of the list, or one that has a folder in the inbox."""
    sound = re.fullmatch(r"[a-z0-9][a-z0-9-]{1,63}", unit)
    listed = {one.unit for one in settings_of_units(settings)}
    return unit == settings.unit or unit in listed or bool(sound and (settings.inbox_folder / unit).is_dir())


@functools.lru_cache(maxsize=4)
def _settings_by_list(settings: Settings, file: Path, _changed: int) -> tuple[Settings, ...]:
    return tuple(_with_entry(settings, entry) for entry in _entries(file))


def _with_entry(settings: Settings, entry: UnitEntry) -> Settings:
    said = {name: value for name, value in entry if value and name not in ("id", "name", "exports")}
    common = settings.exports_folder
    exports = entry.exports or (common if common.name == entry.id else common / entry.id)  # another process read it
    own = {"unit": entry.id, "unit_name": entry.name, "exports": exports}
    return settings.model_copy(update=said | own)


def _entries(file: Path) -> tuple[UnitEntry, ...]:
    try:
        entries = _Units.model_validate(plain_yaml(file.read_text(encoding="utf-8")) or {}).units
    except ValidationError as error:
        places = [f"  {place_of(one)}: {complaint(one, _OWN_WORDS)}" for one in error.errors()]
        raise BadUnits("\n".join([f"{file}: danh sách đơn vị chưa dùng được:", *places, _SEE])) from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadUnits(f"{file}: không đọc được danh sách đơn vị ({error}).") from error
    repeated = [name for name, count in Counter(entry.id for entry in entries).items() if count > 1]
    if repeated:
        raise BadUnits(f"{file}: đơn vị bị trùng: {', '.join(repeated)}. Mỗi đơn vị chỉ ghi một lần.")
    return entries


_OWN_WORDS = {
    "string_pattern_mismatch": "chỉ gồm chữ thường không dấu, số, gạch nối, ít nhất hai ký tự",
    "string_too_short": "phải là tên đầy đủ, ít nhất ba ký tự",
    "too_short": "phải có ít nhất một đơn vị",
}
_SEE = "Xem mẫu: config/units.example.yaml; sửa rồi chạy lại."
