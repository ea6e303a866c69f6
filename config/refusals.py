"""What a person is told instead of a traceback: the base of every room's errors, with the command line's exit code.

Messages are Vietnamese: what, where, what was seen, the way out. The scoring engine travels alone and has its own.
"""

from __future__ import annotations


class Refusal(Exception):
    """Something cannot be done, and a person has to know why."""

    exit_code: int = 2


class WrongUse(Refusal):
    """Asked for in a way that cannot be answered, or the input cannot be read."""

    exit_code = 2


class Lacking(Refusal):
    """Something that is needed is missing on this machine, or does not answer."""

    exit_code = 3
