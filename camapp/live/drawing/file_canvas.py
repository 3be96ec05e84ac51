"""Pictures of a file's run for a window, which the run never waits for."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path
from threading import Condition, Event, Thread

from camapp.live.choices import Choices
from camapp.live.drawing.compose import compose
from camapp.live.drawing.shown import Shown
from camapp.live.drawing.visible import Visible
from camapp.live.slot import LatestSlot
from detector.types import Detections, Frame

log = logging.getLogger(__name__)
LAST_PICTURE_S = 10.0  # what the end of a run waits at most for its last picture, on a machine with much to do
PICTURE_S = 0.05  # between two pictures: more would only take time from the work that is shown


class FileCanvas:
    """A sink that draws the newest of what a file's run writes, on a thread of its own, and never holds it up.

    It goes on drawing its last picture, for a window that is zoomed or resized, until stop().
    """

    path = Path()  # writes nothing
    draws = True  # see Sink

    def __init__(self, publish: Callable[[Shown], None], choices: Choices, class_names_zh: tuple[str, ...]) -> None:
        self._publish = publish
        self._choices = choices
        self._class_names_zh = class_names_zh
        self._slot: LatestSlot[tuple[Frame, Detections]] = LatestSlot()
        self._stopped = Event()
        self._progress = Condition()  # over the two below
        self._written: Frame | None = None
        self._drawn: Frame | None = None
        self._view_size_wh: tuple[int, int] | None = None
        self._visible = Visible()
        self._thread = Thread(target=self._draw, name="camapp-draw", daemon=True)
        self._thread.start()

    @property
    def view_size_wh(self) -> tuple[int, int] | None:
        """Of the pictures, in device pixels; None: the frame's own size."""
        return self._view_size_wh

    @view_size_wh.setter
    def view_size_wh(self, size_wh: tuple[int, int] | None) -> None:
        self._view_size_wh = size_wh
        self._slot.wake()

    @property
    def visible(self) -> Visible:
        """The part of the frame that is in sight."""
        return self._visible

    @visible.setter
    def visible(self, visible: Visible) -> None:
        self._visible = visible
        self._slot.wake()

    def write(self, frame: Frame, detections: Detections) -> None:
        """Never waits: a picture for which there is no time is not shown."""
        with self._progress:
            self._written = frame
        self._slot.put((frame, detections))

    def close(self) -> None:
        """The run is over: its last picture is published by now, and stays in view."""
        with self._progress:
            self._progress.wait_for(lambda: self._drawn is self._written, LAST_PICTURE_S)

    def stop(self) -> None:
        """Ends the thread."""
        self._stopped.set()
        self._slot.close()
        self._thread.join()

    def _draw(self) -> None:
        newest: tuple[Frame, Detections] | None = None
        while not self._stopped.is_set():
            newest = self._slot.take() or newest
            if newest is None or self._stopped.is_set():
                continue
            began_s = time.monotonic()
            try:
                self._publish(
                    compose(*newest, self._view_size_wh, self._choices, self._class_names_zh, visible=self._visible)
                )
            except Exception:  # one picture less in the window; what is written does not hang on it
                log.exception("draw")
            with self._progress:
                self._drawn = newest[0]
                self._progress.notify_all()
            self._stopped.wait(PICTURE_S - (time.monotonic() - began_s))
