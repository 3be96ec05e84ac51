"""The picture: blits what the drawing worker made, and adds only what follows the mouse."""

from __future__ import annotations

import statistics
import time
from collections import deque

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QColor,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QPushButton, QSizePolicy, QWidget

from camapp.live.drawing.overlay import class_colour
from camapp.live.drawing.shown import Shown
from camapp.live.drawing.visible import Visible
from camapp.ui.look.theme import Theme, with_steady_digits
from camapp.ui.picture import marks
from camapp.ui.picture.zooming import KEY_STEP, Zooming
from camapp.ui.words.retranslated import Retranslated

DELAYS = 30  # pictures whose median delay is shown: about a second
MARGIN = 10  # around the zoom's own button
BY_KEY = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)


class VideoView(Retranslated, QWidget):
    """Shows the newest picture as large as can be, or a part of it larger.

    Signals:
        resized: (width, height) of the view in device pixels; the worker draws for that size.
        zoomed: (Visible) the part to draw.
        hovered: number of the object under the mouse, or None.
        chosen: frozenset of the numbers of the objects clicked; empty after a click on the ground.
        painted: (Shown, seconds on the time.monotonic() clock) it is on the screen for the first time.
        stale_changed: the picture is the last one of a source that is lost, or no longer.
    """

    resized = Signal(int, int)
    zoomed = Signal(object)
    hovered = Signal(object)
    chosen = Signal(object)
    painted = Signal(object, float)
    stale_changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown: Shown | None = None
        self._image = QImage()
        self._keys: tuple[int, ...] = ()
        self._hovered: int | None = None
        self._chosen: frozenset[int] = frozenset()
        self._hint = ""
        self.stale = False  # the picture is the last one of a source that is lost
        self._stale_s = 0.0  # since when
        self._delays_ms: deque[float] = deque(maxlen=DELAYS)
        self._painted = True  # whether this picture has been on the screen
        self._pressed: QPointF | None = None  # where the mouse went down
        self._dragged: QPointF | None = None  # where it was last, once the picture moves with it
        self._focus_by_key = False
        self._size_wh = (0, 0)  # as it was said last
        self._zooming = Zooming(self)
        self._zooming.changed.connect(self._show_zoom)
        self.zoom_button = QPushButton(self)
        self.zoom_button.setObjectName("small")
        self.zoom_button.setFont(with_steady_digits(self.zoom_button.font()))
        self.zoom_button.setCursor(Qt.CursorShape.ArrowCursor)
        self.zoom_button.clicked.connect(self.reset_zoom)
        self.zoom_button.hide()
        self._add_shortcuts()
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(320, 240)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.grabGesture(Qt.GestureType.PinchGesture)
        theme.changed.connect(self.update)
        self.retranslate()

    def _add_shortcuts(self) -> None:
        for keys, called in (
            (["Ctrl++", "Ctrl+="], self.zoom_in),
            (["Ctrl+-"], self.zoom_out),
            (["Ctrl+0"], self.reset_zoom),
        ):
            action = QAction(self)
            action.setShortcuts([QKeySequence(key) for key in keys])
            action.triggered.connect(called)
            self.addAction(action)

    def retranslate(self) -> None:
        """Says everything in the language in use."""
        self.setAccessibleName(self.tr("Picture"))
        self.setAccessibleDescription(
            self.tr("Plus and minus zoom, arrows move the part in sight, 0 shows the whole picture")
        )
        self.zoom_button.setToolTip(self.tr("Back to the whole picture (0, or a double click)"))
        self.zoom_button.setAccessibleName(self.zoom_button.toolTip())

    # --- what is shown

    @property
    def shown(self) -> Shown | None:
        """The picture in view."""
        return self._shown

    @property
    def visible_part(self) -> Visible:
        """The part of the picture that is wanted."""
        return self._zooming.visible

    def delay_ms(self) -> float | None:
        """Median time from grabbing to painting over the last second; None before the first picture."""
        return statistics.median(self._delays_ms) if self._delays_ms else None

    def size_in_pixels(self) -> tuple[int, int]:
        """Width and height in device pixels, without what is left free above."""
        return self._zooming.view_wh

    @property
    def picture_top(self) -> int:
        """Device pixels that are left free above."""
        return self._zooming.top

    def make_room(self, bottom: int) -> None:
        """Nothing of the picture shall lie above this place, in the view's own units; 0: it may be anywhere."""
        self._zooming.covered = bottom
        self._say_size()

    def show_picture(self, shown: Shown, keys: tuple[int, ...]) -> None:
        """Takes the newest picture; `keys` numbers its boxes."""
        height, width = shown.picture.shape[:2]
        # QImage does not copy: self._shown keeps the pixels alive as long as the image is in use.
        self._image = QImage(shown.picture.data, width, height, shown.picture.strides[0], QImage.Format.Format_RGB32)
        self._shown, self._keys, self._painted = shown, keys, False
        if shown.frame.size_wh != self._zooming.frame_wh:
            self._zooming.frame_wh = shown.frame.size_wh
            self._say_size()
        if self.stale and shown.frame.captured_at_s > self._stale_s:  # whatever was said: it goes on
            self.set_stale(False)
        self.update()

    def clear(self, hint: str = "") -> None:
        """No picture; says why in its place."""
        self._shown, self._image, self._keys, self._hint = None, QImage(), (), hint
        self._hovered, self._chosen, self.stale = None, frozenset(), False
        self._delays_ms.clear()
        self._zooming.reset()
        self._zooming.frame_wh = None
        self.setToolTip("")
        self.update()

    def highlight(self, hovered: int | None, chosen: frozenset[int]) -> None:
        """Marks these objects."""
        if (hovered, chosen) != (self._hovered, self._chosen):
            self._hovered, self._chosen = hovered, chosen
            self.update()

    def set_stale(self, stale: bool) -> None:
        """Whether the picture is dimmed, as the last one of a source that is lost."""
        if stale != self.stale:
            self.stale, self._stale_s = stale and self._shown is not None, time.monotonic()
            self.update()
            self.stale_changed.emit()

    def zoom_in(self) -> None:
        """Closer, to the middle of what is in sight."""
        self._zooming.zoom(KEY_STEP)

    def zoom_out(self) -> None:
        """Further away."""
        self._zooming.zoom(1 / KEY_STEP)

    def reset_zoom(self) -> None:
        """The whole picture."""
        self._zooming.reset()

    def object_at(self, where: QPointF) -> int | None:
        """Number of the smallest box that holds this point of the view; None if none does."""
        if self._shown is None:
            return None
        i = self._shown.object_at(*self._to_picture(where))
        return None if i is None else self._keys[i]

    # --- places in the picture

    @property
    def frame_wh(self) -> tuple[int, int] | None:
        """Width and height of the frame in view, turned and cropped as it is; None without one."""
        return None if self._shown is None else self._shown.frame.size_wh

    def to_frame(self, where: QPointF) -> tuple[float, float] | None:
        """A point of the view -> the place in the frame, outside 0..W, 0..H beside it; None without a picture."""
        return None if self._shown is None else self._shown.to_source(*self._to_picture(where))

    def from_frame(self, place: tuple[float, float]) -> QPointF:
        """The inverse of to_frame."""
        if self._shown is None:
            return QPointF()
        target = self._target()
        zoom = target.width() / self._image.width()
        x, y = self._shown.to_picture(*place)
        return QPointF(target.x() + x * zoom, target.y() + y * zoom)

    def picture_rect(self) -> QRectF:
        """The whole frame in the view's own units; larger than the view where it is zoomed."""
        return QRectF(self.from_frame((0, 0)), self.from_frame(self.frame_wh or (0, 0)))

    # --- Qt's events

    def paintEvent(self, event: QPaintEvent) -> None:
        """Blits; the picture is at the view's device pixels unless size or zoom have changed a moment ago."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.colours.stage))
        if self._shown is None:
            painter.setPen(QColor(self._theme.colours.dim))
            room = self.rect().adjusted(24, 24, -24, -24)
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._hint)
        else:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(self._target(), self._image)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._mark_all(painter)
            if self.stale:
                marks.draw_stale(painter, self.rect(), self._theme.colours, self.tr("Last picture"))
            if not self._painted:
                self._painted = True
                now_s = time.monotonic()
                self._delays_ms.append((now_s - self._shown.frame.captured_at_s) * 1000)
                self.painted.emit(self._shown, now_s)
        if self.hasFocus() and self._focus_by_key:
            painter.setPen(QPen(QColor(self._theme.colours.accent), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Says the new size."""
        super().resizeEvent(event)
        self._place_zoom_button()
        self._size_wh = (0, 0)  # what lies over the view is placed anew, too
        self._say_size()

    def event(self, event: QEvent) -> bool:
        """A window dragged to another screen changes its device pixels without a resize; fingers zoom."""
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._say_size()
        elif event.type() in (QEvent.Type.NativeGesture, QEvent.Type.Gesture) and self._zooming.take_gesture(event):
            return True
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zooms where the mouse is."""
        self._zooming.take_wheel(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Zooms and pans; all other keys are the window's."""
        if not self._zooming.take_key(event):
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """A rim shows the focus to those who came by key; those who clicked see where they are."""
        self._focus_by_key = event.reason() in BY_KEY
        super().focusInEvent(event)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click or the start of a drag, that is known when the mouse moves or is let go."""
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._pressed = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drags a zoomed picture; else the object under the mouse lights up, here and in the table."""
        if self._pressed is None:
            self.hovered.emit(self.object_at(event.position()))
            return
        far = (event.position() - self._pressed).manhattanLength() >= QApplication.startDragDistance()
        if self._dragged is None and far and self._zooming.is_zoomed:
            self._dragged = self._pressed
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        if self._dragged is not None:
            self._zooming.pan(event.position() - self._dragged)
            self._dragged = event.position()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Chooses the object under the mouse, unless it was dragged; with Ctrl one more, or one less."""
        was_dragged, was_pressed = self._dragged is not None, self._pressed is not None
        self._pressed = self._dragged = None
        self._show_cursor()
        if event.button() == Qt.MouseButton.LeftButton and was_pressed and not was_dragged:
            key = self.object_at(event.position())
            clicked = frozenset() if key is None else frozenset({key})
            more = event.modifiers() & Qt.KeyboardModifier.ControlModifier
            self.chosen.emit(self._chosen ^ clicked if more else clicked)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """The whole picture again."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.reset_zoom()

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the mouse."""
        self.hovered.emit(None)

    def sizeHint(self) -> QSize:
        """Room for a 16:9 picture."""
        return QSize(960, 540)

    # --- helpers

    def _say_size(self) -> None:
        if self.size_in_pixels() != self._size_wh:
            self._size_wh = self.size_in_pixels()
            self.update()
            self.resized.emit(*self._size_wh)

    def _to_picture(self, where: QPointF) -> tuple[float, float]:
        """A point of the view -> the place in the picture that the worker drew."""
        target = self._target()
        zoom = self._image.width() / target.width()
        return (where.x() - target.x()) * zoom, (where.y() - target.y()) * zoom

    def _target(self) -> QRectF:
        """Where the picture lies in the view, in the view's own units; the part in sight may just be another one."""
        ratio, width, height = self.devicePixelRatioF(), self._image.width(), self._image.height()
        if self._shown is None:
            return QRectF(0, 0, width / ratio, height / ratio)
        left, top, scale = self._zooming.visible.placed(self._shown.frame.size_wh, self.size_in_pixels())
        grown = scale / self._shown.scale
        if abs(grown - 1) * max(width, height) < 2:
            grown = 1.0  # rounding: blit as it is, or it blurs
        x, y = (round(left - self._shown.offset_xy[0] * grown), round(top - self._shown.offset_xy[1] * grown))
        if grown == 1 and max(abs(x), abs(y)) <= 1:
            x = y = 0
        return QRectF(x / ratio, (y + self.picture_top) / ratio, width * grown / ratio, height * grown / ratio)

    def _box(self, i: int) -> QRectF:
        """Box i in the view's own units."""
        if self._shown is None:
            return QRectF()
        x1, y1, x2, y2 = (float(v) for v in self._shown.detections.xyxy[i])
        return QRectF(self.from_frame((x1, y1)), self.from_frame((x2, y2)))

    def _mark(self, painter: QPainter, i: int) -> None:
        """A light veil where it is small, and an edge unless the worker has drawn it."""
        if self._shown is None:
            return
        blue, green, red = class_colour(int(self._shown.detections.class_ids[i]))
        colour, rect = QColor(red, green, blue), self._box(i)
        marks.draw_veil(painter, rect, self.rect(), colour)
        if i != self._shown.selected or self._keys[i] not in self._chosen:
            marks.draw_edge(painter, rect, colour)

    def _mark_all(self, painter: QPainter) -> None:
        """The objects under the mouse and chosen; their labels stay to be read."""
        marked = [i for i, key in enumerate(self._keys) if key == self._hovered or key in self._chosen]
        if not marked or self._shown is None:
            return
        target = self._target()
        painter.setClipRegion(
            marks.beside(self._shown.labels, self.rect(), target, target.width() / self._image.width())
        )
        for i in marked:
            self._mark(painter, i)
        painter.setClipping(False)

    def _show_zoom(self, visible: Visible) -> None:
        """At once with the picture that is there; the worker draws it sharp in a moment."""
        self.zoom_button.setText(f"{visible.zoom * 100:.0f} %  ✕")
        self.zoom_button.setVisible(self._zooming.is_zoomed)
        self._place_zoom_button()
        self._show_cursor()
        self.update()
        self.zoomed.emit(visible)

    def _show_cursor(self) -> None:
        self.setCursor(Qt.CursorShape.OpenHandCursor if self._zooming.is_zoomed else Qt.CursorShape.ArrowCursor)

    def _place_zoom_button(self) -> None:
        self.zoom_button.adjustSize()
        self.zoom_button.move(
            self.width() - self.zoom_button.width() - MARGIN, self.height() - self.zoom_button.height() - MARGIN
        )
