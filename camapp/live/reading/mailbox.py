"""Hands frames and troubles from a reading thread to the one that iterates, in order."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass

from detector.errors import UserFacingError
from detector.types import Frame

# The iterating thread may be held up for this many pictures (260 ms at 30 fps) before one is lost; a consumer that is
# always too slow gets pictures that are this many old.
ROOM = 8


@dataclass(frozen=True)
class Over:
    """Nothing more will come; with the error that ended it, if any."""

    error: UserFacingError | None


class Mailbox:
    """Frames, errors and the end, first in, first out; a full one drops its oldest frame, or lets the writer wait."""

    def __init__(self, lossless: bool = False) -> None:
        self._lossless = lossless
        self._changed = threading.Condition()
        self._items: deque[Frame | UserFacingError | Over] = deque()
        self._closed = False
        self._deadline_s: float | None = None

    def put(self, frame: Frame) -> int:
        """Adds a frame; how many older ones were dropped for it, 0 or 1."""
        with self._changed:
            if self._lossless:
                self._changed.wait_for(lambda: self._closed or len(self._items) < ROOM)
            frames = [item for item in self._items if isinstance(item, Frame)]
            full = len(frames) >= ROOM
            if full:
                self._items.remove(frames[0])
            self._items.append(frame)
            self._changed.notify_all()
            return int(full)

    def put_error(self, error: UserFacingError) -> None:
        """Adds a trouble that the writer tries to mend."""
        self._add(error)

    def end(self, error: UserFacingError | None) -> None:
        """Says that nothing more comes."""
        self._add(Over(error))

    def take(self, timeout_s: float) -> Frame | UserFacingError | Over | None:
        """The oldest item; None if none came in time."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._items, timeout_s):
                return None
            item = self._items.popleft()
            self._changed.notify_all()
            return item

    def expect(self, within_s: float | None) -> None:
        """The writer says how soon its next item is due at the latest; None: it is pausing, nothing is due."""
        self._deadline_s = None if within_s is None else time.monotonic() + within_s

    def overdue(self) -> bool:
        """True where the item that was expected did not come."""
        deadline_s = self._deadline_s
        return deadline_s is not None and time.monotonic() > deadline_s

    def close(self) -> None:
        """The reader is gone: a waiting writer goes on."""
        with self._changed:
            self._closed = True
            self._items.clear()
            self._changed.notify_all()

    def _add(self, item: UserFacingError | Over) -> None:
        with self._changed:
            self._items.append(item)
            self._changed.notify_all()
