"""Drawing a rectangle on the running picture, by mouse or by keys: the part of it that is to be used."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from camapp.ui.look.theme import Theme, with_steady_digits
from camapp.ui.picture.part import Part, Place
from camapp.ui.picture.video_view import VideoView
from camapp.ui.words.retranslated import Retranslated

GRIP = 10  # so near to an edge the mouse takes hold of it
HANDLE = 9
MARGIN = 16  # below the bar with the buttons
VEIL = QColor(0, 0, 0, 150)  # over what is left out
STEPS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
FAR = 10  # pixels of a step with Ctrl
NEW = None  # the drag that draws a new rectangle; else the sides that it moves, none of them: the whole
CURSORS = {
    (0, 0): Qt.CursorShape.SizeAllCursor,
    (-1, 0): Qt.CursorShape.SizeHorCursor,
    (1, 0): Qt.CursorShape.SizeHorCursor,
    (0, -1): Qt.CursorShape.SizeVerCursor,
    (0, 1): Qt.CursorShape.SizeVerCursor,
    (-1, -1): Qt.CursorShape.SizeFDiagCursor,
    (1, 1): Qt.CursorShape.SizeFDiagCursor,
    (-1, 1): Qt.CursorShape.SizeBDiagCursor,
    (1, -1): Qt.CursorShape.SizeBDiagCursor,
}


class Words(NamedTuple):
    """What is said of the rectangle: its name, what to draw, the button that takes it, and on hover what that does."""

    name: str
    ask: str
    use: str
    use_tip: str


class PartDrawing(Retranslated, QWidget):
    """Lies over the picture while something is drawn; wheel and other keys still reach the picture below.

    Signals:
        drawn: (x, y, w, h) in pixels of the picture in view, once the person agrees.
        cancelled: nothing is to change.
    """

    drawn = Signal(int, int, int, int)
    cancelled = Signal()

    def __init__(self, view: VideoView, theme: Theme) -> None:
        super().__init__(view)
        self._view, self._theme = view, theme
        self.part: Part | None = None  # as it is drawn by now
        self._sides: tuple[int, int] | None = NEW
        self._pressed: Place | None = None
        self._before: Part | None = None  # when the mouse went down
        self.bar = QFrame(self)
        self.bar.setObjectName("card")
        self.hint, self.use, self.cancel = QLabel(), QPushButton(), QPushButton()
        self.hint.setFont(with_steady_digits(self.hint.font()))
        self.bar.setCursor(Qt.CursorShape.ArrowCursor)
        row = QHBoxLayout(self.bar)
        row.setContentsMargins(14, 9, 9, 9)
        row.setSpacing(10)
        for widget in (self.hint, self.use, self.cancel):
            row.addWidget(widget)
        self.use.clicked.connect(self.finish)
        self.cancel.clicked.connect(self.give_up)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        view.resized.connect(self._place)
        theme.changed.connect(self._colour)
        self.hide()
        self._colour()
        self.retranslate()

    def retranslate(self) -> None:
        """Says every word anew."""
        words = self.words()
        self.setAccessibleName(words.name)
        self.setAccessibleDescription(
            self.tr("Arrows move the rectangle, Shift its right and lower edge, Ctrl by ten pixels; Enter uses it")
        )
        self.use.setText(words.use)
        self.use.setToolTip(words.use_tip)
        self.cancel.setText(self.tr("Cancel"))
        self.cancel.setToolTip(self.tr("All stays as it was (Esc)"))
        self._say_size()

    def words(self) -> Words:
        """Of the crop; other rectangles have others."""
        return Words(
            self.tr("Part of the picture"),
            self.tr("Draw a rectangle around the part that is to be used"),
            self.tr("Use this part"),
            self.tr("Only this part is looked at, shown and recorded from now on (Enter)"),
        )

    # --- from the first to the last

    @property
    def active(self) -> bool:
        """Whether something is being drawn."""
        return not self.isHidden()

    def begin(self, part: Part | None) -> None:
        """Over the picture in view, with this rectangle or none."""
        for other in self._view.findChildren(PartDrawing):
            if other is not self:
                other.give_up()
        self.part, self._pressed = part, None
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.show()
        self.lower()  # messages and buttons stay within reach
        self._say_size()
        self.setFocus()

    def finish(self) -> None:
        """The person agrees."""
        if self.active and self.part is not None and self.part.is_large_enough:
            self._leave()
            self.drawn.emit(*self.part.xywh)

    def give_up(self) -> None:
        """Nothing changes."""
        if self.active:
            self._leave()
            self.cancelled.emit()

    def _leave(self) -> None:
        self.hide()
        self._view.setFocus()

    # --- Qt's events

    def paintEvent(self, event: QPaintEvent) -> None:
        """A veil over the rest, the rectangle with its handles, its size."""
        painter = QPainter(self)
        picture = self._view.picture_rect()
        outside = QPainterPath()
        outside.addRect(picture.intersected(QRectF(self.rect())))
        rect = self._rect()
        if rect is None:
            painter.fillPath(outside, QColor(0, 0, 0, VEIL.alpha() // 2))
            painter.end()
            return
        inside = QPainterPath()
        inside.addRect(rect)
        painter.fillPath(outside.subtracted(inside), VEIL)
        accent = QColor(self._theme.colours.accent)
        painter.setPen(QPen(QColor("white"), 3))
        painter.drawRect(rect)
        painter.setPen(QPen(accent, 1.5))
        painter.drawRect(rect)
        painter.setBrush(QColor("white"))
        for x in (rect.left(), rect.center().x(), rect.right()):
            for y in (rect.top(), rect.center().y(), rect.bottom()):
                if (x, y) != (rect.center().x(), rect.center().y()):
                    painter.drawRect(QRectF(x - HANDLE / 2, y - HANDLE / 2, HANDLE, HANDLE))
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Takes hold of an edge, a corner or the whole, or begins anew."""
        at = self._view.to_frame(event.position())
        if event.button() != Qt.MouseButton.LeftButton or at is None:
            event.ignore()
            return
        self._sides, self._pressed, self._before = self._sides_at(event.position()), at, self.part

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Draws."""
        at, wh = self._view.to_frame(event.position()), self._view.frame_wh
        if self._pressed is None:
            sides = self._sides_at(event.position())
            self.setCursor(Qt.CursorShape.CrossCursor if sides is NEW else CURSORS[sides])
            event.ignore()
        elif at is not None and wh is not None:
            by = (at[0] - self._pressed[0], at[1] - self._pressed[1])
            if self._sides is NEW or self._before is None:
                self._show(Part.between(self._pressed, at, wh))
            elif self._sides == (0, 0):
                self._show(self._before.moved(by, wh))
            else:
                self._show(self._before.stretched(self._sides, by, wh))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click beside the rectangle takes nothing away."""
        if event.button() == Qt.MouseButton.LeftButton and self._pressed is not None:
            self._pressed = None
            if self.part is not None and not self.part.is_large_enough:
                self._show(self._before)
        else:
            event.ignore()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """In the rectangle: the person agrees."""
        if self._sides_at(event.position()) is not NEW:
            self.finish()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move and stretch, Enter agrees; Esc is the window's, the rest the picture's."""
        key, wh = Qt.Key(event.key()), self._view.frame_wh
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.finish()
        elif key in STEPS and wh is not None:
            far = FAR if event.modifiers() & Qt.KeyboardModifier.ControlModifier else 1
            by = (STEPS[key][0] * far, STEPS[key][1] * far)
            part = self.part or Part(wh[0] // 4, wh[1] // 4, wh[0] * 3 // 4, wh[1] * 3 // 4)
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                stretched = part.stretched((1, 1), by, wh)
                self._show(stretched if stretched.is_large_enough else part)
            else:
                self._show(part.moved(by, wh))
        else:
            super().keyPressEvent(event)

    # --- helpers

    def _show(self, part: Part | None) -> None:
        self.part = part
        self._say_size()
        self.update()

    def _say_size(self) -> None:
        if self.part is None:
            self.hint.setText(self.words().ask)
        else:
            x, y, width, height = self.part.xywh
            self.hint.setText(self.tr("{width} × {height} pixels, from x {x} y {y}").format(
                width=width, height=height, x=x, y=y))  # fmt: skip
        self.use.setEnabled(self.part is not None and self.part.is_large_enough)
        self._place()

    def _place(self, *_unused: object) -> None:
        self.setGeometry(self._view.rect())
        layout = self.bar.layout()
        if layout is not None:
            layout.activate()
        size, rect = self.bar.sizeHint(), self._rect()
        place = QRectF((self.width() - size.width()) // 2, self.height() - size.height() - MARGIN,
                       size.width(), size.height())  # fmt: skip
        above = place.translated(0, MARGIN - place.top())
        if rect is not None and _touch(rect, place) and not _touch(rect, above):
            place = above  # else it would lie over the edge that is to be moved
        self.bar.setGeometry(place.toRect())

    def _rect(self) -> QRectF | None:
        """The rectangle in the view's own units."""
        if self.part is None:
            return None
        left_top = self._view.from_frame((self.part.left, self.part.top))
        right_bottom = self._view.from_frame((self.part.right, self.part.bottom))
        return QRectF(left_top, right_bottom)

    def _sides_at(self, where: QPointF) -> tuple[int, int] | None:
        """Which sides the mouse would take hold of here, (0, 0) for the whole, NEW for none."""
        rect = self._rect()
        if rect is None or not rect.adjusted(-GRIP, -GRIP, GRIP, GRIP).contains(where):
            return NEW
        return _near(where.x(), rect.left(), rect.right()), _near(where.y(), rect.top(), rect.bottom())

    def _colour(self) -> None:
        colours = self._theme.colours
        self.bar.setStyleSheet(
            f"QFrame#card {{ background: {colours.panel}; border: 1px solid {colours.line}; border-radius: 8px; }}"
        )


def _near(value: float, low: float, high: float) -> int:
    """-1 near the lower edge, 1 near the upper one, 0 near none."""
    if abs(value - low) <= GRIP:
        return -1
    return 1 if abs(value - high) <= GRIP else 0


def _touch(rect: QRectF, bar: QRectF) -> bool:
    """Whether the bar hides a part of the rectangle, or of its edges."""
    return rect.adjusted(-GRIP, -GRIP, GRIP, GRIP).intersects(bar)
