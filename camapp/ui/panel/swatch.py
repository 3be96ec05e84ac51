"""The patch of colour that stands for a class in tables, lists and counts."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QBuffer, QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from camapp.live.drawing.overlay import class_colour

SIDE = 12  # pixels


@cache
def swatch(class_id: int) -> QImage:
    """A round patch in the colour of the class, sharp up to 200 %. No QPixmap: one that outlives the app is a fault."""
    blue, green, red = class_colour(class_id)
    patch = QImage(SIDE * 2, SIDE * 2, QImage.Format.Format_ARGB32_Premultiplied)
    patch.setDevicePixelRatio(2)
    patch.fill(Qt.GlobalColor.transparent)
    painter = QPainter(patch)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(QColor(red, green, blue))
    painter.setPen(QColor(0, 0, 0, 90))
    painter.drawRoundedRect(QRectF(0.5, 0.5, SIDE - 1, SIDE - 1), 3, 3)
    painter.end()
    return patch


@cache
def swatch_tag(class_id: int) -> str:
    """The same patch inside rich text."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    swatch(class_id).save(buffer, "PNG")  # type: ignore[call-overload]  # the stub wants bytes, Qt does not take them
    image = data.toBase64().toStdString()
    return f'<img src="data:image/png;base64,{image}" width="{SIDE}" height="{SIDE}" style="vertical-align: middle">'
