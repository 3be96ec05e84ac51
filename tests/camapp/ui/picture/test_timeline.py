from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from camapp.ui.main_window import MainWindow
from camapp.ui.picture.timeline import exact_clock
from tests.camapp.ui.conftest import MakeWindow


def paused_on(qtbot: QtBot, make_window: MakeWindow, clip: Path) -> MainWindow:
    window = make_window(clip)
    qtbot.waitUntil(lambda: window.timeline.isVisible(), timeout=20_000)
    window.timeline.step_forward()
    qtbot.waitUntil(lambda: window.session.paused, timeout=20_000)
    return window


def test_the_line_leads_to_the_picture_of_its_time(qtbot: QtBot, make_window: MakeWindow, clip: Path) -> None:
    window = paused_on(qtbot, make_window, clip)
    window.timeline.sought.emit(0.5)
    qtbot.waitUntil(lambda: window.timeline.time.text().startswith("00:00.5 / 00:01.0"), timeout=20_000)
    assert abs(window.timeline.slider.value() - 500) < 40


def test_pictures_are_stepped_through_one_by_one(qtbot: QtBot, make_window: MakeWindow, clip: Path) -> None:
    window = paused_on(qtbot, make_window, clip)
    window.timeline.sought.emit(0.5)
    qtbot.waitUntil(lambda: "#15" in window.timeline.time.text(), timeout=20_000)
    qtbot.mouseClick(window.timeline.forward, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "#16" in window.timeline.time.text(), timeout=20_000)
    qtbot.keyClick(window, Qt.Key.Key_Comma)
    qtbot.keyClick(window, Qt.Key.Key_Comma)
    qtbot.waitUntil(lambda: "#14" in window.timeline.time.text(), timeout=20_000)


def test_at_the_last_picture_the_line_is_full(qtbot: QtBot, make_window: MakeWindow, clip: Path) -> None:
    window = paused_on(qtbot, make_window, clip)
    window.timeline.sought.emit(1.0)
    qtbot.waitUntil(lambda: "#29" in window.timeline.time.text(), timeout=20_000)
    assert window.timeline.slider.value() == window.timeline.slider.maximum() == 1000


def test_a_camera_has_no_line(window: MainWindow) -> None:
    assert not window.timeline.isVisible()


def test_a_time_is_said_exactly() -> None:
    assert [exact_clock(seconds) for seconds in (0, 62.55, 3725.04)] == ["00:00.0", "01:02.5", "1:02:05.0"]
