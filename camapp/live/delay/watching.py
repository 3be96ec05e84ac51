"""Reads the changing code in every picture of a camera, on a thread of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Thread

import cv2

from camapp.live.delay.reader import CodeReader
from camapp.live.handover import BoundedQueue
from detector.types import Frame

log = logging.getLogger(__name__)
ROOM = 12  # pictures that wait while the square is looked for: 70 MB in full HD
JOIN_S = 2.0

OnRead = Callable[[int, float, int | None], None]


class CodeWatcher:
    """Passes on what each frame shows: its index, its camera's stamp, and the number in it or None.

    Args:
        on_read: called on the thread `camapp-delay`, in the order of the frames; one that found no room is left out.
    """

    def __init__(self, on_read: OnRead) -> None:
        self._on_read = on_read
        self._queue: BoundedQueue[Frame] = BoundedQueue(ROOM)
        self._thread = Thread(target=self._run, name="camapp-delay", daemon=True)
        self._thread.start()

    def take(self, frame: Frame) -> None:
        """Never waits."""
        self._queue.offer(frame)

    def close(self) -> None:
        """Joins the thread."""
        self._queue.cancel()
        self._thread.join(JOIN_S)

    def _run(self) -> None:
        reader = CodeReader()
        for frame in self._queue:
            try:
                number = reader.read(frame.image)
            except cv2.error:  # a picture in which something looks like a square and is none
                log.debug("delay code", exc_info=True)
                number = None
            self._on_read(frame.index, frame.captured_at_s, number)
