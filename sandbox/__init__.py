"""How a stranger's file is opened: in a child process with limits of memory, time and file size."""

from sandbox.slots import Slots
from sandbox.workers import Failure, Limits, expect, forget_main, run_each, run_one

__all__ = ["Failure", "Limits", "Slots", "expect", "forget_main", "run_each", "run_one"]
