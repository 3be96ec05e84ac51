"""Draws resources/icons/camapp.svg as the files that desktops ask for: camapp.png, and camapp.ico for Windows.

python -m scripts.make_icons
"""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

from PIL import Image

ICONS = Path(__file__).resolve().parent.parent / "resources" / "icons"
PNG_SIZE = 256
ICO_SIZES = (16, 20, 24, 32, 40, 48, 64, 128, 256)  # what Windows shows from 100 % to 400 %


def main() -> int:
    """Writes both, over those that are there."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    drawn = {size: draw(size) for size in sorted({PNG_SIZE, *ICO_SIZES})}
    drawn[PNG_SIZE].save(ICONS / "camapp.png", optimize=True)
    largest, *others = (drawn[size] for size in reversed(ICO_SIZES))
    largest.save(ICONS / "camapp.ico", sizes=[(size, size) for size in ICO_SIZES], append_images=others)
    return 0


def draw(size: int) -> Image.Image:
    """Each size from the drawing itself: a small one made from a large one is blurred."""
    from PySide6.QtCore import QBuffer, QIODevice, Qt
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(str(ICONS / "camapp.svg")).render(painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return Image.open(io.BytesIO(buffer.data().data()))


if __name__ == "__main__":
    sys.exit(main())
