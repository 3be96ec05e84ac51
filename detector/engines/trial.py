"""A race of engines on the frames of the day: which is the fastest beside all else that this machine does just now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Generic, TypeVar

import numpy as np

BLOCK = 5  # frames in a row by one engine; the first is not timed, it finds the caches full of another's
ROUNDS = 5  # blocks of each
HOPELESS = 1.7  # times the median of the first: such an engine is not asked again
MARGIN = 0.1  # a change has to be worth it: this much faster than the first
T = TypeVar("T")


class Trial(Generic[T]):
    """Says whose turn it is, and takes times.

    Args:
        entrants: the first serves now, and stays unless another is clearly faster.
        margins: by how much, as a share of the first's time; MARGIN for those that are not named.
    """

    def __init__(self, entrants: Sequence[T], margins: Mapping[T, float] | None = None) -> None:
        self._margins = margins or {}
        self._times_s: dict[T, list[float]] = {one: [] for one in entrants}
        self._racing = list(self._times_s)
        self._first = entrants[0]
        self._round, self._place, self._turn = 0, 0, 0

    @property
    def over(self) -> bool:
        """Whether all have had their turns, or none is left to race the first."""
        return self._round == ROUNDS or len(self._racing) < 2

    def next(self) -> T:
        """Who takes the next frame; the first once it is over."""
        return self._first if self.over else self._racing[self._place]

    def add(self, seconds: float) -> None:
        """What the one who was next took for its frame."""
        if self.over:
            return
        one = self._racing[self._place]
        if self._turn > 0:
            self._times_s[one].append(seconds)
        self._turn += 1
        if self._turn == BLOCK:
            self._turn = 0
            if self._is_hopeless(one):
                self._racing.remove(one)
            else:
                self._place += 1
            self._next_round()

    def drop(self, one: T) -> None:
        """It failed."""
        self._times_s.pop(one, None)
        if one in self._racing:
            place = self._racing.index(one)
            self._racing.remove(one)
            if place <= self._place:
                self._turn = 0
                self._place -= place < self._place
            self._next_round()

    def medians_ms(self) -> dict[T, float]:
        """Of those that have times."""
        return {one: 1000 * float(np.median(times)) for one, times in self._times_s.items() if times}

    def best(self) -> T:
        """The fastest of those that beat the first by their margin; else the first."""
        medians = self.medians_ms()
        limit_ms = medians.get(self._first, np.inf)
        faster = [one for one, ms in medians.items() if ms < (1 - self._margins.get(one, MARGIN)) * limit_ms]
        return min(faster, key=lambda one: medians[one], default=self._first)

    def _is_hopeless(self, one: T) -> bool:
        medians = self.medians_ms()
        return one != self._first and medians[one] > HOPELESS * medians.get(self._first, np.inf)

    def _next_round(self) -> None:
        if self._place >= len(self._racing):
            self._place = 0
            self._round += 1
