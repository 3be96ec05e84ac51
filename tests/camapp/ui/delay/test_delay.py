"""The delay that was added is the delay that is measured, and the dialog says what to do at each step."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from camapp.live.camera.listing import CameraInfo
from camapp.live.delay.meter import Delay, Spread
from camapp.ui.delay import delay_run
from camapp.ui.delay.code_view import number_ms
from camapp.ui.delay.delay_dialog import DelayDialog
from camapp.ui.main_window import MainWindow
from tests.camapp.ui.conftest import MakeWindow, Opened, ScriptedCamera
from tests.camapp.ui.delay.screen_camera import FRAME_MS, Grabber, ScreenCamera

Aim = Callable[[float], DelayDialog]
RESULT = Delay(
    whole=Spread(98.2, 120.4),
    to_capture=Spread(60.0, 70.0),
    to_boxes=Spread(20.0, 30.0),
    to_drawn=Spread(8.0, 9.0),
    to_painted=Spread(3.0, 4.0),
    uncertain_ms=25.0,
    frames=150,
    readable=149,
    painted=148,
    dropped=3,
    doubled=1,
    frame_ms=33.3,
    number_ms=16.7,
)


def dialog_of(window: MainWindow) -> DelayDialog:
    """Opened as a person does."""
    window.toolbar.menu.fill()
    entries = [action for action in window.toolbar.menu.menu().actions() if action.text() == "Measure the delay…"]
    assert all(isinstance(entry, QAction) and entry.toolTip() != entry.text() for entry in entries)
    entries[0].trigger()
    (dialog,) = window.findChildren(DelayDialog)
    return dialog


def texts(dialog: DelayDialog) -> str:
    said = "\n".join(label.text() for label in dialog.findChildren(QLabel) if label.isVisibleTo(dialog))
    return said.replace("\u00a0", " ")  # which keeps numbers on the line of their words


def readers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "camapp-delay"]


@pytest.fixture
def live(qtbot: QtBot, make_window: MakeWindow, opened: Opened) -> MainWindow:
    """On a camera that sees no square."""
    opened.cameras = [CameraInfo("HD Webcam", 0, "/dev/video0")]
    opened.sources["0"] = ScriptedCamera
    window = make_window()
    qtbot.waitUntil(lambda: window.session.is_live and window.view.shown is not None, timeout=20_000)
    return window


@pytest.fixture
def aim(live: MainWindow, opened: Opened, monkeypatch: pytest.MonkeyPatch) -> Aim:
    """A window whose camera looks at the square in its own dialog."""
    monkeypatch.setattr(delay_run, "MEASURED_S", 1.0)

    def make(
        delay_ms: float, drops: frozenset[int] = frozenset(), doubles: frozenset[int] = frozenset()
    ) -> DelayDialog:
        dialog = dialog_of(live)
        grabber = Grabber(dialog.code)
        opened.sources["screen"] = lambda: ScreenCamera(grabber, delay_ms / 1000)
        live.session.open("screen")
        return dialog

    return make


@pytest.mark.parametrize("added_ms", [40, 120, 250])
def test_the_delay_added_is_measured_within_a_frame(
    qtbot: QtBot, aim: Aim, added_ms: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delay_run, "LONGEST_S", 20.0)
    dialog = aim(added_ms)
    qtbot.waitUntil(lambda: dialog.run.state == "done", timeout=30_000)
    delay = dialog.run.delay
    assert delay is not None
    assert delay.to_capture.median_ms == pytest.approx(added_ms, abs=FRAME_MS)
    assert delay.whole.median_ms > delay.to_capture.median_ms
    assert f"about {round(delay.whole.median_ms)} ms old" in texts(dialog)
    assert not readers()
    assert dialog.again.isVisible()
    dialog.again.click()
    qtbot.waitUntil(lambda: dialog.run.state == "measuring", timeout=20_000)
    assert "Keep it still" in texts(dialog)
    dialog.close()
    assert not readers()


def test_a_camera_that_sees_no_square_is_told_what_to_do(qtbot: QtBot, live: MainWindow) -> None:
    dialog = dialog_of(live)
    assert not dialog.isModal()
    assert dialog.run.state == "looking"
    assert "Hold the camera so that it sees this square" in texts(dialog)
    assert "go closer" not in texts(dialog)
    dialog.run._impatient.setInterval(1)
    qtbot.waitUntil(lambda: "go closer" in texts(dialog), timeout=20_000)
    dialog.close()
    assert not readers()


def test_a_film_has_no_delay_and_a_camera_chosen_then_is_looked_at(
    qtbot: QtBot, make_window: MakeWindow, opened: Opened, clip: Path
) -> None:
    opened.sources["0"] = ScriptedCamera
    window = make_window(clip)
    qtbot.waitUntil(lambda: window.view.shown is not None, timeout=20_000)
    dialog = dialog_of(window)
    assert dialog.run.state == "no_camera"
    assert "Choose a camera" in texts(dialog)
    window.session.open("0")
    qtbot.waitUntil(lambda: dialog.run.state == "looking", timeout=20_000)


def test_the_window_ends_it_when_it_closes(live: MainWindow) -> None:
    dialog = dialog_of(live)
    assert readers()
    live.close()
    assert not dialog.isVisible()
    assert not readers()


def test_it_stays_one_dialog(live: MainWindow) -> None:
    first = dialog_of(live)
    first.close()
    assert dialog_of(live) is first
    assert first.isVisible()


def show(dialog: DelayDialog, delay: Delay) -> str:
    dialog.run.end()
    dialog.run.state, dialog.run.delay = "done", delay
    dialog.run.changed.emit()
    return texts(dialog)


def test_the_result_is_said_in_words(live: MainWindow) -> None:
    dialog = dialog_of(live)
    said = show(dialog, RESULT)
    for words in ("about 98 ms old, give or take 25 ms", "60 ms", "20 ms", "120 ms", "dropped by the camera: 3"):
        assert words in said
    assert "sent twice: 1" in said
    assert "more light or another mode" in said
    said = show(dialog, replace(RESULT, to_boxes=None, doubled=None, to_drawn=Spread(80.0, 90.0)))
    assert "boxes are found" not in said
    assert "too fast" in said
    assert "smaller window" in said
    assert "waiting for the boxes" in show(dialog, replace(RESULT, to_boxes=Spread(90.0, 95.0)))


def test_where_no_picture_was_painted_it_says_so(live: MainWindow) -> None:
    dialog = dialog_of(live)
    dialog.run._say_result()
    assert "too few pictures were painted" in texts(dialog)
    assert dialog.again.isVisible()


@pytest.mark.parametrize(("hertz", "ms"), [(60, 1000 / 60), (144, 3000 / 144), (30, 1000 / 30), (0, 1000 / 60)])
def test_a_number_stands_for_whole_pictures_of_the_screen(hertz: float, ms: float) -> None:
    assert number_ms(hertz) == pytest.approx(ms)
