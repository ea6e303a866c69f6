"""`parindex`, the command line: every command calls one use case of `flows/`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line. `--en` anywhere chooses English help."""
    from flows.cli.app import app
    from flows.cli.door import reported

    sys.argv = [word for word in sys.argv if word != "--en"]
    with reported():
        app(prog_name="parindex")
