"""The picture: blits what the drawing worker made, and adds only what follows the mouse."""

from __future__ import annotations

import statistics
import time
from collections import deque

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from camapp.live.overlay import class_colour
from camapp.live.shown import Shown
from camapp.ui.theme import Theme

DELAYS = 30  # pictures whose median delay is shown: about a second


class VideoView(QWidget):
    """Shows the newest picture as large as can be.

    Signals:
        resized: (width, height) of the view in device pixels; the worker draws for that size.
        hovered: number of the object under the mouse, or None.
        chosen: frozenset of the numbers of the objects clicked; empty after a click on the ground.
    """

    resized = Signal(int, int)
    hovered = Signal(object)
    chosen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown: Shown | None = None
        self._image = QImage()
        self._keys: tuple[int, ...] = ()
        self._hovered: int | None = None
        self._chosen: frozenset[int] = frozenset()
        self._hint = ""
        self._delays_ms: deque[float] = deque(maxlen=DELAYS)
        self._painted = True  # whether this picture has been on the screen
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setMinimumSize(320, 240)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(self.tr("Picture"))
        theme.changed.connect(self.update)

    @property
    def shown(self) -> Shown | None:
        """The picture in view."""
        return self._shown

    def delay_ms(self) -> float | None:
        """Median time from grabbing to painting over the last second; None before the first picture."""
        return statistics.median(self._delays_ms) if self._delays_ms else None

    def size_in_pixels(self) -> tuple[int, int]:
        """Width and height in device pixels."""
        ratio = self.devicePixelRatioF()
        return round(self.width() * ratio), round(self.height() * ratio)

    def show_picture(self, shown: Shown, keys: tuple[int, ...]) -> None:
        """Takes the newest picture; `keys` numbers its boxes."""
        height, width = shown.picture.shape[:2]
        # QImage does not copy: self._shown keeps the pixels alive as long as the image is in use.
        self._image = QImage(shown.picture.data, width, height, shown.picture.strides[0], QImage.Format.Format_RGB32)
        self._shown, self._keys, self._painted = shown, keys, False
        self.update()

    def clear(self, hint: str = "") -> None:
        """No picture; says why in its place."""
        self._shown, self._image, self._keys, self._hint = None, QImage(), (), hint
        self._hovered, self._chosen = None, frozenset()
        self._delays_ms.clear()
        self.setToolTip("")
        self.update()

    def highlight(self, hovered: int | None, chosen: frozenset[int]) -> None:
        """Marks these objects."""
        if (hovered, chosen) != (self._hovered, self._chosen):
            self._hovered, self._chosen = hovered, chosen
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Blits; the picture is already at the view's device pixels unless the view has just changed its size."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.colours.stage))
        if self._shown is None:
            painter.setPen(QColor(self._theme.colours.dim))
            room = self.rect().adjusted(24, 24, -24, -24)
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._hint)
            painter.end()
            return
        target = self._target()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(target, self._image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for i, key in enumerate(self._keys):
            if key == self._hovered or key in self._chosen:
                self._mark(painter, i)
        painter.end()
        if not self._painted:
            self._painted = True
            self._delays_ms.append((time.monotonic() - self._shown.frame.captured_at_s) * 1000)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Says the new size."""
        super().resizeEvent(event)
        self.resized.emit(*self.size_in_pixels())

    def event(self, event: QEvent) -> bool:
        """A window dragged to another screen changes its device pixels without a resize."""
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self.resized.emit(*self.size_in_pixels())
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The object under the mouse lights up, here and in the table."""
        self.hovered.emit(self.object_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the mouse."""
        self.hovered.emit(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Chooses the object under the mouse; with Ctrl one more, or one less."""
        if event.button() == Qt.MouseButton.LeftButton:
            key = self.object_at(event.position())
            clicked = frozenset() if key is None else frozenset({key})
            more = event.modifiers() & Qt.KeyboardModifier.ControlModifier
            self.chosen.emit(self._chosen ^ clicked if more else clicked)

    def sizeHint(self) -> QSize:
        """Room for a 16:9 picture."""
        return QSize(960, 540)

    def object_at(self, where: QPointF) -> int | None:
        """Number of the smallest box that holds this point of the view; None if none does."""
        if self._shown is None:
            return None
        target = self._target()
        zoom = self._image.width() / target.width()
        i = self._shown.object_at((where.x() - target.x()) * zoom, (where.y() - target.y()) * zoom)
        return None if i is None else self._keys[i]

    def _target(self) -> QRectF:
        """Where the picture lies in the view, in the view's own units."""
        ratio = self.devicePixelRatioF()
        width, height = self._image.width(), self._image.height()
        view_w, view_h = self.size_in_pixels()
        scale = min(view_w / width, view_h / height)
        if abs(scale - 1) * max(width, height) < 2:
            scale = 1.0  # rounding: blit as it is, or it blurs
        x, y = round((view_w - width * scale) / 2), round((view_h - height * scale) / 2)
        return QRectF(x / ratio, y / ratio, width * scale / ratio, height * scale / ratio)

    def _box(self, i: int) -> QRectF:
        """Box i in the view's own units."""
        if self._shown is None:
            return QRectF()
        target = self._target()
        zoom = target.width() / self._image.width()
        x1, y1, x2, y2 = (float(v) for v in self._shown.detections.xyxy[i])
        left, top = self._shown.to_picture(x1, y1)
        right, bottom = self._shown.to_picture(x2, y2)
        return QRectF(target.x() + left * zoom, target.y() + top * zoom, (right - left) * zoom, (bottom - top) * zoom)

    def _mark(self, painter: QPainter, i: int) -> None:
        """A light veil and a double edge, which is seen on any ground."""
        if self._shown is None:
            return
        blue, green, red = class_colour(int(self._shown.detections.class_ids[i]))
        colour, rect = QColor(red, green, blue), self._box(i)
        veil = QColor(colour)
        veil.setAlpha(40)
        painter.fillRect(rect, veil)
        painter.setPen(QPen(QColor("white"), 5))
        painter.drawRect(rect)
        painter.setPen(QPen(colour, 3))
        painter.drawRect(rect)
