"""A camera that looks at the screen: what the window shows, askew, blurred and noisy, some time later."""

from __future__ import annotations

import queue
import time
from collections.abc import Iterator

import cv2
import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from camapp.live.reading.base import Source, SourceInfo
from detector.types import Frame

Picture = npt.NDArray[np.uint8]
FRAME_MS = 33
SIZE_WH = (640, 480)


NOISE = np.random.default_rng(0).normal(40, 5, (480, 640, 3)).clip(0, 255).astype(np.uint8)  # and light from beside


def seen(screen: Picture) -> Picture:
    """The screen as a webcam sees it: not straight, not sharp, darker, with noise. uint8 (480, 640, 3)."""
    height, width = screen.shape[:2]
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    places = np.array([(40, 30), (610, 60), (580, 470), (20, 430)], np.float32)
    askew = cv2.warpPerspective(screen, cv2.getPerspectiveTransform(corners, places), SIZE_WH, flags=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(askew, (0, 0), 1.0)
    return np.asarray(cv2.addWeighted(blurred, 0.7, NOISE, 1.0, 0.0), np.uint8)


class Grabber(QObject):
    """On the window's thread: takes a picture of the widget from the screen every 33 ms."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.pictures: queue.SimpleQueue[tuple[Picture, float]] = queue.SimpleQueue()
        self._widget = widget
        self._timer = QTimer(self, interval=FRAME_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._grab)
        self._timer.start()

    def _grab(self) -> None:
        grabbed = self._widget.screen().grabWindow(self._widget.winId())
        image = grabbed.toImage().convertToFormat(QImage.Format.Format_BGR888)
        if not image.isNull():
            rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
            picture = rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3)
            self.pictures.put((picture.copy(), time.monotonic()))


class ScreenCamera(Source):
    """Gives each picture of the screen so many seconds after it was on it."""

    live = True

    def __init__(self, grabber: Grabber, delay_s: float) -> None:
        super().__init__("Screen camera")
        self._grabber, self._delay_s = grabber, delay_s

    def __iter__(self) -> Iterator[Frame]:
        self.info = SourceInfo(SIZE_WH, 30.0, None, "640x480, 30 fps")
        index = 0
        while not self.closed:
            try:
                screen, taken_s = self._grabber.pictures.get(timeout=0.2)
            except queue.Empty:
                continue
            picture = seen(screen)
            time.sleep(max(taken_s + self._delay_s - time.monotonic(), 0))
            yield Frame(picture, index, taken_s + self._delay_s, index / 30)
            index += 1
