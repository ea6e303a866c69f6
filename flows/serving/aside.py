"""Chores that take long, in a process of their own: `python -m flows.serving.aside UNIT CHORE SLOT`, with PAR_... set.

The worker begins them and goes on; nights and ad-hoc runs wait for nobody's scrub. The ledger holds the lease of the
process that does it, and it ends with the worker that began it.
"""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime

from config.settings import Settings, load_settings
from config.units_here import settings_of
from flows.on_prefect.server import end_with_parent
from flows.serving.environment import environment_of
from flows.watching.chores import do_chore
from storage.ledger.chores import Chore


class Aside:
    """What this worker has begun beside its loop, at most one process for each chore."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._begun: dict[tuple[str, str], subprocess.Popen[bytes]] = {}

    def begin(self, chore: Chore) -> bool:
        """Begin a chore unless one of its name is under way for the unit; whether it was begun."""
        before = self._begun.get((chore.unit, chore.name))
        if before is not None and before.poll() is None:
            return False
        self._begun[chore.unit, chore.name] = subprocess.Popen(
            [sys.executable, "-m", "flows.serving.aside", chore.unit, chore.name, chore.slot.isoformat()],
            env=environment_of(self._settings),
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr.fileno(),
            preexec_fn=end_with_parent,  # noqa: PLW1509 - one prctl call
        )
        return True

    def wait(self) -> None:
        """Until all that was begun has ended."""
        for process in self._begun.values():
            process.wait()


def main() -> None:
    """Do the chore; what it tells stands in the ledger."""
    unit, name, slot = sys.argv[1:4]
    chore = Chore(unit, name, datetime.fromisoformat(slot))
    do_chore(settings_of(load_settings(), unit), chore, now=datetime.now(UTC))


if __name__ == "__main__":
    main()
