"""When Python looks for garbage: a look at all objects of all libraries stops every thread, the window's too."""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

# Young objects are looked at by Python itself, in 2 ms at most. Never all: 64,000 objects once openvino is there, which
# took 20 to 40 ms at an arbitrary moment and was what a person could feel while the model loaded.
THRESHOLDS = (700, 10, 1_000_000_000)
PERIOD_MS = 10_000
MANY = 20_000  # objects; to look at so many takes 5 to 8 ms


class Collector(QObject):
    """Looks for garbage among old objects, every ten seconds and on the window's thread, where that is soon done.

    What an import brought is left out from then on: it stays until the end. Make it when the window is there.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.freeze()
        gc.set_threshold(*THRESHOLDS)
        gc.enable()
        timer = QTimer(self, interval=PERIOD_MS)
        timer.timeout.connect(self.look)
        timer.start()

    def look(self) -> None:
        """Frees old garbage; so many new objects come only by an import, and are not looked at again."""
        if len(gc.get_objects(generation=2)) > MANY:
            gc.freeze()
        else:
            gc.collect()
