"""Plays a file as a person watches it: at its own pace, paused, stepped, sought, again and again.

Frames leave with indices and times that always grow, over jumps too: so boxes find their frames, and a recording of
what is watched runs on. Where the file itself is, Playback.position says.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import replace

from camapp.live.reading.base import SeekableSource, Source
from camapp.live.reading.playback import Again, Playback, Position, Request, Seek
from detector.errors import UserFacingError
from detector.types import Frame

LATE_S = 0.25  # a file that is this far behind goes on from here instead of rushing after its time
USUAL_GAP_S = 1 / 30  # between two frames, where the file has not said yet
SMALLEST_STEP_S = 0.001


class Player:
    """Iterates over a source that is not live.

    Args:
        loop: at its end it begins again; a single picture does not.
        on_error: told what ended the source early; what can be read of it can still be sought.
        on_end: called each time that the end is reached. The iteration goes on after a further wish, and ends when
            playback is stopped.
    """

    def __init__(
        self,
        source: Source,
        playback: Playback,
        loop: bool,
        on_error: Callable[[UserFacingError], None],
        on_end: Callable[[], None],
    ) -> None:
        self._source = source
        self._playback = playback
        self._loop = loop
        self._on_error = on_error
        self._on_end = on_end
        self._last: Frame | None = None  # as the source gave it
        self._given: Frame | None = None  # as it left
        self._index_shift, self._shift_s = 0, 0.0  # from the one to the other
        self._gap_s = USUAL_GAP_S
        self._start_s = 0.0  # when the frame that leaves with time 0 was due
        self._sought = False  # the next frame was asked for: it is shown at once, though paused

    def __iter__(self) -> Iterator[Frame]:
        number: int | None = 0
        while number is not None:
            number = yield from self._play_from(number)

    def _play_from(self, number: int) -> Generator[Frame, None, int | None]:
        """Gives frames until a wish leads elsewhere; returns the number to go on from, None when it is stopped."""
        jumped = True
        try:
            for frame in self._frames_from(number):
                if jumped:
                    self._join(frame)
                if not self._sought:
                    wanted = yield from self._wait(frame)
                    if wanted is not None and wanted != frame.index:
                        return wanted
                if self._playback.stopped:
                    return None
                jumped = self._sought = False
                yield self._leave(frame)
        except UserFacingError as error:
            self._on_error(error)
        return (yield from self._rest())

    def _frames_from(self, number: int) -> Iterable[Frame]:
        if number > 0 and isinstance(self._source, SeekableSource):
            return self._source.frames_from(number)
        return self._source

    def _wait(self, frame: Frame) -> Generator[Frame, None, int | None]:
        """Until the frame is due; returns the number of the one that is wanted instead, if any."""
        while not self._playback.stopped:
            self._start_s += self._playback.wait_until(self._start_s + self._shift_s + frame.time_s)
            request = self._playback.take_request()
            if request is None:
                return None
            if isinstance(request, Again):
                yield from self._again()
            elif (number := self._number_of(request)) is not None:
                self._sought = True
                return number
        return None

    def _rest(self) -> Generator[Frame, None, int | None]:
        """At the end: begins again, or waits for a wish."""
        if self._playback.stopped:  # the source was closed in the midst: that is no end to begin again from
            return None
        if self._last is None:
            self._on_end()
            return None
        if self._loop and self._last.index > 0:
            return 0
        self._playback.position = replace(self._playback.position, at_end=True)
        self._on_end()
        while (request := self._playback.wait_request()) is not None:
            if isinstance(request, Again):
                yield from self._again()
                continue
            try:
                number = self._number_of(request)
            except UserFacingError as error:  # the file is gone
                self._on_error(error)
                continue
            if number is not None and number <= self._last.index:
                self._sought = True
                return number
        return None

    def _number_of(self, request: Request) -> int | None:
        """Of the frame that is wanted; None where this source cannot go there."""
        if isinstance(request, Seek):
            if isinstance(self._source, SeekableSource):
                return self._source.number_at(request.time_s)
            return 0 if request.time_s <= 0 else None
        if isinstance(request, Again) or self._last is None:
            return None
        number = max(self._last.index + request.count, 0)
        if isinstance(self._source, SeekableSource):
            count = self._source.frame_count
            return number if count is None else min(number, count - 1)
        return number if request.count == 1 else None

    def _again(self) -> Iterator[Frame]:
        """The last frame once more, as the one after it."""
        if self._given is not None:
            self._index_shift += 1
            time_s = self._given.time_s + SMALLEST_STEP_S
            self._given = replace(
                self._given, index=self._given.index + 1, time_s=time_s, captured_at_s=time.monotonic()
            )
            yield self._given

    def _join(self, frame: Frame) -> None:
        """This frame follows the one given last, whatever their numbers in the file are."""
        now_s = time.monotonic()
        if self._given is None:
            self._start_s = now_s - frame.time_s
            return
        self._index_shift = self._given.index + 1 - frame.index
        self._shift_s = self._given.time_s + self._gap_s - frame.time_s
        if self._sought:
            self._start_s = now_s - (self._shift_s + frame.time_s)
        position = self._playback.position
        self._playback.position = replace(position, jumps=position.jumps + 1)

    def _leave(self, frame: Frame) -> Frame:
        now_s, time_s = time.monotonic(), self._shift_s + frame.time_s
        if now_s - (self._start_s + time_s) > LATE_S:
            self._start_s = now_s - time_s
        if self._last is not None and frame.index == self._last.index + 1 and frame.time_s > self._last.time_s:
            self._gap_s = frame.time_s - self._last.time_s
        self._last = frame
        self._given = replace(frame, index=self._index_shift + frame.index, time_s=time_s, captured_at_s=now_s)
        self._playback.position = Position(frame.index, frame.time_s, False, self._playback.position.jumps)
        return self._given
