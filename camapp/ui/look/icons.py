"""The window's icons: our own SVG files, drawn in the colours of the scheme in use."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QWidget

from detector.paths import RESOURCES

ICONS = RESOURCES / "icons"
PROPERTY = "icon_name"
PALE = 0.4  # opacity on a disabled button


def app_icon() -> QIcon:
    """The icon of the app itself."""
    return QIcon(str(ICONS / "camapp.png"))


_clones: list[QIconEngine] = []


class _Drawing(QIconEngine):
    """Draws an SVG when it is looked at, at the size then needed: all sizes of all icons took a fifth of the start."""

    def __init__(self, svg: str, colour: QColor) -> None:
        super().__init__()
        self._svg = svg
        self._colour = QColor(colour)
        self._drawn: dict[tuple[int, int, bool], QPixmap] = {}

    def clone(self) -> QIconEngine:
        """For an icon that is to be changed; Qt deletes it, but Python must not do so before."""
        _clones.append(_Drawing(self._svg, self._colour))
        return _clones[-1]

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """`size` in device pixels, the drawing in its middle; paler for a disabled button."""
        key = size.width(), size.height(), mode == QIcon.Mode.Disabled
        if key not in self._drawn:
            shade = QColor(self._colour)
            shade.setAlphaF(PALE if key[2] else 1.0)
            self._drawn[key] = _drawn(self._svg, shade, size)
        return self._drawn[key]

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """In the middle of `rect`, at the painter's own pixels."""
        side = min(rect.width(), rect.height())
        device = painter.device()
        ratio = device.devicePixelRatio() if device is not None else 1.0
        place = QRect(0, 0, side, side)
        place.moveCenter(rect.center())
        painter.drawPixmap(place, self.pixmap(QSize(round(side * ratio), round(side * ratio)), mode, state))


def icon(name: str, colour: QColor) -> QIcon:
    """`resources/icons/NAME.svg` in one colour, with a paler form for a disabled button.

    Raises:
        FileNotFoundError: there is no such file.
    """
    return QIcon(_Drawing(_svg(name), colour))


def pixmap(name: str, colour: QColor, size: int) -> QPixmap:
    """The drawing at `size` device pixels."""
    return _drawn(_svg(name), colour, QSize(size, size))


@cache
def _svg(name: str) -> str:
    return (ICONS / f"{name}.svg").read_text(encoding="utf-8")


def _drawn(svg: str, colour: QColor, size: QSize) -> QPixmap:
    """QSvgRenderer knows no colour with alpha: opacity is the painter's."""
    drawn = QPixmap(size)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    painter.setOpacity(colour.alphaF())
    text = svg.replace("currentColor", colour.name())
    side = min(size.width(), size.height())
    place = QRectF((size.width() - side) / 2, (size.height() - side) / 2, side, side)
    QSvgRenderer(QByteArray(text.encode())).render(painter, place)
    painter.end()
    return drawn


def set_icon(button: QAbstractButton, name: str) -> None:
    """Gives the button an icon in its text colour, and remembers the name for `redraw_icons`."""
    button.setProperty(PROPERTY, name)
    # the active group: a button that is disabled now has a paler colour, and keeps its icon when it is enabled
    button.setIcon(icon(name, button.palette().color(QPalette.ColorGroup.Active, QPalette.ColorRole.ButtonText)))


def redraw_icons(window: QWidget) -> None:
    """Draws every button's icon again: the scheme has changed. Not by allWidgets(): some may be half deleted."""
    for button in window.findChildren(QAbstractButton):
        name = button.property(PROPERTY)
        if isinstance(name, str):
            set_icon(button, name)
