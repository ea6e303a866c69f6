"""What docker compose accepts of the compose file, written by hand after the compose specification.

Strict: a key or a shape that it does not name is a fault, also where the specification would let it pass.
"""

from __future__ import annotations

from typing import Any

_TEXT: dict[str, Any] = {"type": "string", "minLength": 1}
_TEXTS: dict[str, Any] = {"type": "array", "items": _TEXT, "minItems": 1, "uniqueItems": True}
_SECONDS: dict[str, Any] = {"type": "string", "pattern": r"^(\d+h)?(\d+m)?(\d+s)?$", "minLength": 2}
_BYTES: dict[str, Any] = {"type": "string", "pattern": r"^\d+[bkmg]$"}


def _object(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def _named(value: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "patternProperties": {r"^[A-Za-z0-9._-]+$": value}, "additionalProperties": False}


_HEALTH = {
    "oneOf": [
        _object({"disable": {"const": True}}, "disable"),
        _object(
            {
                "test": {
                    "type": "array",
                    "items": _TEXT,
                    "minItems": 2,
                    "prefixItems": [{"enum": ["CMD", "CMD-SHELL"]}],
                },
                **dict.fromkeys(("interval", "timeout", "start_period"), _SECONDS),
                "retries": {"type": "integer", "minimum": 1},
            },
            "test",
        ),
    ]
}
_CONDITIONS = ["service_started", "service_healthy", "service_completed_successfully"]
_NETWORK_OF_SERVICE = {"oneOf": [_object({"ipv4_address": {"format": "ipv4"}}), {"type": "null"}]}
_SERVICE = _object(
    {
        "image": _TEXT,
        "build": _object({"context": _TEXT, "dockerfile": _TEXT}, "context"),
        "command": _TEXTS | {"uniqueItems": False},
        "entrypoint": _TEXTS,
        "restart": {"enum": ["no", "always", "on-failure", "unless-stopped"]},
        "user": {"type": "string", "pattern": r"^\d+:\d+$"},
        "read_only": {"type": "boolean"},
        "init": {"type": "boolean"},
        "tmpfs": _TEXTS,
        "cap_drop": _TEXTS,
        "cap_add": _TEXTS,
        "security_opt": _TEXTS,
        "stop_grace_period": _SECONDS,
        "networks": {"oneOf": [_TEXTS, _named(_NETWORK_OF_SERVICE)]},
        "ports": {"type": "array", "items": {"type": "string", "pattern": r"^\d+:\d+$"}, "uniqueItems": True},
        "environment": _named({"type": "string"}),
        "secrets": _TEXTS,
        "volumes": {"type": "array", "items": {"type": "string", "pattern": r"^(\./)?[\w-]+:/[\w/.-]+(:ro)?$"}},
        "depends_on": _named(_object({"condition": {"enum": _CONDITIONS}}, "condition")),
        "healthcheck": _HEALTH,
        "mem_limit": _BYTES,
        "shm_size": _BYTES,
        "cpus": {"type": "number", "exclusiveMinimum": 0},
        "pids_limit": {"type": "integer", "minimum": 1},
        "logging": _object({"driver": _TEXT, "options": _named({"type": "string"})}, "driver"),
    },
    "image",
)
_NETWORK = _object(
    {
        "internal": {"type": "boolean"},
        "ipam": _object({"config": {"type": "array", "items": _object({"subnet": _TEXT}, "subnet")}}, "config"),
    }
)
COMPOSE = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "name": {"type": "string", "pattern": r"^[a-z0-9][a-z0-9_-]*$"},
        "services": _named(_SERVICE),
        "networks": _named(_NETWORK),
        "volumes": _named(_object({})),
        "secrets": _named(_object({"file": _TEXT}, "file")),
    },
    "patternProperties": {"^x-": {}},
    "required": ["services"],
    "additionalProperties": False,
}
