"""A screen that goes away, as at a logout, takes no recording with it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from camapp.settings import FOLDER_VARIABLE, RecordingChoices, Settings, save_settings
from tests.camapp.ui.conftest import pictures_of

# A window that records; what Qt says of a screen that is gone comes once the recording runs.
RECORDS_WHEN_THE_SCREEN_GOES = """
from PySide6.QtCore import QTimer, qWarning
from PySide6.QtWidgets import QApplication
from camapp.ui import app
from camapp.ui.main_window import MainWindow

begun = False

def look():
    global begun
    windows = [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, MainWindow)]
    if not windows or not windows[0].controls.record.isEnabled():
        return
    recordings = windows[0].session.recordings
    if not begun:  # once: a recording that begins slowly would be ended by the next call
        begun = True
        windows[0].output.toggle_recording()
    elif recordings.status is not None and recordings.status.frames >= 10:
        qWarning("The X11 connection broke (error 1). Did the X11 server die?")

make = app.make_app
def made():
    qapp = make()
    timer = QTimer(qapp, interval=50)
    timer.timeout.connect(look)
    timer.start()
    return qapp
app.make_app = made
app.run_window(SOURCE, None, "auto")
"""


def test_a_recording_is_finished_when_the_screen_goes(clip: Path, tmp_path: Path) -> None:
    movies = tmp_path / "movies"
    save_settings(Settings(recording=RecordingChoices(folder=str(movies))), tmp_path / "config" / "settings.toml")
    env = {**os.environ, FOLDER_VARIABLE: str(tmp_path / "config"), "QT_QPA_PLATFORM": "offscreen"}
    code = RECORDS_WHEN_THE_SCREEN_GOES.replace("SOURCE", repr(str(clip)))
    ended = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=200)
    assert ended.returncode == 1, ended.stderr
    assert "Traceback" not in ended.stderr
    assert "The X11 connection broke" in ended.stderr
    (path,) = movies.iterdir()
    assert pictures_of(path) >= 10
