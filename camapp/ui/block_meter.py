"""How long the window's thread does not answer: what a person feels as a window that hangs."""

from __future__ import annotations

import os
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QAbstractEventDispatcher, QObject, QProcess

from camapp.ui.question_clock import open_schedstat, waited_ns

CLOCK = Path(__file__).with_name("question_clock.py")
START_MS = 20_000


@dataclass(frozen=True, slots=True)
class Answer:
    """One sign of life of the window's thread.

    Attributes:
        wall_ms: from the question to the answer, by the clock.
        core_ms: of these, how long the thread was ready to go on but the system gave it no core; 0 where the system
            does not say. It can be up to 2 ms too much: what it had waited when the question came is not told apart.
        asked_late_ms: by how much the idle program that asks was late itself.
    """

    wall_ms: float
    core_ms: float
    asked_late_ms: float

    @property
    def own_ms(self) -> float:
        """What the program is to blame for: the thread computed, or waited for Python's lock, a disk or the screen."""
        return self.wall_ms - self.core_ms


class BlockMeter(QObject):
    """Has the window's thread asked for a sign of life every 2 ms, and adds up what it computes. Made in that thread.

    The questions come from another process (question_clock.py): nothing in this one can put them off. Of the questions
    that wait, the oldest counts: a block is one late answer, however long it was.

    Attributes:
        answers: since reset().
        cpu_ms: the computing time of the window's thread in each turn of its event loop.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.answers: list[Answer] = []
        self.cpu_ms: list[float] = []
        self._turn_began_s: float | None = None
        self._rest = b""
        dispatcher = QAbstractEventDispatcher.instance()
        if dispatcher is None:
            raise ValueError("there is no event loop in this thread yet: make a QApplication first")
        dispatcher.awake.connect(self._turn)
        thread = threading.get_native_id()
        self._schedstat = open_schedstat(os.getpid(), thread)
        self._clock = QProcess(self)
        self._clock.start(sys.executable, ["-IS", str(CLOCK), str(os.getpid()), str(thread)])
        if not self._clock.waitForReadyRead(START_MS):
            raise OSError("the program that asks the questions does not start")
        self._clock.readyReadStandardOutput.connect(self._answer)
        self.reset()

    def reset(self) -> None:
        """Forgets all, unanswered questions and the present turn, too."""
        self._clock.readAllStandardOutput()
        self._rest = b""
        self.answers, self.cpu_ms, self._turn_began_s = [], [], None

    def stop(self) -> None:
        """Ends the other process."""
        self._clock.readyReadStandardOutput.disconnect(self._answer)
        self._clock.kill()
        self._clock.waitForFinished()

    def _answer(self) -> None:
        now_ns, waited = time.perf_counter_ns(), waited_ns(self._schedstat)
        *lines, self._rest = (self._rest + bytes(self._clock.readAllStandardOutput().data())).split(b"\n")
        questions = [tuple(map(int, line.split())) for line in lines]
        questions = [question for question in questions if len(question) == 3]  # reset() may have cut one
        if questions:
            asked_ns, _, waited_before = questions[0]
            wall_ms = max(now_ns - asked_ns, 0) / 1e6
            core_ms = 0.0 if waited < 0 else min((waited - waited_before) / 1e6, wall_ms)
            self.answers.append(Answer(wall_ms, core_ms, max(late_ns for _, late_ns, _ in questions) / 1e6))

    def _turn(self) -> None:
        """The loop begins anew: what was computed since it last did is one turn; it sleeps within."""
        now_s = time.thread_time()
        if self._turn_began_s is not None:
            self.cpu_ms.append((now_s - self._turn_began_s) * 1000)
        self._turn_began_s = now_s
