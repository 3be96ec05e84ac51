"""The hand-over of a live source: one place, the newest item wins, and what was overwritten is counted."""

from __future__ import annotations

from threading import Condition
from typing import Generic, TypeVar

T = TypeVar("T")


class LatestSlot(Generic[T]):
    """Holds at most one item; `put` never blocks, so a slow taker costs items and never time.

    Attributes:
        dropped: items overwritten before anyone took them.
        closed: no more items will come; one that is still here can be taken.
    """

    def __init__(self) -> None:
        self.dropped = 0
        self.closed = False
        self._changed = Condition()
        self._item: T | None = None
        self._woken = False

    def put(self, item: T) -> bool:
        """Never blocks. Returns True if it was empty: the taker must be woken. After close() it does nothing."""
        with self._changed:
            if self.closed:
                return False
            was_empty, self._item = self._item is None, item
            self.dropped += not was_empty
            self._changed.notify()
            return was_empty

    def take(self, timeout: float | None = None) -> T | None:
        """Waits for an item and empties the slot; None after `timeout` seconds, wake() or, once empty, close()."""
        with self._changed:
            self._changed.wait_for(lambda: self._item is not None or self.closed or self._woken, timeout)
            item, self._item = self._item, None
            self._woken = False
            return item

    def wake(self) -> None:
        """Lets a taker, now waiting or the next to come, return without an item."""
        with self._changed:
            self._woken = True
            self._changed.notify()

    def close(self) -> None:
        """Wakes whoever waits; the item that is in it, if any, can still be taken."""
        with self._changed:
            self.closed = True
            self._changed.notify_all()
