"""Slow work off the UI thread: one lane runs its jobs one after another and brings each result back."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal, Slot

from camapp.errors import CamappError
from camapp.ui.bridge import tell
from detector.errors import UserFacingError

log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True)
class _Job:
    work: Callable[[], Any]
    done: Callable[[Any], None] | None
    failed: Callable[[UserFacingError], None] | None


class Jobs(QObject):
    """A thread with a queue. `done` and `failed` are called on the thread that the lane was made on.

    The thread is a daemon: a camera driver that hangs must not keep the program from ending.
    """

    _ended = Signal(object, object)  # the callback, its argument

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queue: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closed = False
        self._ended.connect(self._call)
        self._thread = threading.Thread(target=self._loop, name=f"camapp-{name}", daemon=True)
        self._thread.start()

    def run(
        self,
        work: Callable[[], T],
        done: Callable[[T], None] | None = None,
        failed: Callable[[UserFacingError], None] | None = None,
    ) -> None:
        """Queues `work`; its result goes to `done`, a UserFacingError (or whatever else went wrong) to `failed`."""
        if not self._closed:
            self._queue.put(_Job(work, done, failed))

    def close(self, timeout_s: float) -> bool:
        """Lets the queued jobs end, brings back no more results. False if one still runs after `timeout_s`."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _loop(self) -> None:
        while (job := self._queue.get()) is not None:
            try:
                result = job.work()
            except UserFacingError as error:
                self._bring_back(job.failed, error)
            except Exception as error:
                log.exception("job")
                self._bring_back(job.failed, CamappError("internal", reason=str(error) or type(error).__name__))
            else:
                self._bring_back(job.done, result)

    def _bring_back(self, callback: Callable[[Any], None] | None, value: object) -> None:
        if callback is not None and not self._closed:
            tell(self._ended, callback, value)

    @Slot(object, object)
    def _call(self, callback: Callable[[Any], None], value: object) -> None:
        if not self._closed:
            callback(value)
