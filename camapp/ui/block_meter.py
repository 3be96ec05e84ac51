"""How long the window's thread is busy at a time: what a person feels as a window that does not answer."""

from __future__ import annotations

import threading
import time

from PySide6.QtCore import QAbstractEventDispatcher, QObject, Qt, Signal

PERIOD_S = 0.002  # between two questions
GIVE_UP_S = 0.1  # so often it looks whether it is to end: nobody may be there to answer


class BlockMeter(QObject):
    """Asks the window's thread every 2 ms for a sign of life, and adds up what it computes. Make it in that thread.

    A question that is late since other threads hold Python counts as waiting, too: the figures are never too small.

    Attributes:
        wall_ms: how long each answer since reset() took, by the clock; what other programs do meanwhile counts.
        cpu_ms: the computing time of the window's thread in each turn of its event loop.
    """

    _asked = Signal(float)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.wall_ms: list[float] = []
        self.cpu_ms: list[float] = []
        self._turn_began_s: float | None = None
        self._answered = threading.Event()
        self._stopped = threading.Event()
        dispatcher = QAbstractEventDispatcher.instance()
        if dispatcher is None:
            raise ValueError("there is no event loop in this thread yet: make a QApplication first")
        dispatcher.awake.connect(self._turn)
        self._asked.connect(self._answer, Qt.ConnectionType.QueuedConnection)
        self._thread = threading.Thread(target=self._ask, name="camapp-meter", daemon=True)
        self._thread.start()

    def reset(self) -> None:
        """Forgets all; the present turn is not counted, either."""
        self.wall_ms, self.cpu_ms, self._turn_began_s = [], [], None

    def stop(self) -> None:
        """Ends the thread."""
        self._stopped.set()
        self._thread.join()

    def _ask(self) -> None:
        while not self._stopped.is_set():
            due_s = time.perf_counter() + PERIOD_S  # not when we come to ask: we may wait for Python ourselves
            self._stopped.wait(PERIOD_S)
            self._answered.clear()
            self._asked.emit(due_s)
            while not self._answered.wait(GIVE_UP_S) and not self._stopped.is_set():
                pass

    def _answer(self, asked_s: float) -> None:
        self.wall_ms.append(max(time.perf_counter() - asked_s, 0.0) * 1000)
        self._answered.set()

    def _turn(self) -> None:
        """The loop begins anew: what was computed since it last did is one turn; it sleeps within."""
        now_s = time.thread_time()
        if self._turn_began_s is not None:
            self.cpu_ms.append((now_s - self._turn_began_s) * 1000)
        self._turn_began_s = now_s
