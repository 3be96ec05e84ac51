"""What this program may use of the machine."""

from __future__ import annotations

import os


def usable_cores() -> int:
    """The cores that this process may run on; a container or `taskset` can leave it fewer than there are."""
    if hasattr(os, "sched_getaffinity"):  # Linux
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
