"""Starts the window."""

from __future__ import annotations

import logging
import os
import signal
import sys
from types import FrameType

from PySide6.QtWidgets import QApplication

from camapp.settings import settings_path
from camapp.ui import icons
from camapp.ui.language import Language
from camapp.ui.main_window import MainWindow
from camapp.ui.memory import Memory
from camapp.ui.theme import Theme


def make_app() -> QApplication:
    """The one QApplication, named and with its icon."""
    for name in ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR"):
        if "cv2" in os.environ.get(name, ""):
            del os.environ[name]  # OpenCV's own copy of Qt, set when cv2 is imported: not for PySide6
    app = QApplication(sys.argv[:1])
    app.setApplicationName("camapp")
    app.setApplicationDisplayName("camapp")
    app.setDesktopFileName("camapp")
    app.setWindowIcon(icons.app_icon())
    return app


def run_window(source: str | None, model: str | None, device: str) -> int:
    """Shows the window until it is closed.

    Args:
        source: as open_source understands it; None: the first working camera, or else the bundled clip.
        model: path of a model; None: the bundled one.
        device: as open_detector understands it.

    Returns:
        The exit code: 0, or 130 after Ctrl-C in the terminal.
    """
    app = make_app()
    memory, language = Memory(settings_path()), Language(app)
    window = MainWindow(Theme(app), source, model, device, memory=memory, language=language)
    code = 0

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        nonlocal code
        code = 130
        window.close()  # the recording is finished as by the mouse; Python sees the signal at the next timer

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        window.show()
        app.exec()
    finally:
        signal.signal(signal.SIGINT, before)
    if not window.all_ended:  # Python's own ending would abort in the middle of a driver's or a library's work
        logging.shutdown()
        os._exit(code)
    return code
