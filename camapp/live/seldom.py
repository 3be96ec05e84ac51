"""For what can happen at every picture: to speak of it thirty times a second helps nobody."""

from __future__ import annotations

import time
from collections.abc import Callable

PAUSE_S = 60.0


class Seldom:
    """Says when to speak of something: the first time, and again when a minute has passed since.

    Attributes:
        untold: how often it happened since it was last spoken of.

    Args:
        clock: in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.untold = 0
        self._clock = clock
        self._told_at_s: float | None = None

    def is_due(self) -> bool:
        """It happened: whether to speak of it now."""
        now_s = self._clock()
        if self._told_at_s is not None and now_s - self._told_at_s < PAUSE_S:
            self.untold += 1
            return False
        self._told_at_s = now_s
        return True

    def told(self) -> int:
        """How often it happened untold, which is said now."""
        untold, self.untold = self.untold, 0
        return untold
