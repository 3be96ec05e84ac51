"""A program of its own, run by block_meter.py: writes a question for the window every 2 ms and does nothing else.

Outside of the window's process it waits for nothing that the window or its threads hold. How late it comes to ask is
how long the machine leaves even an idle program without a core. Standard library alone, so that it starts at once.

A line: when it asked, in ns of perf_counter (one clock for all processes), by how much too late, and how long the
window's thread had waited for a core until then, since it began; -1 where the system does not say.
"""

from __future__ import annotations

import os
import sys
import time

PERIOD_NS = 2_000_000


def waited_ns(schedstat: int | None) -> int:
    """How long a thread was ready to run but had no core: the second number of its /proc/.../schedstat."""
    return -1 if schedstat is None else int(os.pread(schedstat, 100, 0).split()[1])


def open_schedstat(process: int, thread: int) -> int | None:
    """Linux alone has it: a file descriptor, else None."""
    try:
        return os.open(f"/proc/{process}/task/{thread}/schedstat", os.O_RDONLY)
    except OSError:
        return None


def ask(process: int, thread: int) -> None:
    """Until nobody reads any more."""
    schedstat = open_schedstat(process, thread)
    due_ns = time.perf_counter_ns()
    try:
        while True:
            due_ns += PERIOD_NS
            time.sleep(max(due_ns - time.perf_counter_ns(), 0) / 1e9)
            waited = waited_ns(schedstat)
            now_ns = time.perf_counter_ns()
            os.write(1, b"%d %d %d\n" % (now_ns, now_ns - due_ns, waited))
            due_ns = max(due_ns, now_ns - PERIOD_NS)  # what was missed is not made up for
    except (OSError, KeyboardInterrupt):
        return


if __name__ == "__main__":
    ask(int(sys.argv[1]), int(sys.argv[2]))
