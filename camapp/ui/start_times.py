"""How long the start takes: from the process to the first picture and to the first boxes, for `--timings`."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from camapp.live.drawing.shown import Shown
from camapp.ui.session import LiveSession

_IMPORTED_S = time.monotonic()


class StartTimes(QObject):
    """Watches a session until it has shown boxes.

    Attributes:
        first_picture_s, first_boxes_s: since the process began, None until they are there. Boxes count that were found
            on the very picture that shows them.

    Signals:
        done: both are known.
    """

    done = Signal()

    def __init__(self, session: LiveSession) -> None:
        super().__init__(session)
        self.first_picture_s: float | None = None
        self.first_boxes_s: float | None = None
        self._session = session
        session.pictured.connect(self._look)

    def _look(self, shown: Shown) -> None:
        if self.first_picture_s is None:
            self.first_picture_s = process_age_s()
        if len(shown.detections) and not shown.detections.predicted.any():
            self.first_boxes_s = process_age_s()
            self._session.pictured.disconnect(self._look)
            self.done.emit()


def process_age_s() -> float:
    """Seconds since this process began; where the system does not say, since the window was imported."""
    if sys.platform == "linux":
        # The 22nd field, counted from 1; the second is the program's name, which can hold spaces.
        fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
        return time.clock_gettime(time.CLOCK_BOOTTIME) - int(fields[19]) / os.sysconf("SC_CLK_TCK")
    return time.monotonic() - _IMPORTED_S
