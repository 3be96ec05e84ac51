"""The window's icons: our own SVG files, drawn in the colours of the scheme in use."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QWidget

from detector.paths import RESOURCES

ICONS = RESOURCES / "icons"
SIZES = (16, 20, 24, 32, 40, 48, 64)  # device pixels; 100 % to 200 % of the sizes in use
PROPERTY = "icon_name"


def app_icon() -> QIcon:
    """The icon of the app itself."""
    return QIcon(str(ICONS / "camapp.png"))


def icon(name: str, colour: QColor) -> QIcon:
    """`resources/icons/NAME.svg` in one colour, with a paler form for a disabled button.

    Raises:
        FileNotFoundError: there is no such file.
    """
    made = QIcon()
    pale = QColor(colour)
    pale.setAlphaF(0.4)
    for mode, shade in ((QIcon.Mode.Normal, colour), (QIcon.Mode.Disabled, pale)):
        for size in SIZES:
            made.addPixmap(pixmap(name, shade, size), mode)
    return made


def pixmap(name: str, colour: QColor, size: int) -> QPixmap:
    """The drawing at `size` device pixels. QSvgRenderer knows no colour with alpha: opacity is the painter's."""
    text = (ICONS / f"{name}.svg").read_text(encoding="utf-8").replace("currentColor", colour.name())
    drawn = QPixmap(size, size)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    painter.setOpacity(colour.alphaF())
    QSvgRenderer(QByteArray(text.encode())).render(painter, QRectF(0, 0, size, size))
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
