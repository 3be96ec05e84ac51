"""Ctrl-C that waits for the end of a training step: in the middle of one, half of the weights have moved already."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType

log = logging.getLogger(__name__)

SAME_PRESS_S = 2.0  # a terminal and a program between (uv run, timeout) both pass one press on: it comes twice


class Interruption:
    """Within it a first Ctrl-C is only noted; one more, some seconds later, works at once.

    Attributes:
        asked: whether there was one.
    """

    def __init__(self) -> None:
        self.asked = False
        self._asked_s = 0.0

    def __enter__(self) -> Interruption:
        # Python gives signals to the main thread alone; a run on another one is stopped by whoever started it.
        self._in_main_thread = threading.current_thread() is threading.main_thread()
        if self._in_main_thread:
            self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        if self._in_main_thread:
            signal.signal(signal.SIGINT, self._before)

    def check(self, keep: Callable[[], None], step: int) -> None:
        """To be called between two steps: if there was one, saves by `keep`.

        Raises:
            KeyboardInterrupt: there was one.
        """
        if self.asked:
            keep()
            log.warning("Interrupted at step %d. The same command goes on from here.", step)
            raise KeyboardInterrupt

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.asked and time.monotonic() - self._asked_s > SAME_PRESS_S:
            raise KeyboardInterrupt
        if not self.asked:
            self.asked, self._asked_s = True, time.monotonic()
