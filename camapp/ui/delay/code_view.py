"""The square that changes on the screen, for a camera to read."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QHideEvent, QImage, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from camapp.live.delay.code import NUMBERS, draw_code

SHORTEST_MS = 16.0  # for a number; a faster screen shows each in several of its pictures
USUAL_HZ = 60.0  # of a screen that does not say
SMALLEST = 300


class CodeView(QWidget):
    """Shows the next number with each picture of the screen, as long as it is in sight.

    Args:
        showed: called with each number and the time.monotonic() at which it was painted.
    """

    def __init__(self, showed: Callable[[int, float], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._showed = showed
        self._number = 0
        self._painted = -1
        self._image = QImage()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._go_on)
        self.setMinimumSize(SMALLEST, SMALLEST)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def sizeHint(self) -> QSize:
        """Large enough for a webcam at arm's length."""
        return QSize(380, 380)

    def showEvent(self, event: QShowEvent) -> None:
        """At the rate of the screen that it is on."""
        super().showEvent(event)
        self._timer.start(round(number_ms(self.screen().refreshRate())))

    def hideEvent(self, event: QHideEvent) -> None:
        """It costs nothing while nobody sees it."""
        self._timer.stop()
        super().hideEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """All modules alike: whole device pixels, nothing smoothed."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), Qt.GlobalColor.white)
        code = draw_code(self._number)
        modules = code.shape[0]
        self._image = QImage(code.data, modules, modules, modules, QImage.Format.Format_Grayscale8).copy()
        ratio = self.devicePixelRatioF()
        side = math.floor(min(self.width(), self.height()) * ratio / modules) * modules / ratio
        left, top = (math.floor((room - side) / 2 * ratio) / ratio for room in (self.width(), self.height()))
        painter.drawImage(QRectF(left, top, side, side), self._image)
        painter.end()
        if self._painted != self._number:  # else it was merely uncovered
            self._painted = self._number
            self._showed(self._number, time.monotonic())

    def _go_on(self) -> None:
        if self._painted == self._number:  # one that was not painted is not left out
            self._number = (self._number + 1) % NUMBERS
        self.update()


def number_ms(refresh_hz: float) -> float:
    """How long a number stands: whole pictures of the screen, and not shorter than a camera can tell apart."""
    picture_ms = 1000 / (refresh_hz if refresh_hz > 1 else USUAL_HZ)
    return picture_ms * math.ceil(SHORTEST_MS / picture_ms)
