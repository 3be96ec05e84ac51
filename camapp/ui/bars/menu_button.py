"""Buttons that open a menu: one that shows what is chosen, and one that is an icon alone."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QPushButton, QStyle, QStyleOptionButton, QStylePainter, QToolButton, QWidget

from camapp.ui.bars.menus import make_menu
from camapp.ui.look import icons
from camapp.ui.words.retranslated import Retranslated

CHEVRON = 16


class MenuButton(Retranslated, QPushButton):
    """Like a combo box, whose last entries may be actions. A long text is shortened in the middle.

    Each kind says its own words in retranslate() and fills its menu in fill().
    """

    def __init__(self, icon_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = ""
        self.setMenu(make_menu(self, self.fill))
        self.setMinimumWidth(110)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # after a click, Space is still the pause key
        icons.set_icon(self, icon_name)
        self.setIconSize(QSize(18, 18))

    def fill(self) -> None:
        """Makes the menu anew."""

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


class IconMenuButton(Retranslated, QToolButton):
    """An icon without a frame. Each kind says its own words in retranslate() and fills its menu in fill()."""

    def __init__(self, icon_name: str, side: int, parent: QWidget | None = None) -> None:
        """`side` of the icon, in pixels."""
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # see MenuButton
        self.setIconSize(QSize(side, side))
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        icons.set_icon(self, icon_name)
        self.setMenu(make_menu(self, self.fill))

    def fill(self) -> None:
        """Makes the menu anew."""
