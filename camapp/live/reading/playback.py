"""Play, pause, seek and step: what a person asks of a file, and the thread that plays it obeys."""

from __future__ import annotations

import time
from dataclasses import dataclass
from threading import Condition


@dataclass(frozen=True)
class Seek:
    """To the frame shown at this time of the file."""

    time_s: float


@dataclass(frozen=True)
class Step:
    """So many frames on, or back."""

    count: int


@dataclass(frozen=True)
class Again:
    """The same frame once more: how it is to be shown has changed."""


Request = Seek | Step | Again


@dataclass(frozen=True)
class Position:
    """Where a file is.

    Attributes:
        number: of the frame last given, from 0.
        time_s: of that frame.
        at_end: it was the last, and the file does not begin again by itself.
        jumps: how often it did not go on with the next frame: after a seek, a step back, the end of a loop.
    """

    number: int = 0
    time_s: float = 0.0
    at_end: bool = False
    jumps: int = 0


class Playback:
    """Play, pause and stop, for a thread that waits for the time of its next picture; any thread may ask.

    Attributes:
        position: kept by the playing thread, replaced as a whole.
    """

    def __init__(self) -> None:
        self.position = Position()
        self._changed = Condition()
        self._paused = False
        self._stopped = False
        self._request: Request | None = None

    @property
    def paused(self) -> bool:
        return self._paused

    @property
    def stopped(self) -> bool:
        return self._stopped

    def pause(self) -> None:
        self._set(paused=True)

    def resume(self) -> None:
        """Goes on; a file at its end begins again."""
        if self.position.at_end:
            self.ask(Seek(0.0))
        self._set(paused=False)

    def stop(self) -> None:
        self._set(stopped=True)

    def ask(self, request: Request) -> None:
        """The newest wish counts, but steps add up, and nothing is shown again that will change anyhow."""
        with self._changed:
            if isinstance(request, Step) and isinstance(self._request, Step):
                request = Step(self._request.count + request.count)
            if not (isinstance(request, Again) and self._request is not None):
                self._request = request
            self._changed.notify_all()

    def take_request(self) -> Request | None:
        """The wish that waits, if any; it is the caller's now."""
        with self._changed:
            request, self._request = self._request, None
            return request

    def wait_until(self, due_s: float) -> float:
        """Waits for that moment on time.monotonic(), and as long as it is paused, until stopped or asked for something.

        Returns:
            how long it was paused, in seconds.
        """
        paused_s = 0.0
        with self._changed:
            while not (self._stopped or self._request):
                now_s = time.monotonic()
                if self._paused:
                    self._changed.wait_for(lambda: self._stopped or self._request or not self._paused)
                    paused_s += time.monotonic() - now_s
                elif now_s < due_s + paused_s:
                    self._changed.wait(due_s + paused_s - now_s)
                else:
                    break
        return paused_s

    def wait_request(self) -> Request | None:
        """Waits for a wish and takes it; None once it is stopped."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or self._request)
            request, self._request = self._request, None
            return None if self._stopped else request

    def _set(self, paused: bool | None = None, stopped: bool = False) -> None:
        with self._changed:
            self._paused = self._paused if paused is None else paused
            self._stopped = self._stopped or stopped
            self._changed.notify_all()
