"""How far a run is, by steps or by the clock, and the learning rate that follows from it."""

from __future__ import annotations

import math
import re
import time

import numpy as np

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


# Sizes of the views, as shares of the last one, from which part of the run on: small views first, since they are cheap
# while much is to be learned; then around the last size, so that objects of all sizes are seen at each of them.
SIZE_SHARES = ((0.0, (0.6, 0.8)), (0.5, (0.8, 1.0, 1.2)))


def view_size(progress: float, last: int, plain_from: float, varied: bool, rng: np.random.Generator) -> int:
    """Side of the next batch's views, a multiple of 32; from `plain_from` on always `last`, itself a multiple.

    Without `varied` one size in each part: 0.8 of the last one until half of the run, then the last.
    """
    if progress >= plain_from:
        return last
    shares = next(shares for since, shares in reversed(SIZE_SHARES) if progress >= since)
    share = float(rng.choice(shares)) if varied else 0.8 if progress < 0.5 else 1.0
    return max(64, round(share * last) // 32 * 32)


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
