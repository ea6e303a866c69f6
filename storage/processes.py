"""Whether a process of this machine still lives; a number alone does not tell, because numbers are reused."""

from pathlib import Path


def start_of(pid: int) -> str:
    """When a process began, in clock ticks since boot; empty for one that is gone or a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] == "Z" else fields[19]
