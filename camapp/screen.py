"""Whether there is a screen for a window. Asked before Qt, which ends the process where there is none."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path


def has_screen() -> bool:
    """True where a window can be shown: a display that answers, or a platform of Qt's that the user named."""
    if sys.platform != "linux" or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return _wayland_answers() or (bool(os.environ.get("DISPLAY")) and _x11_answers())


def _wayland_answers() -> bool:
    name = os.environ.get("WAYLAND_DISPLAY")
    return bool(name) and Path(os.environ.get("XDG_RUNTIME_DIR", "/run"), name or "").is_socket()


def _x11_answers() -> bool:
    """DISPLAY may name one that is gone, as after an `ssh -X` that fell back."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True  # that a library is missing is said by who looks at all of them
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    try:
        return xcb.xcb_connection_has_error(connection) == 0
    finally:
        xcb.xcb_disconnect(connection)
