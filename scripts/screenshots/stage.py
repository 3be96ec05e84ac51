"""The real window with what a scene needs of it: waiting, another look, and a picture with all that lies over it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QDeadlineTimer, QEventLoop, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QApplication, QDialog, QMenu, QPushButton, QToolButton

from camapp.live.camera.modes import CameraMode
from camapp.live.sources import Source, open_source
from camapp.ui.doors import Doors
from camapp.ui.look.theme import Theme
from camapp.ui.main_window import MainWindow
from camapp.ui.memory import Memory
from camapp.ui.words.language import Language
from scripts.screenshots.variants import LANGUAGES, SCHEMES, Variant
from tests.fakecam.fakecam import FakeCam

LONGEST_WAIT_MS = 60_000  # a model may be converted at its first start
LONGEST_DRAWING_MS = 10_000  # a picture of 5120 pixels, on a machine that has other work, too
TRIES = 20  # to stop the picture at the right moment
EMPTY_MS = 3000  # by then boxes of a picture that stands still have come on any machine
SETTLED_MS = 900  # the table and the numbers come to say what the picture shows


class Stage:
    """One window for one scene.

    Attributes:
        work, home: folders with the footage, and of the person who is at the window.
        cameras: the emulated ones; faults are triggered there.
        sources: others that can be opened, by the names that they are opened by.
    """

    def __init__(self, theme: Theme, language: Language, work: Path, source: str | None, is_first: bool) -> None:
        self.theme, self.language, self.work = theme, language, work
        self.home = Path.home()
        self.cameras = FakeCam(work)
        self.cameras.reset()
        for number in (0, 1):
            self.cameras.cmd(f"set {number} burn 0")
        if is_first:
            for number in (0, 1):
                self.cameras.cmd(f"unplug {number}")
        settings = self.home / "config" / "settings.toml"
        settings.unlink(missing_ok=True)
        memory = Memory(settings if is_first else None)
        self.sources: dict[str, Callable[[], Source]] = {}
        doors = Doors(open_source=self._open)
        self.window = MainWindow(theme, source, memory=memory, language=language, doors=doors)
        self.window.show()

    def close(self) -> None:
        """The end of the scene."""
        self.window.close()
        self.window.deleteLater()

    def _open(self, spec: str, patient: bool = True, mode: CameraMode | None = None) -> Source:
        return self.sources[spec]() if spec in self.sources else open_source(spec, patient, mode)

    # --- waiting

    def wait_until(self, holds: Callable[[], bool], longest_ms: int = LONGEST_WAIT_MS) -> bool:
        """Lets the window work until `holds()` is true; False after `longest_ms`."""
        # Not processEvents(): PySide6 6.12 gives up a reference to None at each call, until Python 3.11 aborts.
        loop, timer, deadline = QEventLoop(), QTimer(interval=20), QDeadlineTimer(longest_ms)
        result = False

        def check() -> None:
            nonlocal result
            result = holds()
            if result or deadline.hasExpired():
                loop.quit()

        timer.timeout.connect(check)
        timer.start()
        loop.exec()
        timer.stop()
        return result

    def wait_ms(self, time_ms: int) -> None:
        """Lets the window work."""
        self.wait_until(lambda: False, time_ms)

    def wait_for_model(self) -> None:
        """And for the first picture."""
        self.wait_until(lambda: self.window.session.has_detector and self.window.view.shown is not None)

    def found(self) -> int:
        """Objects found on the very picture in view; -1 where they are those of another, or none is there yet."""
        shown = self.window.view.shown
        if shown is None or shown.detections.predicted.any():
            return -1
        return len(shown.detections)

    def hold(self, least: int, from_s: float = 0.0, most: int = 1000) -> None:
        """Stops where so many objects are found on the very picture; in a file at this time or soon after.

        Raises:
            RuntimeError: that did not happen.
        """
        session = self.window.session
        if not session.seekable:
            self.wait_until(lambda: self._shows(least, most))
        if not session.paused:
            session.toggle_pause()
        if session.seekable:
            session.seek(from_s)
        for _ in range(TRIES):
            self.wait_ms(SETTLED_MS)
            holds = self.wait_until(lambda: self.found() >= 0, 5000) and least <= self.found() <= most
            if holds and (self.found() or not self.wait_until(lambda: self.found() != 0, EMPTY_MS)):
                return
            if session.seekable:
                session.step(3)
            else:
                session.toggle_pause()
                self.wait_ms(SETTLED_MS)
                self.wait_until(lambda: self._shows(least, most))
                session.toggle_pause()
        raise RuntimeError(f"no picture with {least} objects came")

    def _shows(self, least: int, most: int) -> bool:
        shown = self.window.view.shown
        return shown is not None and least <= len(shown.detections) <= most

    # --- the look

    def show_as(self, variant: Variant) -> None:
        """Another size, scheme or language."""
        self.theme.choose(SCHEMES[variant.scheme])
        self.language.choose(LANGUAGES[variant.language])
        self.window.move(0, 0)
        self.window.resize(*variant.size_wh)
        self.wait_ms(SETTLED_MS)
        self.wait_until(self._is_drawn, LONGEST_DRAWING_MS)

    def _is_drawn(self) -> bool:
        """Whether the picture has come for this size and in these colours."""
        view = self.window.view
        if view.shown is None:
            return True
        height, width = view.shown.picture.shape[:2]
        ground = QColor(self.theme.colours.stage)
        corner = [ground.blue(), ground.green(), ground.red()]
        fills = min(view.shown.offset_xy) < 0 or view.shown.offset_xy == (0, 0)
        return (width, height) == view.size_in_pixels() and (fills or view.shown.picture[0, 0, :3].tolist() == corner)

    def open_menu(self, button: QPushButton | QToolButton) -> QMenu:
        """Its menu, without waiting for it to be closed."""
        menu = button.menu()
        menu.popup(button.mapToGlobal(QPoint(0, button.height())))
        self.wait_ms(SETTLED_MS)
        place = menu.geometry()
        room = self.window.geometry().bottomRight()
        if place.right() > room.x() or place.bottom() > room.y():  # the screen in memory is larger than the window
            above = button.mapToGlobal(QPoint(button.width() - menu.width(), 0)) - QPoint(0, menu.height())
            below = button.mapToGlobal(QPoint(button.width() - menu.width(), button.height()))
            menu.move(below if below.y() + menu.height() <= room.y() else QPoint(max(place.x(), 0), above.y()))
        return menu

    def close_menus(self) -> None:
        """All that popped up."""
        while (popup := QApplication.activePopupWidget()) is not None:
            popup.close()

    def grab(self) -> QPixmap:
        """The window and its menus and dialogs over it."""
        picture = self.window.grab()
        painter = QPainter(picture)
        for top in QApplication.topLevelWidgets():
            if top is not self.window and top.isVisible() and isinstance(top, QMenu | QDialog):
                at = top.mapToGlobal(QPoint(0, 0)) - self.window.mapToGlobal(QPoint(0, 0))
                if isinstance(top, QDialog) and not top.testAttribute(Qt.WidgetAttribute.WA_Moved):
                    free = self.window.size() - top.size()
                    at = QPoint(max(free.width() // 2, 0), max(free.height() // 2, 0))
                painter.drawPixmap(at, top.grab())
                if isinstance(top, QDialog):  # in place of the system's frame
                    painter.setPen(QPen(QColor(self.theme.colours.dim), 1))
                    painter.drawRect(QRect(at, top.size()).adjusted(0, 0, -1, -1))
        painter.end()
        return picture
