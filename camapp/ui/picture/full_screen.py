"""The picture over the full screen: the panels go, come back over it when the mouse moves, and go again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QMargins, QObject, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QBoxLayout, QLayout, QMainWindow, QVBoxLayout, QWidget

SHOWN_MS = 2500  # panels stay so long after the last move of the mouse
ROOM = (10, 8, 10, 8)  # around the panels that lie along the upper and lower edge of the screen


@dataclass(frozen=True)
class _Place:
    """Where a panel belongs in the window."""

    layout: QBoxLayout
    index: int


class Shelf(QWidget):
    """What holds panels over the picture; those that hide by themselves may do so."""

    def __init__(self, panels: Sequence[QWidget], room: tuple[int, int, int, int], parent: QWidget) -> None:
        super().__init__(parent)
        self.panels = tuple(panels)
        self.setObjectName("toolbar")  # its ground
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(*room)
        self.hide()

    def take(self) -> None:
        """The panels, out of whatever layout they were in."""
        for panel in self.panels:
            was_hidden = panel.isHidden()
            self._rows.addWidget(panel)
            panel.setHidden(was_hidden)


class FullScreen(QObject):
    """Takes the panels out of the window's layout and lays them over the picture, so that it never changes its size.

    Signals:
        covered: height of the upper edge of the picture that panels lie over now.

    Args:
        top, right, bottom: panels at these edges.
    """

    covered = Signal(int)

    def __init__(
        self,
        window: QMainWindow,
        view: QWidget,
        top: Sequence[QWidget],
        right: Sequence[QWidget],
        bottom: Sequence[QWidget],
    ) -> None:
        super().__init__(window)
        self._window, self._view = window, view
        self._top, self._right = Shelf(top, ROOM, window), Shelf(right, (0, 0, 0, 0), window)
        self._bottom = Shelf(bottom, ROOM, window)
        self.shelves = (self._top, self._right, self._bottom)
        self._places: dict[QWidget, _Place] = {}
        self._margins, self._spacing = QMargins(), 0
        self._cursor = view.cursor()
        self._last_at = QPointF(-1, -1)
        self.active = False
        self._timer = QTimer(self, interval=SHOWN_MS, singleShot=True)
        self._timer.timeout.connect(self._hide_panels)

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
        if not self._top.isVisible():
            self._lay_over()
            for shelf in self.shelves:
                shelf.show()
                shelf.raise_()
            self._view.setCursor(self._cursor)
            self.covered.emit(self._top.height())
        self._timer.start()

    def _hide_panels(self) -> None:
        focus = QApplication.focusWidget()
        used = any(shelf.underMouse() or (focus is not None and shelf.isAncestorOf(focus)) for shelf in self.shelves)
        if used or QApplication.activePopupWidget() is not None or QApplication.activeModalWidget() is not None:
            self._timer.start()
            return
        for shelf in self.shelves:
            shelf.hide()
        self._cursor = self._view.cursor()
        self._view.setCursor(Qt.CursorShape.BlankCursor)
        self.covered.emit(0)

    def _enter(self) -> None:
        outer = self._outer()
        if outer is None:
            return
        self.active = True
        self._cursor = self._view.cursor()
        self._margins, self._spacing = outer.contentsMargins(), outer.spacing()
        for panel in self._panels():
            layout = _layout_of(outer, panel)
            if layout is not None:
                self._places[panel] = _Place(layout, layout.indexOf(panel))
        for shelf in self.shelves:
            shelf.take()
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self._view.setFocus()
        self._view.installEventFilter(self)

    def _leave(self) -> None:
        self.active = False
        self._timer.stop()
        self._view.removeEventFilter(self)
        outer = self._outer()
        if outer is not None:
            outer.setContentsMargins(self._margins)
            outer.setSpacing(self._spacing)
        for panel in self._panels():  # first to last, so that the places are right again
            place = self._places.pop(panel, None)
            if place is not None:
                was_hidden = panel.isHidden()  # by its own wish, as without a file
                place.layout.insertWidget(place.index, panel)
                panel.setHidden(was_hidden)
        for shelf in self.shelves:
            shelf.hide()
        self._view.setCursor(self._cursor)
        self.covered.emit(0)

    def _panels(self) -> list[QWidget]:
        return [panel for shelf in self.shelves for panel in shelf.panels]

    def _outer(self) -> QLayout | None:
        """Of all that is in the window."""
        content = self._window.centralWidget()
        return content.layout() if content is not None else None

    def _lay_over(self) -> None:
        """Each shelf at its edge of the picture."""
        width, height = self._window.width(), self._window.height()
        top, bottom = self._top.sizeHint().height(), self._bottom.sizeHint().height()
        wide = self._right.sizeHint().width()
        self._top.setGeometry(0, 0, width, top)
        self._bottom.setGeometry(0, height - bottom, width, bottom)
        self._right.setGeometry(width - wide, top, wide, height - top - bottom)


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
