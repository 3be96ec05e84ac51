"""How far a run is, by steps or by the clock, and the learning rate that follows from it."""

from __future__ import annotations

import math
import re
import time

from detector.errors import UsageError


def parse_budget(text: str) -> float:
    """ "90s", "30m", "1.5h" or minutes as a bare number -> seconds.

    Raises:
        UsageError: none of these.
    """
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smh]?)", text.strip())
    if match is None or float(match[1]) <= 0:
        raise UsageError("budget_invalid", text=text)
    return float(match[1]) * {"s": 1, "m": 60, "h": 3600, "": 60}[match[2]]


def cosine_factor(progress: float, warmup: float = 0.03, floor: float = 0.02) -> float:
    """Share of the full learning rate: a linear warm-up, then half a cosine down to `floor`; progress in 0..1."""
    if progress < warmup:
        return (progress + 1e-3) / (warmup + 1e-3)
    rest = (progress - warmup) / (1 - warmup)
    return floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * min(rest, 1.0)))


class Budget:
    """A run's length in steps, or in seconds of work over all its pieces."""

    def __init__(self, steps: int | None, seconds: float | None) -> None:
        if (steps is None) == (seconds is None):
            raise ValueError("give steps or seconds, one of them")
        self._steps, self._seconds = steps, seconds
        self._earlier_s, self._started_s = 0.0, time.monotonic()

    @property
    def elapsed_s(self) -> float:
        """Seconds worked, earlier pieces included."""
        return self._earlier_s + time.monotonic() - self._started_s

    def resume(self, elapsed_s: float) -> None:
        """Goes on from an earlier piece."""
        self._earlier_s, self._started_s = elapsed_s, time.monotonic()

    def progress(self, step: int) -> float:
        """0 at the start, 1 or more at the end."""
        return step / self._steps if self._steps is not None else self.elapsed_s / (self._seconds or 1.0)
