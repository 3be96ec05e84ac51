"""The source menu with its small live pictures."""

from __future__ import annotations

from collections.abc import Generator
from threading import Event

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from camapp.errors import CameraError
from camapp.live.camera.listing import CameraInfo
from camapp.live.camera.thumbnails import Picture
from camapp.ui.main_window import MainWindow
from tests.camapp.ui.conftest import MakeWindow, Opened, ScriptedCamera

FIRST, SECOND = CameraInfo("First", 0, "/dev/video0"), CameraInfo("Second", 2, "/dev/video2")
RED = np.full((108, 192, 3), (0, 0, 255), np.uint8)


class Seen:
    """What is open for the menu; the second camera is another program's."""

    def __init__(self) -> None:
        self.open: set[str] = set()

    def look(self, camera: CameraInfo, stop: Event) -> Generator[Picture, None, None]:
        if camera.name == "Second":
            raise CameraError("camera_in_use", name=camera.name)
        self.open.add(camera.name)
        try:
            while not stop.is_set():
                yield RED
                stop.wait(0.02)
        finally:
            self.open.discard(camera.name)


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def window(qtbot: QtBot, make_window: MakeWindow, opened: Opened, seen: Seen) -> MainWindow:
    """On the first of two cameras."""
    opened.cameras = [FIRST, SECOND]
    opened.sources["0"] = lambda: ScriptedCamera("First")
    opened.sources["2"] = lambda: ScriptedCamera("Second")
    opened.look = seen.look
    made = make_window()
    qtbot.waitUntil(lambda: made.view.shown is not None, timeout=20_000)
    return made


def test_the_menu_shows_what_each_camera_sees_and_says_which_is_busy(
    qtbot: QtBot, window: MainWindow, seen: Seen
) -> None:
    chooser = window.toolbar.source
    assert seen.open == set()
    chooser.showMenu()
    qtbot.waitUntil(lambda: (row := chooser.row_of(FIRST)) is not None and not row.image.isNull(), timeout=20_000)
    first, second = chooser.row_of(FIRST), chooser.row_of(SECOND)
    assert first is not None
    assert second is not None
    assert first.grab().toImage().pixelColor(40, 30) == QColor("red")
    assert first.note == "320x240 MJPG, 100 fps"
    qtbot.waitUntil(lambda: second.note == "In use by another program", timeout=20_000)
    assert second.action.toolTip().startswith("The camera 'Second' is in use by another program.")
    chooser.menu().close()
    qtbot.waitUntil(lambda: seen.open == set(), timeout=20_000)
    assert chooser.row_of(FIRST) is None


def test_a_camera_is_chosen_in_the_menu_by_key(qtbot: QtBot, window: MainWindow, seen: Seen) -> None:
    chooser = window.toolbar.source
    chooser.showMenu()
    for _ in range(2):
        qtbot.keyClick(chooser.menu(), Qt.Key.Key_Down)
    action = chooser.menu().activeAction()
    assert action is not None
    assert action.text() == "Second"
    qtbot.keyClick(chooser.menu(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: chooser.label == "Second, 320x240 MJPG, 100 fps", timeout=20_000)
    qtbot.waitUntil(lambda: seen.open == set(), timeout=20_000)


def test_a_camera_is_chosen_in_the_menu_by_mouse(qtbot: QtBot, window: MainWindow) -> None:
    chooser = window.toolbar.source
    chooser.showMenu()
    row = chooser.row_of(SECOND)
    assert row is not None
    qtbot.mouseMove(chooser.menu(), row.geometry().center())
    qtbot.mouseClick(chooser.menu(), Qt.MouseButton.LeftButton, pos=row.geometry().center())
    qtbot.waitUntil(lambda: chooser.label.startswith("Second, "), timeout=20_000)


def test_a_camera_that_is_plugged_in_appears_in_the_open_menu(
    qtbot: QtBot, window: MainWindow, opened: Opened, seen: Seen
) -> None:
    chooser = window.toolbar.source
    chooser.showMenu()
    qtbot.waitUntil(lambda: seen.open == {"First"}, timeout=20_000)
    third = CameraInfo("Third", 4, "/dev/video4")
    opened.cameras = [FIRST, SECOND, third]
    window.session.look_for_cameras()
    qtbot.waitUntil(lambda: (row := chooser.row_of(third)) is not None and not row.image.isNull(), timeout=20_000)
    window.close()  # with the menu open
    assert seen.open == set()
