"""Boxes between detections: which frames the detector took, what of it is written and what is drawn on each.

Written are the boxes as they were found; on a frame without any the last ones, for at most half a second. Drawn are,
where that is wished, steady boxes moved to the frame's own time.
"""

from __future__ import annotations

import time
from bisect import bisect_right, insort
from threading import Condition

from camapp.live.choices import Choices
from camapp.live.drawn import KEEP_S, Drawn, OnFrame
from detector.types import Detections, Frame

BEGINNINGS = 32  # of new scenes that are remembered
HISTORY = 512  # results kept: more than a recorder's queue is long, so that a late frame finds its own


class LastBoxes:
    """The newest results by frame index, and what is known about frames without one. Thread-safe.

    A frame is decided once it has its result or will never get one: the detector took a newer frame instead. Those
    who need a frame's own boxes wait for that and no longer.
    """

    def __init__(self) -> None:
        self._changed = Condition()
        self._indices: list[int] = []  # ascending, with results at the same places
        self._results: dict[int, tuple[Detections, float, Drawn | None]] = {}
        self._found_s: dict[int, float] = {}  # when each result came
        self._decided = -1  # all frames up to here are, except a pending one
        self._pending: int | None = None
        self._beginnings: list[int] = []  # ascending: boxes from before one are not carried behind it

    def begin_anew(self, index: int) -> None:
        """From this frame on the picture shows something else: a jump in a file, another crop."""
        with self._changed:
            self._beginnings = [*self._beginnings[-BEGINNINGS:], index]

    def are_apart(self, index: int, later: int) -> bool:
        """Whether something else began between these two frames, or with the later one."""
        with self._changed:
            return bisect_right(self._beginnings, index) != bisect_right(self._beginnings, later)

    def mark_taken(self, index: int) -> None:
        """The detector works on this frame; those before it that it did not take are skipped."""
        with self._changed:
            self._pending = index
            self._decided = max(self._decided, index)
            self._changed.notify_all()

    def mark_skipped(self, index: int) -> None:
        """The detector will not take this frame, or failed on it."""
        with self._changed:
            if self._pending == index:
                self._pending = None
            self._decided = max(self._decided, index)
            self._changed.notify_all()

    def add(self, detections: Detections, captured_at_s: float, drawn: Drawn | None = None) -> None:
        """The result for the frame `detections.frame_index`, captured at that time; replaces an earlier one of it.

        Args:
            drawn: the same, steadied; None: drawn are the boxes as they were found.
        """
        index = detections.frame_index
        with self._changed:
            if index not in self._results:
                insort(self._indices, index)
            self._results[index] = (detections, captured_at_s, drawn)
            self._found_s[index] = time.monotonic()
            if len(self._indices) > HISTORY:
                oldest = self._indices.pop(0)
                del self._results[oldest], self._found_s[oldest]
            if self._pending == index:
                self._pending = None
            self._decided = max(self._decided, index)
            self._changed.notify_all()

    def is_pending(self, index: int) -> bool:
        """The detector works on it now."""
        with self._changed:
            return self._pending == index

    def wait(self, index: int, timeout: float) -> bool:
        """Waits until the frame is decided; False if it is still open after `timeout` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: self._decided >= index and self._pending != index, timeout)

    def has(self, index: int) -> bool:
        """Whether there is a result for this very frame."""
        with self._changed:
            return index in self._results

    def found_at_s(self, index: int) -> float | None:
        """When the result for this very frame came, on the time.monotonic() clock; None: there is none."""
        with self._changed:
            return self._found_s.get(index)

    def for_frame(self, frame: Frame) -> Detections:
        """Its own boxes; else the newest earlier ones if at most KEEP_S older, marked as predicted; else none."""
        return self._result(frame)[0]

    def drawn_for(self, frame: Frame, choices: Choices) -> OnFrame:
        """What is drawn on it of what is wanted: steady where that was asked for, else as for_frame has it."""
        detections, drawn = self._result(frame)
        if choices.steady and drawn is not None:
            return drawn.at(frame, choices)
        wanted = choices.apply(detections)
        return OnFrame(wanted, wanted.predicted)

    def _result(self, frame: Frame) -> tuple[Detections, Drawn | None]:
        with self._changed:
            place = bisect_right(self._indices, frame.index)
            if not place:
                return Detections.empty(frame.index), None
            index = self._indices[place - 1]
            detections, captured_at_s, drawn = self._results[index]
        if index == frame.index:
            return detections, drawn
        if self.are_apart(index, frame.index) or frame.captured_at_s - captured_at_s > KEEP_S:
            return Detections.empty(frame.index, detections.class_names), None
        return detections.carried_to(frame.index), drawn

    def clear(self) -> None:
        """Forgets all results: another model or another source has other classes."""
        with self._changed:
            self._indices.clear()
            self._results.clear()
            self._found_s.clear()
