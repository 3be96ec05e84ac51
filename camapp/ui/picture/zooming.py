"""Hands on the picture: wheel, keys, fingers and mouse become the part of it that is in sight."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QNativeGestureEvent, QWheelEvent
from PySide6.QtWidgets import QGestureEvent, QPinchGesture, QWidget

from camapp.live.drawing.visible import Visible

WHEEL_STEP = 1.2  # for one notch of a wheel, 120 eighths of a degree
KEY_STEP = 1.25
PAN_STEP = 0.1  # of the view, for an arrow key
NOTCH = 120
Size = tuple[int, int]

ZOOM_KEYS = {Qt.Key.Key_Plus: KEY_STEP, Qt.Key.Key_Equal: KEY_STEP, Qt.Key.Key_Minus: 1 / KEY_STEP}
PAN_KEYS = {Qt.Key.Key_Left: (1, 0), Qt.Key.Key_Right: (-1, 0), Qt.Key.Key_Up: (0, 1), Qt.Key.Key_Down: (0, -1)}


class Zooming(QObject):
    """Keeps the part in sight; sizes and places are in device pixels of the view.

    Signals:
        changed: (Visible) another part is wanted.

    Attributes:
        visible: the part wanted.
        frame_wh: of the picture in view; None: there is none, and nothing is zoomed.
        covered: so far down, in the view's own units, something lies over its upper edge that is to hide nothing.
    """

    changed = Signal(object)

    def __init__(self, view: QWidget) -> None:
        super().__init__(view)
        self._view = view
        self.visible = Visible()
        self.frame_wh: Size | None = None
        self.covered = 0

    @property
    def view_wh(self) -> Size:
        """Width and height of the view, without what is left free above."""
        ratio = self._view.devicePixelRatioF()
        return max(round(self._view.width() * ratio), 1), max(round((self._view.height() - self._free()) * ratio), 1)

    @property
    def top(self) -> int:
        """Height of what is left free above: the picture moves down no further than it takes, and shrinks only then."""
        return max(round(self._view.height() * self._view.devicePixelRatioF()) - self.view_wh[1], 0)

    def _free(self) -> int:
        width, height = self._view.width(), self._view.height()
        ground = 0.0  # above and below the whole picture
        if self.frame_wh is not None:
            ground = max(height - width * self.frame_wh[1] / self.frame_wh[0], 0.0)
        return min(max(round(2 * self.covered - ground), 0), self.covered, height // 2)

    @property
    def is_zoomed(self) -> bool:
        """Whether less than the whole picture is wanted."""
        return self.visible.zoom > 1

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """By a factor; what lies `at` a place of the view, in its own units, stays there; None: the middle."""
        if self.frame_wh is not None:
            ratio, (width, height) = self._view.devicePixelRatioF(), self.view_wh
            place = (width / 2, height / 2) if at is None else (at.x() * ratio, at.y() * ratio - self.top)
            self._want(self.visible.zoomed(factor, place, self.frame_wh, self.view_wh))

    def pan(self, by: QPointF) -> None:
        """The picture goes along, in the view's own units."""
        if self.frame_wh is not None and self.is_zoomed:
            ratio = self._view.devicePixelRatioF()
            self._want(self.visible.moved((by.x() * ratio, by.y() * ratio), self.frame_wh, self.view_wh))

    def reset(self) -> None:
        """The whole picture."""
        self._want(Visible())

    def take_wheel(self, event: QWheelEvent) -> None:
        """Towards the screen and away from it, where the mouse is."""
        if event.angleDelta().y():
            self.zoom(WHEEL_STEP ** (event.angleDelta().y() / NOTCH), event.position())
            event.accept()

    def take_key(self, event: QKeyEvent) -> bool:
        """Plus, minus, 0, and the arrows while there is something to pan; False for all others."""
        key = Qt.Key(event.key())
        if key in ZOOM_KEYS:
            self.zoom(ZOOM_KEYS[key])
        elif key == Qt.Key.Key_0:
            self.reset()
        elif key in PAN_KEYS and self.is_zoomed:
            x, y = PAN_KEYS[key]
            self.pan(QPointF(x * self._view.width() * PAN_STEP, y * self._view.height() * PAN_STEP))
        else:
            return False
        return True

    def take_gesture(self, event: QEvent) -> bool:
        """Two fingers on a touchpad or on the screen; False for all other events."""
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                self.zoom(1 + event.value(), event.position())
                return True
        elif isinstance(event, QGestureEvent):
            pinch = event.gesture(Qt.GestureType.PinchGesture)
            if isinstance(pinch, QPinchGesture):
                self.zoom(pinch.scaleFactor(), QPointF(self._view.mapFromGlobal(pinch.hotSpot().toPoint())))
                self.pan(pinch.centerPoint() - pinch.lastCenterPoint())
                event.accept(pinch)
                return True
        return False

    def _want(self, visible: Visible) -> None:
        if visible != self.visible:
            self.visible = visible
            self.changed.emit(visible)
