"""The outline of the zone that is looked at closely, over the picture in the window alone."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from camapp.ui.look.theme import Theme, with_steady_digits
from camapp.ui.picture.video_view import VideoView
from detector.tiles import Zone

DASH = 6.0, 4.0  # in widths of the line
ROOM = 5, 2  # pixels around the words
PLATE_ALPHA = 200


class ZoneOutline(QWidget):
    """Lies over the picture and lets the mouse through; recordings and snapshots do not have it."""

    def __init__(self, view: VideoView, theme: Theme) -> None:
        super().__init__(view)
        self._view, self._theme = view, theme
        self.zone: Zone | None = None
        self.text = ""
        self.setFont(with_steady_digits(self.font()))
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        view.resized.connect(self._place)
        theme.changed.connect(self.update)
        self.hide()
        self._place()

    def show_zone(self, zone: Zone | None) -> None:
        """In pixels of the picture; None: there is none."""
        self.zone = zone
        self.setVisible(zone is not None)
        self.lower()  # buttons and messages stay above
        self.update()

    def set_text(self, text: str) -> None:
        """What stands at its corner."""
        if text != self.text:
            self.text = text
            self.update()

    def rect_in_view(self) -> QRectF:
        """The zone in the view's own units; empty without one, or without a picture."""
        if self.zone is None or self._view.shown is None:
            return QRectF()
        x, y, width, height = self.zone
        return QRectF(self._view.from_frame((x, y)), self._view.from_frame((x + width, y + height)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """A double line, seen on any ground, and the words above it or, where there is no room, in it."""
        rect = self.rect_in_view()
        if rect.isEmpty():
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(0, 0, 0, 150), 3))
        painter.drawRect(rect)
        pen = QPen(QColor("white"), 1.5)
        pen.setDashPattern(DASH)
        painter.setPen(pen)
        painter.drawRect(rect)
        if self.text:
            self._write(painter, rect)
        painter.end()

    def _write(self, painter: QPainter, rect: QRectF) -> None:
        colours, words = self._theme.colours, painter.fontMetrics().size(Qt.TextFlag.TextSingleLine, self.text)
        plate = QRectF(0, 0, words.width() + 2 * ROOM[0], words.height() + 2 * ROOM[1])
        top = rect.top() - plate.height()
        plate.moveTopLeft(rect.topLeft() if top < 0 else QRectF(rect.left(), top, 0, 0).topLeft())
        plate.moveLeft(min(max(plate.left(), 0.0), self.width() - plate.width()))
        plate.moveTop(max(plate.top(), 0.0))
        ground = QColor(colours.panel)
        ground.setAlpha(PLATE_ALPHA)
        painter.fillRect(plate, ground)
        painter.setPen(QColor(colours.text))
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, self.text)

    def _place(self, *_unused: object) -> None:
        self.setGeometry(self._view.rect())
