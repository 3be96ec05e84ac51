"""When Python looks for garbage: only on the window's thread, and never at so much that a person feels it."""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

PERIOD_MS = 1000
OLD_EVERY = 10  # looks; old objects are seldom garbage
MANY = 8_000  # objects; to look at so many takes 2 to 5 ms


class Collector(QObject):
    """Looks for garbage every second, among old objects every ten, on the thread that it was made on.

    Left to itself, Python looks on whatever thread happens to make an object. What is freed there can be a part of a
    window, which Qt takes apart on its own thread alone; and a look at all 64,000 objects, once openvino is there,
    stopped every thread for 20 to 40 ms. What an import brought is left out: it stays until the end. Make it when the
    window is there, and end() it after.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._looks = 0
        gc.freeze()
        gc.disable()
        self._timer = QTimer(self, interval=PERIOD_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """Frees garbage; so many new objects come only by an import, and are not looked at again."""
        self._looks += 1
        old = self._looks % OLD_EVERY == 0
        if gc.get_count()[0] > MANY or (old and len(gc.get_objects(generation=2)) > MANY):
            gc.freeze()
        else:
            gc.collect(2 if old else 1)

    def end(self) -> None:
        """Python looks for garbage by itself again."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()
