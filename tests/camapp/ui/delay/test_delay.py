"""The delay that was added is the delay that is measured."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from camapp.live.camera.listing import CameraInfo
from camapp.ui.delay import delay_run
from camapp.ui.delay.delay_dialog import DelayDialog
from camapp.ui.main_window import MainWindow
from tests.camapp.ui.conftest import MakeWindow, Opened, ScriptedCamera
from tests.camapp.ui.delay.screen_camera import FRAME_MS, Grabber, ScreenCamera

Aim = Callable[..., DelayDialog]


@pytest.fixture
def aim(qtbot: QtBot, make_window: MakeWindow, opened: Opened, monkeypatch: pytest.MonkeyPatch) -> Aim:
    """A window whose camera looks at the square in its own dialog."""
    monkeypatch.setattr(delay_run, "MEASURED_S", 2.0)

    def make(delay_ms: float, drops: set[int] = frozenset(), doubles: set[int] = frozenset()) -> DelayDialog:
        opened.cameras = [CameraInfo("HD Webcam", 0, "/dev/video0")]
        opened.sources["0"] = ScriptedCamera
        window: MainWindow = make_window()
        qtbot.waitUntil(lambda: window.session.is_live and window.view.shown is not None, timeout=20_000)
        window.measure_delay()
        dialog = window.findChild(DelayDialog)
        assert dialog is not None
        grabber = Grabber(dialog.code)
        opened.sources["screen"] = lambda: ScreenCamera(grabber, delay_ms / 1000, drops, doubles)
        window.session.open("screen")
        return dialog

    return make


def texts(dialog: DelayDialog) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel) if label.isVisibleTo(dialog))


@pytest.mark.parametrize("added_ms", [40, 120, 250])
def test_the_delay_added_is_measured_within_a_frame(qtbot: QtBot, aim: Aim, added_ms: int) -> None:
    dialog = aim(added_ms)
    qtbot.waitUntil(lambda: dialog.run.state == "done", timeout=30_000)
    delay = dialog.run.delay
    assert delay is not None
    assert delay.to_capture.median_ms == pytest.approx(added_ms, abs=FRAME_MS)
    rest = delay.to_drawn.median_ms + delay.to_painted.median_ms
    rest += 0.0 if delay.to_boxes is None else delay.to_boxes.median_ms
    assert delay.whole.median_ms == pytest.approx(delay.to_capture.median_ms + rest, abs=FRAME_MS)
    assert f"about {round(delay.whole.median_ms)} ms old" in texts(dialog)
