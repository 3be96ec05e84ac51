"""The picture over the full screen: the panels go, come back over it when the mouse moves, and go again."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QMargins, QObject, QPointF, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QBoxLayout, QLayout, QMainWindow, QWidget

ROOM = (10, 8, 10, 8)  # within the panels that lie at the edges of the screen
SHOWN_MS = 2500  # panels stay so long after the last move of the mouse


@dataclass(frozen=True)
class _Place:
    """Where a panel belongs in the window."""

    layout: QBoxLayout
    index: int


class FullScreen(QObject):
    """Takes the panels out of the window's layout and lays them over the picture, so that it never changes its size.

    Args:
        top, right, bottom: the panels; each lies at its edge.
    """

    def __init__(self, window: QMainWindow, view: QWidget, top: QWidget, right: QWidget, bottom: QWidget) -> None:
        super().__init__(window)
        self._window, self._view = window, view
        self._top, self._right, self._bottom = top, right, bottom
        self._places: dict[QWidget, _Place] = {}
        self._cursor = view.cursor()
        self._last_at = QPointF(-1, -1)
        self._margins, self._spacing = QMargins(), 0
        self.active = False
        self._timer = QTimer(self, interval=SHOWN_MS, singleShot=True)
        self._timer.timeout.connect(self._hide_panels)

    @property
    def panels(self) -> tuple[QWidget, QWidget, QWidget]:
        """All of them."""
        return self._top, self._right, self._bottom

    def toggle(self) -> None:
        """To the full screen, or back to the window as it was, maximised or not."""
        if self.active:
            self._leave()
        else:
            self._enter()
        self._window.setWindowState(self._window.windowState() ^ Qt.WindowState.WindowFullScreen)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The mouse over the picture, or a key that moves the focus into a panel, brings them back."""
        if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseMove:
            at = event.globalPosition()
            if at != self._last_at:  # a panel that goes makes an event, too
                self._last_at = at
                self.show_panels()
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
                self.show_panels()
        elif event.type() == QEvent.Type.Resize:
            self._lay_over()
        return super().eventFilter(watched, event)

    def show_panels(self) -> None:
        """For a moment, or as long as someone works in them."""
        for panel in self.panels:
            panel.show()
            panel.raise_()
        self._view.setCursor(self._cursor)
        self._timer.start()

    def _hide_panels(self) -> None:
        focus = QApplication.focusWidget()
        used = any(panel.underMouse() or (focus is not None and panel.isAncestorOf(focus)) for panel in self.panels)
        if used or QApplication.activePopupWidget() is not None or QApplication.activeModalWidget() is not None:
            self._timer.start()
            return
        for panel in self.panels:
            panel.hide()
        self._cursor = self._view.cursor()
        self._view.setCursor(Qt.CursorShape.BlankCursor)

    def _enter(self) -> None:
        outer = self._outer()
        if outer is None:
            return
        self.active = True
        self._margins, self._spacing = outer.contentsMargins(), outer.spacing()
        for panel in self.panels:
            layout = _layout_of(outer, panel)
            if layout is not None:
                self._places[panel] = _Place(layout, layout.indexOf(panel))
        for panel in self._places:
            self._places[panel].layout.removeWidget(panel)
            panel.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
            if panel is not self._right:
                panel.setContentsMargins(*ROOM)
            panel.hide()
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self._view.setFocus()
        self._view.installEventFilter(self)
        self._lay_over()

    def _leave(self) -> None:
        self.active = False
        self._timer.stop()
        self._view.removeEventFilter(self)
        outer = self._outer()
        if outer is not None:
            outer.setContentsMargins(self._margins)
            outer.setSpacing(self._spacing)
        for panel in (self._top, self._right, self._bottom):  # in this order the places are right again
            place = self._places.pop(panel, None)
            if place is not None:
                place.layout.insertWidget(place.index, panel)
                panel.setContentsMargins(0, 0, 0, 0)
            panel.show()
        self._view.setCursor(self._cursor)

    def _outer(self) -> QLayout | None:
        """Of all that is in the window."""
        content = self._window.centralWidget()
        return content.layout() if content is not None else None

    def _lay_over(self) -> None:
        """Each panel at its edge of the picture."""
        size = self._window.size()
        top, bottom = self._top.sizeHint().height(), self._bottom.sizeHint().height()
        self._top.setGeometry(0, 0, size.width(), top)
        self._bottom.setGeometry(0, size.height() - bottom, size.width(), bottom)
        wide = self._right.width()
        self._right.setGeometry(size.width() - wide, top, wide, size.height() - top - bottom)


def _layout_of(layout: QLayout, widget: QWidget) -> QBoxLayout | None:
    """The box layout, of this one and those in it, that holds the widget itself."""
    if isinstance(layout, QBoxLayout) and layout.indexOf(widget) >= 0:
        return layout
    for i in range(layout.count()):
        item = layout.itemAt(i)
        inner = item.layout() if item is not None else None
        found = _layout_of(inner, widget) if inner is not None else None
        if found is not None:
            return found
    return None
