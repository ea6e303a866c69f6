"""Settings handed to other processes through their environment."""

from __future__ import annotations

import os

from pydantic import SecretStr

from config.settings import PREFIX, Settings


def export_settings(settings: Settings) -> None:
    """Hand the settings to other processes, which read them from the environment wherever they run."""
    os.environ |= environment_of(settings)
    for name in Settings.model_fields:
        os.environ.pop(f"{PREFIX}{name.upper()}_FILE", None)


def environment_of(settings: Settings) -> dict[str, str]:
    """This process's environment with all settings in it, for a process that is started with them."""
    own = {PREFIX + name.upper(): _word(getattr(settings, name)) for name in Settings.model_fields}
    files = {f"{name}_FILE" for name in own}
    return {name: value for name, value in os.environ.items() if name not in files} | own


def _word(value: object) -> str:
    plain = value.get_secret_value() if isinstance(value, SecretStr) else value
    return "" if plain is None else str(plain)
