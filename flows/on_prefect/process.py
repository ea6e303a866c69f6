"""Prefect's server in a process of its own: `python -m flows.on_prefect.process PORT [--services] [--host ADDRESS]`.

`--door NUMBER` in place of PORT: the descriptor of a socket that whoever starts it has bound.

Prefect 3.8.8 writes scheduled runs with a bulk insert whose rows carry `state`, a hybrid property. SQLAlchemy 2.0
passed over such keys; 2.1 asks the property how to write them and raises, so that no scheduled run is ever created
("Can't evaluate bulk DML statement", seen on 23 November 2026). We tell SQLAlchemy to pass over them again; Prefect
writes the states itself right afterwards. `prefect server start` starts a process that we do not reach, hence our own.
"""

from __future__ import annotations

import argparse
import os
import socket
from typing import Any

_KEPT = {
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(90 * 86_400),
}
"""Prefect keeps all flow runs for ever unless it is told; what counts for us stands in the run ledger. In seconds."""


def main() -> None:
    """Serve until stopped."""
    os.environ |= {name: value for name, value in _KEPT.items() if name not in os.environ}
    import uvicorn
    from prefect.server.api.server import create_app

    let_bulk_inserts_pass_over_states()
    words = _words()
    app = create_app(final=True, webserver_only=not words.services)
    config = uvicorn.Config(app, host=words.host, port=words.port, log_level="error", timeout_keep_alive=5)
    uvicorn.Server(config).run([socket.socket(fileno=words.door)] if words.door is not None else None)


def _words() -> argparse.Namespace:
    asked = argparse.ArgumentParser()
    asked.add_argument("port", type=int, nargs="?", default=0)
    asked.add_argument("--door", type=int)
    asked.add_argument("--host", default="127.0.0.1")
    asked.add_argument("--services", action="store_true")
    return asked.parse_args()


def let_bulk_inserts_pass_over_states() -> None:
    """The repair; harmless where it is not needed."""
    from prefect.server.database import orm_models

    models: tuple[Any, ...] = (orm_models.FlowRun, orm_models.TaskRun)
    for model in models:
        hybrid = model.__mapper__.all_orm_descriptors["state"]
        if getattr(hybrid, "bulk_dml_setter", None) is None:
            hybrid.bulk_dml_setter = _pass_over


def _pass_over(_model: type, _row: dict[str, Any], _value: object) -> None:
    """Write nothing for this key."""


if __name__ == "__main__":
    main()
