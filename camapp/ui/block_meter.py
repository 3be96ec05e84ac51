"""How long the window's thread is busy at a time: what a person feels as a window that does not answer."""

from __future__ import annotations

import time

from PySide6.QtCore import QAbstractEventDispatcher, QObject


class BlockMeter(QObject):
    """Times every turn of the event loop, from waking up to going to sleep. Make it in the window's thread.

    What is measured as one turn can be several events, between which input would be handled: it is never too little.

    Attributes:
        wall_ms: each turn since reset(), by the clock; what another program does meanwhile counts.
        cpu_ms: the computing time of this thread in each.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.wall_ms: list[float] = []
        self.cpu_ms: list[float] = []
        self._awake: tuple[float, float] | None = None
        dispatcher = QAbstractEventDispatcher.instance()
        if dispatcher is None:
            raise ValueError("there is no event loop in this thread yet: make a QApplication first")
        dispatcher.awake.connect(self._turn)
        dispatcher.aboutToBlock.connect(self._sleep)

    def reset(self) -> None:
        """Forgets all; the present turn is not counted, either."""
        self.wall_ms, self.cpu_ms, self._awake = [], [], None

    def _turn(self) -> None:
        """A turn begins; where the loop had more to do, the one before ends here."""
        self._sleep()
        self._awake = time.perf_counter(), time.thread_time()

    def _sleep(self) -> None:
        if self._awake is not None:
            self.wall_ms.append((time.perf_counter() - self._awake[0]) * 1000)
            self.cpu_ms.append((time.thread_time() - self._awake[1]) * 1000)
            self._awake = None
