"""A camera in the source menu: what it sees just now, its name, and why it cannot be seen."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFont, QImage, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QMenu, QWidget, QWidgetAction

from camapp.ui.look import icons

PICTURE = QSize(112, 63)
ROOM = 6  # around the picture
GAP = 12  # between picture and name
LEAST_TEXT, MOST_TEXT = 210, 360
ICON = 22


class CameraAction(QWidgetAction):
    """An entry of the menu like all others, for mouse and keys, that is drawn with a picture."""

    def __init__(self, menu: QMenu, name: str, note: str, is_in_view: bool) -> None:
        super().__init__(menu)
        self.setText(name)
        self.row = CameraRow(self, menu, note, is_in_view)
        self.setDefaultWidget(self.row)


class CameraRow(QWidget):
    """Draws the entry; the mouse is the menu's."""

    def __init__(self, action: CameraAction, menu: QMenu, note: str, is_in_view: bool) -> None:
        super().__init__(menu)
        self._action, self._menu = action, menu
        self._image = QImage()
        self.note = note
        self._name_font = QFont(self.font())
        self._name_font.setBold(is_in_view)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(action.text())
        self.setAccessibleDescription(note)

    @property
    def action(self) -> CameraAction:
        """The entry that it draws."""
        return self._action

    @property
    def image(self) -> QImage:
        """What the camera sees; null before its first picture."""
        return self._image

    def show_image(self, image: QImage) -> None:
        """The newest picture."""
        self._image = image
        self.update()

    def show_note(self, note: str) -> None:
        """The line below the name."""
        if note != self.note:
            self.note = note
            self.setAccessibleDescription(note)
            self.update()

    def sizeHint(self) -> QSize:
        """Steady: what comes while the menu is open changes no width."""
        text = max(self.fontMetrics().horizontalAdvance(self._action.text()) + 24, LEAST_TEXT)
        return QSize(3 * ROOM + PICTURE.width() + GAP + min(text, MOST_TEXT), PICTURE.height() + 2 * ROOM)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, picture, name and note."""
        roles, palette = QPalette.ColorRole, self.palette()
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(Qt.PenStyle.NoPen)
        if self._menu.activeAction() is self._action:
            painter.setBrush(palette.color(roles.Midlight))
            painter.drawRoundedRect(self.rect(), 4, 4)
        frame = QRect(ROOM, (self.height() - PICTURE.height()) // 2, PICTURE.width(), PICTURE.height())
        painter.setBrush(palette.color(roles.Shadow))
        painter.drawRoundedRect(frame, 4, 4)
        self._draw_picture(painter, frame)
        left = frame.right() + GAP
        room = QRect(left, 0, self.width() - left - ROOM, self.height())
        self._draw_words(painter, room)
        painter.end()

    def _draw_picture(self, painter: QPainter, frame: QRect) -> None:
        if self._image.isNull():
            ratio = self.devicePixelRatioF()
            drawn = icons.pixmap(
                "camera", self.palette().color(QPalette.ColorRole.PlaceholderText), round(ICON * ratio)
            )
            drawn.setDevicePixelRatio(ratio)
            painter.drawPixmap(frame.center().x() - ICON // 2, frame.center().y() - ICON // 2, drawn)
            return
        size = self._image.size().scaled(frame.size(), Qt.AspectRatioMode.KeepAspectRatio)
        target = QRect(0, 0, size.width(), size.height())
        target.moveCenter(frame.center())
        painter.drawImage(target, self._image)

    def _draw_words(self, painter: QPainter, room: QRect) -> None:
        middle, height = room.center().y(), self.fontMetrics().height()
        where = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        name, note = QRect(room), QRect(room)
        if self.note:
            name.setBottom(middle + 1)
            name.setTop(middle - height - 2)
            note.setTop(middle + 2)
            note.setBottom(middle + height + 5)
        painter.setFont(self._name_font)
        painter.setPen(self.palette().color(QPalette.ColorRole.ButtonText))
        text = painter.fontMetrics().elidedText(self._action.text(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(name, where, text)
        if self.note:
            painter.setFont(self.font())
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            text = self.fontMetrics().elidedText(self.note, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(note, where, text)
