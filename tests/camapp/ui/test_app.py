from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from camapp.live.reading.base import Source
from camapp.ui.look import icons
from camapp.ui.look.theme import DARK, LIGHT, Theme
from tests.camapp.ui.conftest import MakeWindow, Opened, ScriptedCamera

INTERRUPTED = """
import os, signal, sys
from PySide6.QtCore import QTimer
from camapp.ui import app, main_window

class Window(main_window.MainWindow):
    def showEvent(self, event):
        super().showEvent(event)
        QTimer.singleShot(0, lambda: os.kill(os.getpid(), signal.SIGINT))

app.MainWindow = Window
sys.exit(app.run_window(sys.argv[1], sys.argv[2], "auto"))
"""


def test_ctrl_c_in_the_terminal_closes_the_window(clip: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, str(clip), str(tmp_path / "no model.safetensors")],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert (done.returncode, "Traceback" in done.stderr) == (130, False), done.stderr


def test_the_window_answers_while_a_camera_takes_long_to_open(
    qtbot: QtBot, make_window: MakeWindow, opened: Opened
) -> None:
    may_open = threading.Event()

    def slow() -> Source:
        may_open.wait(20)
        return ScriptedCamera()

    opened.sources["7"] = slow
    window = make_window("7")
    ticks: list[int] = []
    window._timers[1].timeout.connect(lambda: ticks.append(1))
    qtbot.waitUntil(lambda: len(ticks) >= 3, timeout=20_000)
    assert window.view.shown is None
    assert not window.controls.record.isEnabled()
    may_open.set()
    qtbot.waitUntil(lambda: window.view.shown is not None, timeout=20_000)
    qtbot.waitUntil(lambda: window.controls.record.isEnabled(), timeout=20_000)


def test_of_sources_chosen_in_a_hurry_the_last_one_is_shown(
    qtbot: QtBot, make_window: MakeWindow, opened: Opened
) -> None:
    cameras = [ScriptedCamera(f"Camera {i}") for i in range(4)]
    for i, camera in enumerate(cameras):
        opened.sources[str(i)] = lambda camera=camera: camera
    window = make_window("0")
    for spec in ("1", "2", "3"):
        window.session.open(spec)
    qtbot.waitUntil(lambda: window.toolbar.source.label.startswith("Camera 3, "), timeout=20_000)
    assert [camera.closed for camera in cameras] == [True, True, True, False]


def test_dark_and_light_change_everything_at_once(qtbot: QtBot, theme: Theme, make_window: MakeWindow) -> None:
    window = make_window()
    try:
        for scheme, colours in ((Qt.ColorScheme.Dark, DARK), (Qt.ColorScheme.Light, LIGHT)):
            theme.choose(scheme)
            assert window.palette().window().color().name() == colours.window
            blue, green, red = window.session.choices.background_bgr
            assert f"#{red:02x}{green:02x}{blue:02x}" == colours.stage
            inked = window.controls.snapshot.icon().pixmap(24, 24).toImage()
            shades = {
                inked.pixelColor(x, y).name()
                for x in range(24)
                for y in range(24)
                if inked.pixelColor(x, y).alpha() > 250
            }
            assert colours.text in shades
    finally:
        theme.choose(Qt.ColorScheme.Unknown)


def test_every_drawing_of_the_window_is_there(qtbot: QtBot) -> None:
    names = {"camera", "chevron", "close", "done", "film", "folder", "fullscreen", "info", "model", "pause", "play"}
    names |= {"record", "snapshot", "stop", "stream", "warning"}
    assert names <= {path.stem for path in icons.ICONS.glob("*.svg")}
    assert not icons.app_icon().isNull()


STILL_LOADING = """
import sys, time
from PySide6.QtCore import QTimer
from camapp.ui import app, main_window, session

session.LOADED_S = 0.1

class Window(main_window.MainWindow):
    def __init__(self, theme, source, model, device, **others):
        doors = session.Doors(load_detector=lambda path, device, size_hw: time.sleep(600))
        super().__init__(theme, source, model, device, doors, **others)
        self.models.changed.connect(lambda: QTimer.singleShot(0, self.close))

app.MainWindow = Window
sys.exit(app.run_window(sys.argv[1], None, "auto"))
"""


def test_a_model_that_is_still_loading_does_not_keep_the_program_from_ending(clip: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", STILL_LOADING, str(clip)],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr
