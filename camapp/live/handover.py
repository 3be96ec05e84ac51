"""The hand-over that loses nothing by itself: a bounded queue that can be ended from both sides."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from threading import Condition
from typing import Generic, TypeVar

T = TypeVar("T")


class BoundedQueue(Generic[T]):
    """First in, first out, with at most `size` items; queue.Queue cannot be closed before Python 3.13.

    The giver ends it with close(): what is in it can still be taken. The taker ends it with cancel(): the giver's
    next put says so.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._changed = Condition()
        self._items: deque[T] = deque()
        self._closed = False
        self._cancelled = False

    def __len__(self) -> int:
        return len(self._items)

    @property
    def oldest(self) -> T | None:
        """The next to be taken."""
        with self._changed:
            return self._items[0] if self._items else None

    def put(self, item: T) -> bool:
        """Waits for room; False if nobody will take it any more."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._items) < self.size or self._closed or self._cancelled)
            return self._append(item)

    def offer(self, item: T) -> bool:
        """Never waits; False if there is no room or nobody will take it any more."""
        with self._changed:
            return len(self._items) < self.size and self._append(item)

    def __iter__(self) -> Iterator[T]:
        """Takes item by item, waiting for more, until it is closed and empty, or cancelled."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._items or self._closed or self._cancelled)
                if self._cancelled or not self._items:
                    return
                item = self._items.popleft()
                self._changed.notify_all()
            yield item

    def close(self) -> None:
        """No more will come."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def cancel(self) -> None:
        """No more will be taken; what is in it is let go."""
        with self._changed:
            self._cancelled = True
            self._items.clear()
            self._changed.notify_all()

    def _append(self, item: T) -> bool:
        if self._closed or self._cancelled:
            return False
        self._items.append(item)
        self._changed.notify_all()
        return True
