"""The capture thread: takes frames from a source, at a file's own pace, and passes them on."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from threading import Condition
from typing import TYPE_CHECKING

from camapp.errors import CamappError
from detector.errors import UserFacingError
from detector.types import Frame

if TYPE_CHECKING:
    from camapp.live.source_base import Source

log = logging.getLogger(__name__)
LATE_S = 0.25  # a file that is this far behind goes on from here instead of rushing after its time
USUAL_GAP_S = 1 / 30  # between the end of a clip with one time stamp and its new start


class Playback:
    """Play, pause and stop, for a thread that waits for the time of its next picture."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._paused = False
        self._stopped = False

    @property
    def paused(self) -> bool:
        return self._paused

    @property
    def stopped(self) -> bool:
        return self._stopped

    def pause(self) -> None:
        self._set(paused=True)

    def resume(self) -> None:
        self._set(paused=False)

    def stop(self) -> None:
        self._set(stopped=True)

    def wait_until(self, due_s: float) -> float:
        """Waits for that moment on time.monotonic(), and as long as it is paused or until it is stopped.

        Returns:
            how long it was paused, in seconds.
        """
        paused_s = 0.0
        with self._changed:
            while not self._stopped:
                now_s = time.monotonic()
                if self._paused:
                    self._changed.wait_for(lambda: self._stopped or not self._paused)
                    paused_s += time.monotonic() - now_s
                elif now_s < due_s + paused_s:
                    self._changed.wait(due_s + paused_s - now_s)
                else:
                    break
        return paused_s

    def _set(self, paused: bool | None = None, stopped: bool = False) -> None:
        with self._changed:
            self._paused = self._paused if paused is None else paused
            self._stopped = self._stopped or stopped
            self._changed.notify_all()


def looped(source: Iterable[Frame]) -> Iterator[Frame]:
    """The source again and again, with indices and times that go on; a single picture comes once."""
    first_index, first_s = 0, 0.0
    while True:
        count, gap_s, last = 0, USUAL_GAP_S, None
        for frame in source:
            count += 1
            if last is not None and frame.time_s > last.time_s:
                gap_s = frame.time_s - last.time_s
            last = frame
            yield replace(frame, index=first_index + frame.index, time_s=first_s + frame.time_s)
        if last is None or count < 2:
            return
        first_index += last.index + 1
        first_s += last.time_s + gap_s


def paced(frames: Iterable[Frame], playback: Playback) -> Iterator[Frame]:
    """Each frame when its time has come, stamped as captured then."""
    start_s: float | None = None  # when the frame with time 0 was due
    for frame in frames:
        if start_s is None:
            start_s = time.monotonic() - frame.time_s
        start_s += playback.wait_until(start_s + frame.time_s)
        if playback.stopped:
            return
        now_s = time.monotonic()
        if now_s - (start_s + frame.time_s) > LATE_S:
            start_s = now_s - frame.time_s
        yield replace(frame, captured_at_s=now_s)


def capture_loop(
    source: Source,
    playback: Playback,
    loop: bool,
    take: Callable[[Frame], None],
    on_error: Callable[[UserFacingError], None],
    on_end: Callable[[], None],
) -> None:
    """Passes every frame to `take` until the source ends or playback is stopped; then calls on_end.

    A lost camera is the source's own matter: it reopens with back-off and says so; only what cannot be mended ends
    up in on_error.
    """
    try:
        frames: Iterable[Frame] = source
        if not source.live:
            frames = paced(looped(source) if loop else source, playback)
        for frame in frames:
            if playback.stopped:
                return
            take(frame)
    except UserFacingError as error:
        on_error(error)
    except Exception:
        log.exception("capture")
        on_error(CamappError("read_failed", name=source.name))
    finally:
        on_end()
