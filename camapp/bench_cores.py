"""How much of the cores that a measurement may use other programs took meanwhile: its figures are worse by that."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

STAT = Path("/proc/stat")
IDLE = (3, 4)  # idle, iowait: fields of a core's line in proc(5); 8 and 9, guests, are counted in others
COUNTED = 8


@dataclass(frozen=True)
class Cores:
    """One moment.

    Attributes:
        at_s: on the time.monotonic() clock.
        busy_s: since the system's start, of all cores that this process may use; None where the system does not say.
        own_s: of that, by this process.
        count: of these cores.
    """

    at_s: float
    busy_s: float | None
    own_s: float
    count: int

    @classmethod
    def now(cls) -> Cores:
        """Of the cores that the calling thread may use now."""
        busy_s, count = None, 1
        if hasattr(os, "sched_getaffinity") and STAT.exists():
            names = {f"cpu{core}" for core in os.sched_getaffinity(0)}
            lines = [line.split() for line in STAT.read_text("ascii").splitlines()]
            values = [[int(field) for field in line[1:]] for line in lines if line[0] in names]
            busy = sum(value for core in values for i, value in enumerate(core[:COUNTED]) if i not in IDLE)
            busy_s, count = busy / os.sysconf("SC_CLK_TCK"), len(names)
        return cls(time.monotonic(), busy_s, time.process_time(), count)

    def taken_by_others(self, later: Cores) -> float | None:
        """Share of the cores' time from this moment to a later one, 0..1; None where the system does not say.

        The cores must be the same in both.
        """
        if self.busy_s is None or later.busy_s is None or later.at_s <= self.at_s:
            return None
        others_s = (later.busy_s - self.busy_s) - (later.own_s - self.own_s)
        return min(max(others_s / ((later.at_s - self.at_s) * self.count), 0.0), 1.0)
