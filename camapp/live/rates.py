"""Rates and times over the last moments, for the status bar and for decisions."""

from __future__ import annotations

import time
from collections import deque
from statistics import median
from threading import Lock

WINDOW_S = 2.0


class RateMeter:
    """Events per second over the last two seconds. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._times: deque[float] = deque()

    def tick(self) -> None:
        """It happened now."""
        now_s = time.monotonic()
        with self._lock:
            self._times.append(now_s)
            self._forget(now_s)

    def per_second(self) -> float:
        """0 where there were fewer than two."""
        with self._lock:
            self._forget(time.monotonic())
            if len(self._times) < 2:
                return 0.0
            return (len(self._times) - 1) / max(self._times[-1] - self._times[0], 1e-6)

    def _forget(self, now_s: float) -> None:
        while self._times and now_s - self._times[0] > WINDOW_S:
            self._times.popleft()


class RecentMedian:
    """The median of the last values: one hiccup does not move it. Thread-safe."""

    def __init__(self, count: int = 31) -> None:
        self._values: deque[float] = deque(maxlen=count)
        self._lock = Lock()

    def add(self, value: float) -> None:
        """Notes a value and forgets the oldest."""
        with self._lock:
            self._values.append(value)

    def value(self) -> float | None:
        """None before the first."""
        with self._lock:
            return median(self._values) if self._values else None
