"""The screen is taken away: the X server or the compositor ends, at a logout or a crash of its own."""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Callable, Iterator

from PySide6.QtCore import QMessageLogContext, QtMsgType, qFormatLogMessage, qInstallMessageHandler

# Qt says this, then leaves by exit(), which aborts in the middle of what other threads do.
LOST = re.compile(r"The (X11|Wayland) connection (broke|experienced a fatal error)")


@contextlib.contextmanager
def watch_screen(lost: Callable[[], None]) -> Iterator[None]:
    """`lost` is called while the screen goes, on the window's thread; it does not return where Qt is to do no more."""

    def take(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
        if sys.stderr is not None:  # there is none for a program without a terminal on Windows
            sys.stderr.write(qFormatLogMessage(kind, context, text) + "\n")
        if LOST.match(text):
            lost()

    before = qInstallMessageHandler(take)
    try:
        yield
    finally:
        qInstallMessageHandler(before)
