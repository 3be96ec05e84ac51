"""Starts the window."""

from __future__ import annotations

import ctypes
import json
import logging
import os
import signal
import sys
from types import FrameType

from PySide6.QtWidgets import QApplication

from camapp.live.promise import Promise
from camapp.settings import settings_path
from camapp.ui.collector import Collector
from camapp.ui.look import icons
from camapp.ui.look.theme import Theme
from camapp.ui.lost_screen import watch_screen
from camapp.ui.main_window import MainWindow
from camapp.ui.memory import Memory
from camapp.ui.start_times import StartTimes
from camapp.ui.words.language import Language

# So long one thread goes on while others wait for Python; the window's has to wait at every call of Qt. With 5 ms, as
# usual, a busy import beside it makes the median answer three times as late.
SWITCH_S = 0.0005


def make_app() -> QApplication:
    """The one QApplication, named and with its icon."""
    sys.setswitchinterval(SWITCH_S)
    for name in ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR"):
        if "cv2" in os.environ.get(name, ""):
            del os.environ[name]  # OpenCV's own copy of Qt, set when cv2 is imported: not for PySide6
    if sys.platform == "win32":  # else the task bar shows the window among Python's, under Python's icon
        ctypes.windll.shell32.SetCurrentProcessExplicitAppUserModelID("camapp")
    app = QApplication(sys.argv[:1])
    app.setApplicationName("camapp")
    app.setApplicationDisplayName("camapp")
    app.setDesktopFileName("camapp")
    app.setWindowIcon(icons.app_icon())
    return app


def run_window(
    source: str | None,
    model: str | None,
    device: str,
    timings: bool = False,
    precision: str = "auto",
    promise: Promise | None = None,
) -> int:
    """Shows the window until it is closed.

    Args:
        source: as open_source understands it; None: the first working camera, or else the bundled clip.
        model: path of a model; None: the bundled one.
        device, precision: as open_detector understands them.
        timings: the window closes at the first boxes and prints when first picture and boxes came, as JSON.
        promise: a rate or delay to be kept; None: as it was left.

    Returns:
        The exit code: 0, or 130 after Ctrl-C in the terminal.
    """
    app = make_app()
    memory, language = Memory(settings_path()), Language(app)
    window = MainWindow(
        Theme(app), source, model, device, memory=memory, language=language, precision=precision, promise=promise
    )
    times = StartTimes(window.session) if timings else None
    if times is not None:
        times.done.connect(window.close)
    code = 0

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        nonlocal code
        code = 130
        window.close()  # the recording is finished as by the mouse; Python sees the signal at the next timer

    def leave_without_screen() -> None:
        window.session.close()  # a recording is finished first
        logging.shutdown()
        os._exit(1)

    before = signal.signal(signal.SIGINT, interrupt)
    window.show()
    collector = Collector()
    try:
        with watch_screen(leave_without_screen):
            app.exec()
    finally:
        collector.end()
        signal.signal(signal.SIGINT, before)
    if times is not None:
        said = {"first_picture_s": times.first_picture_s, "first_boxes_s": times.first_boxes_s}
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()
    if not window.all_ended:  # Python's own ending would abort in the middle of a driver's or a library's work
        logging.shutdown()
        os._exit(code)
    return code
