"""From the screen through the camera back to the screen: joins what was shown, seen and painted to a delay."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from threading import Lock
from typing import NamedTuple

import numpy as np

from camapp.live.delay.code import NUMBERS

OLDEST_S = 5.0  # a longer delay would be taken for a shorter one: the numbers begin anew
SHOWN_KEPT = NUMBERS  # of numbers: 17 s
FEWEST = 20  # pictures read, for a result
FOUND_ON_MOST = 0.5  # of the pictures: else what the detector took says nothing about the picture in view
LOST_FROM, LOST_BELOW = 1.75, 0.75  # of a camera's frame time: how far apart two pictures are if one between is lost,
# and how long a number stands at most so that two pictures of it must be one picture twice


class Passage(NamedTuple):
    """When a picture was where, on the time.monotonic() clock.

    Attributes:
        frame_index: Frame.index.
        captured_s: the camera's stamp.
        found_s: its own boxes were there; None where it was drawn without.
        drawn_s: boxes and picture were ready for the window.
        painted_s: the window had painted it.
    """

    frame_index: int
    captured_s: float
    found_s: float | None
    drawn_s: float
    painted_s: float


@dataclass(frozen=True)
class Spread:
    """Of a time: half of the pictures took less than the median, 95 of 100 less than p95."""

    median_ms: float
    p95_ms: float


@dataclass(frozen=True)
class Delay:
    """What was measured.

    Attributes:
        whole: from the screen to the picture of it in the window.
        to_capture, to_boxes, to_drawn, to_painted: the parts, one after the other: until the camera's stamp, until the
            picture's boxes were found, until the window's picture was ready, until it was painted. to_boxes is None
            where most pictures were drawn without boxes of their own; to_drawn begins at the stamp then.
        uncertain_ms: by how much the whole may be off: half the time that a number stands on the screen and half a
            camera's frame, during which it is exposed.
        frames, readable, painted: pictures that came, that could be read, and those of them that the window painted.
        dropped: pictures that the camera left out.
        doubled: pictures that it sent twice; None where its frames are too short to tell.
        frame_ms: between two pictures.
        number_ms: how long a number stood on the screen.
    """

    whole: Spread
    to_capture: Spread
    to_boxes: Spread | None
    to_drawn: Spread
    to_painted: Spread
    uncertain_ms: float
    frames: int
    readable: int
    painted: int
    dropped: int
    doubled: int | None
    frame_ms: float
    number_ms: float


class _Seen(NamedTuple):
    frame_index: int
    captured_s: float
    begins_s: float | None  # when the number in it came on the screen; None: it could not be read
    ends_s: float  # when it went

    @property
    def taken_s(self) -> float:
        """When it was on the screen: in the middle of its time, as far as the camera could see it."""
        return ((self.begins_s or 0.0) + min(self.ends_s, self.captured_s)) / 2


class DelayMeter:
    """Told by several threads what happened when; says the delay. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._shown_s: deque[float] = deque(maxlen=SHOWN_KEPT)  # ascending, with numbers at the same places
        self._numbers: deque[int] = deque(maxlen=SHOWN_KEPT)
        self._read: list[tuple[int, float, int | None]] = []
        self._passages: dict[int, Passage] = {}

    def begin_anew(self) -> None:
        """Forgets the pictures; what stands on the screen stays known."""
        with self._lock:
            self._read.clear()
            self._passages.clear()

    def showed(self, number: int, at_s: float) -> None:
        """The number was painted on the screen."""
        with self._lock:
            self._shown_s.append(at_s)
            self._numbers.append(number)

    def saw(self, index: int, captured_s: float, number: int | None) -> None:
        """The camera's picture of that index shows this number; None: none that can be read."""
        with self._lock:
            self._read.append((index, captured_s, number))

    def passed(self, passage: Passage) -> None:
        """A picture was painted; of several times the first counts."""
        with self._lock:
            self._passages.setdefault(passage.frame_index, passage)

    def delay(self) -> Delay | None:
        """None while too few pictures were read and painted."""
        with self._lock:
            seen = [self._placed(*one) for one in sorted(self._read)]
            passages = dict(self._passages)
            number_s = float(np.median(np.diff(self._shown_s))) if len(self._shown_s) > 1 else 0.0
        clear = [one for one in seen if one.begins_s is not None]
        both = [(one, passages[one.frame_index]) for one in clear if one.frame_index in passages]
        if len(both) < FEWEST:
            return None
        frame_s = _frame_time_s(seen)
        own = [passage for _, passage in both if passage.found_s is not None]
        boxed = len(own) >= FOUND_ON_MOST * len(both)
        dropped, doubled = _lost_and_doubled(seen, frame_s)
        drawn = [p.drawn_s - (p.found_s if boxed and p.found_s else p.captured_s) for p in (own if boxed else [
            passage for _, passage in both])]  # fmt: skip
        return Delay(
            whole=_spread([passage.painted_s - one.taken_s for one, passage in both]),
            to_capture=_spread([one.captured_s - one.taken_s for one, _ in both]),
            to_boxes=_spread([(p.found_s or 0.0) - p.captured_s for p in own]) if boxed else None,
            to_drawn=_spread(drawn),
            to_painted=_spread([passage.painted_s - passage.drawn_s for _, passage in both]),
            uncertain_ms=1000 * (number_s + frame_s) / 2,
            frames=len(seen),
            readable=len(clear),
            painted=len(both),
            dropped=dropped,
            doubled=doubled if number_s < LOST_BELOW * frame_s else None,
            frame_ms=1000 * frame_s,
            number_ms=1000 * number_s,
        )

    def _placed(self, index: int, captured_s: float, number: int | None) -> _Seen:
        """When the number was on the screen: the last time that it was, before the camera's stamp."""
        if number is None:
            return _Seen(index, captured_s, None, 0.0)
        last = bisect_right(self._shown_s, captured_s) - 1
        first = bisect_left(self._shown_s, captured_s - OLDEST_S)
        for place in range(last, first - 1, -1):
            if self._numbers[place] == number:
                ends_s = self._shown_s[place + 1] if place + 1 < len(self._shown_s) else captured_s
                return _Seen(index, captured_s, self._shown_s[place], ends_s)
        return _Seen(index, captured_s, None, 0.0)


def _frame_time_s(seen: Sequence[_Seen]) -> float:
    """The usual time between two pictures that follow each other."""
    steps = [b.captured_s - a.captured_s for a, b in pairwise(seen) if b.frame_index == a.frame_index + 1]
    return float(np.median(steps)) if steps else 0.0


def _lost_and_doubled(seen: Sequence[_Seen], frame_s: float) -> tuple[int, int]:
    """By what the pictures show and not by when they came: one may come late and yet be none too few."""
    dropped = doubled = 0
    for before, after in pairwise(seen):
        if before.begins_s is None or after.begins_s is None or after.frame_index != before.frame_index + 1:
            continue
        apart_s = after.taken_s - before.taken_s
        if apart_s >= LOST_FROM * frame_s > 0:
            dropped += round(apart_s / frame_s) - 1
        stood_s = after.ends_s - after.begins_s
        doubled += after.begins_s == before.begins_s and stood_s < LOST_BELOW * frame_s
    return dropped, doubled


def _spread(times_s: Sequence[float]) -> Spread:
    median, p95 = 1000 * np.percentile(times_s, [50, 95])
    return Spread(float(median), float(p95))
