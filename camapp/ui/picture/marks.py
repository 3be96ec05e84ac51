"""What the window itself adds to the picture that the worker drew."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QRegion

from camapp.ui.look.theme import Colours

VEIL_ALPHA = 40  # of 255
VEILED_SHARE = 1 / 12  # of the view: a larger object is found by its edge, and keeps its colours
STALE_ALPHA = 150  # what was seen last can still be made out
PLATE_WH = 28, 14  # room around the words on it


def draw_veil(painter: QPainter, rect: QRectF, view: QRect, colour: QColor) -> None:
    """Over a small object, which is hard to find; so light that it is still seen."""
    if rect.width() * rect.height() > VEILED_SHARE * view.width() * view.height():
        return
    veil = QColor(colour)
    veil.setAlpha(VEIL_ALPHA)
    painter.fillRect(rect, veil)


def draw_edge(painter: QPainter, rect: QRectF, colour: QColor) -> None:
    """A double one, which is seen on any ground."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in (QPen(QColor("white"), 5), QPen(colour, 3)):
        painter.setPen(pen)
        painter.drawRect(rect)


def beside(labels: Iterable[tuple[int, int, int, int]], view: QRect, target: QRectF, zoom: float) -> QRegion:
    """Where an edge hides nothing that is to be read.

    Args:
        labels: x, y, w, h in pixels of the worker's picture.
        view: all that can be painted.
        target: where that picture lies in the view.
        zoom: units of the view per pixel of the picture.
    """
    region = QRegion(view)
    for x, y, width, height in labels:
        plate = QRectF(target.x() + x * zoom, target.y() + y * zoom, width * zoom, height * zoom)
        region = region.subtracted(QRegion(plate.toAlignedRect()))
    return region


def draw_stale(painter: QPainter, view: QRect, colours: Colours, text: str) -> None:
    """The picture steps back, and words say why."""
    ground = QColor(colours.stage)
    ground.setAlpha(STALE_ALPHA)
    painter.fillRect(view, ground)
    words = painter.fontMetrics().size(Qt.TextFlag.TextSingleLine, text)
    plate = QRectF(0, 0, words.width() + PLATE_WH[0], words.height() + PLATE_WH[1])
    plate.moveCenter(QRectF(view).center())
    painter.setPen(QPen(QColor(colours.line), 1))
    painter.setBrush(QColor(colours.panel))
    painter.drawRoundedRect(plate, 8, 8)
    painter.setPen(QColor(colours.text))
    painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)
