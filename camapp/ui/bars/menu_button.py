"""A button that shows what is chosen and opens a menu of the other choices."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QMenu, QPushButton, QStyle, QStyleOptionButton, QStylePainter, QWidget

from camapp.ui.look import icons

CHEVRON = 16


class MenuButton(QPushButton):
    """Like a combo box, whose last entries may be actions. A long text is shortened in the middle."""

    def __init__(self, icon_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = ""
        self.setMenu(QMenu(self))
        self.setMinimumWidth(110)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # after a click, Space is still the pause key
        icons.set_icon(self, icon_name)
        self.setIconSize(QSize(18, 18))

    @property
    def label(self) -> str:
        """The whole text."""
        return self._label

    def set_label(self, text: str) -> None:
        """Shows the text, whole if there is room."""
        if text != self._label:
            self._label = text
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        """Room for the whole text."""
        text = self.fontMetrics().horizontalAdvance(self._label)
        return QSize(text + 18 + CHEVRON + 48, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """It can be narrow."""
        return QSize(self.minimumWidth(), super().sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """The frame by the style; icon, text and arrow by hand, so that the text is at the left."""
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.icon, option.text = QIcon(), ""
        painter = QStylePainter(self)
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        size, middle = self.iconSize(), self.height() // 2
        self.icon().paint(painter, 11, middle - size.height() // 2, size.width(), size.height())
        colour = self.palette().color(QPalette.ColorRole.ButtonText)
        room = self.rect().adjusted(11 + size.width() + 8, 0, -(CHEVRON + 16), 0)
        text = self.fontMetrics().elidedText(self._label, Qt.TextElideMode.ElideMiddle, room.width())
        painter.setPen(colour)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        self._draw_chevron(painter, self.width() - CHEVRON - 9, middle - CHEVRON // 2)
        painter.end()

    def _draw_chevron(self, painter: QPainter, x: int, y: int) -> None:
        ratio = self.devicePixelRatioF()
        drawn = icons.pixmap("chevron", self.palette().color(QPalette.ColorRole.ButtonText), round(CHEVRON * ratio))
        drawn.setDevicePixelRatio(ratio)
        painter.drawPixmap(x, y, drawn)
