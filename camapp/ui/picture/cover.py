"""What lies over the picture, so that no label is drawn where nobody can read it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QTimer, Signal
from PySide6.QtWidgets import QWidget

from camapp.ui.picture.video_view import VideoView

AROUND = 4  # a label right beside a panel looks like a part of it
MOVES = (QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.DevicePixelRatioChange)

Rect = tuple[int, int, int, int]


class Cover(QObject):
    """Watches panels that come and go over the picture.

    Signals:
        changed: rects or pixel_ratio are others now.

    Attributes:
        rects: left, top, right, bottom of what is over the picture, in its device pixels.
        pixel_ratio: device pixels of the picture per unit.
    """

    changed = Signal()

    def __init__(self, view: VideoView, panels: Sequence[QWidget]) -> None:
        super().__init__(view)
        self._view, self._panels = view, tuple(panels)
        self.rects: tuple[Rect, ...] = ()
        self.pixel_ratio = 1.0
        self._timer = QTimer(self, interval=0, singleShot=True)  # a panel that comes is moved and resized, too
        self._timer.timeout.connect(self._look)
        for widget in (view, *self._panels):
            widget.installEventFilter(self)
        view.resized.connect(self._begin)
        self._timer.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Something may lie elsewhere now."""
        if event.type() in MOVES:
            self._timer.start()
        return super().eventFilter(watched, event)

    def _begin(self, *_size: int) -> None:
        self._timer.start()

    def _look(self) -> None:
        ratio = self._view.devicePixelRatioF()
        rects = tuple(self._rect(panel, ratio) for panel in self._panels if panel.isVisible())
        rects = tuple(rect for rect in rects if rect[3] > 0)  # else it lies above the picture
        if (rects, ratio) != (self.rects, self.pixel_ratio):
            self.rects, self.pixel_ratio = rects, ratio
            self.changed.emit()

    def _rect(self, panel: QWidget, ratio: float) -> Rect:
        corner = self._view.mapFromGlobal(panel.mapToGlobal(QPoint(0, 0)))
        place = QRect(corner, panel.size()).adjusted(-AROUND, -AROUND, AROUND, AROUND)
        left, top = round(place.x() * ratio), round(place.y() * ratio) - self._view.picture_top
        return left, top, left + round(place.width() * ratio), top + round(place.height() * ratio)
