"""Where the live threads meet the window: the only QObject that they call."""

from __future__ import annotations

import contextlib

from PySide6.QtCore import QObject, Signal, SignalInstance

from camapp.live.drawing.shown import Shown
from camapp.live.slot import LatestSlot
from detector.errors import UserFacingError


class LiveBridge(QObject):
    """Carries pictures and errors of one pipeline to the UI thread.

    Signals:
        ready: a picture waits in `slot`; at most one signal is pending, however slow the window.
        failed: (number, UserFacingError) something went wrong; the source may be mending it.
        mended: a lost camera gives pictures again.
        ended: the source has come to its end.
    """

    ready = Signal(int)
    failed = Signal(int, object)
    mended = Signal(int)
    ended = Signal(int)

    def __init__(self, number: int, parent: QObject | None = None) -> None:
        """`number` tells this pipeline's signals from those of one that was closed a moment ago."""
        super().__init__(parent)
        self.number = number
        self.slot: LatestSlot[Shown] = LatestSlot()

    def publish(self, shown: Shown) -> None:
        """Called on the drawing worker. The signal carries no picture: a queued signal would be a growing queue."""
        if self.slot.put(shown):
            tell(self.ready, self.number)

    def fail(self, error: UserFacingError) -> None:
        """Called on any live thread."""
        tell(self.failed, self.number, error)

    def mend(self) -> None:
        """Called on the capture thread."""
        tell(self.mended, self.number)

    def end(self) -> None:
        """Called on the capture thread."""
        tell(self.ended, self.number)


def tell(signal: SignalInstance, *values: object) -> None:
    """Emits a signal from a thread that may outlive the window, which Qt deletes when the screen is taken away."""
    with contextlib.suppress(RuntimeError):  # "Signal source has been deleted": there is nobody left to hear it
        signal.emit(*values)
