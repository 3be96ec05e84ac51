"""A program that opens the real window and prints what it says, for tests under the emulated camera.

python -m tests.camapp.ui.watch_window. One JSON object a line whenever what a person sees of them changes: source, bar,
picture, source menu. Lines on its standard input: "menu" opens the source menu or closes it, "close" closes the window.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import QTimer

from camapp.settings import settings_path
from camapp.ui.app import make_app
from camapp.ui.look.theme import Theme
from camapp.ui.main_window import MainWindow
from camapp.ui.memory import Memory
from camapp.ui.session import Doors
from tests.camapp.ui.conftest import ScriptedDetector


def main() -> None:
    """Runs until it is told to close."""
    app = make_app()
    doors = Doors(load_detector=lambda path, device, size_hw: ScriptedDetector())
    window = MainWindow(Theme(app), doors=doors, memory=Memory(settings_path()))
    window.show()
    told: queue.SimpleQueue[str] = queue.SimpleQueue()
    before: dict[str, object] = {}
    chooser = window.toolbar.source

    def look() -> None:
        nonlocal before
        now = {
            "source": chooser.label,
            "bar": window.bar.text,
            "picture": window.view.shown is not None,
            "rows": len(window.side.table.row_texts()),
            "menu": {
                camera.name: [row.note, not row.image.isNull()]
                for camera in chooser.cameras
                if (row := chooser.row_of(camera)) is not None
            },
        }
        if now != before:
            print(json.dumps(now), flush=True)
            before = now
        word = "" if told.empty() else told.get()
        if word == "menu":
            chooser.menu().close() if chooser.menu().isVisible() else chooser.showMenu()
        elif word == "close":
            timer.stop()
            window.close()

    threading.Thread(target=lambda: [told.put(line.strip()) for line in sys.stdin], daemon=True).start()
    timer = QTimer(interval=20)
    timer.timeout.connect(look)
    timer.start()
    app.exec()


if __name__ == "__main__":
    main()
