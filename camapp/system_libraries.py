"""The shared libraries that wheels don't bring on Linux: which are missing, and the command that installs them.

The standard library alone: main.py asks before anything is installed.
"""

from __future__ import annotations

import ctypes
import shutil
import sys
from collections.abc import Iterable, Mapping

# soname -> Debian packages that hold it; the first one that apt knows is taken.
# What OpenCV loads, with or without a window:
ALWAYS: Mapping[str, tuple[str, ...]] = {
    "libGL.so.1": ("libgl1",),
    "libgthread-2.0.so.0": ("libglib2.0-0t64", "libglib2.0-0"),
}
# What Qt and its plug-ins for X11 and Wayland load besides:
WINDOW: Mapping[str, tuple[str, ...]] = {
    "libEGL.so.1": ("libegl1",),
    "libdbus-1.so.3": ("libdbus-1-3",),
    "libfontconfig.so.1": ("libfontconfig1",),
    "libwayland-cursor.so.0": ("libwayland-cursor0",),
    "libwayland-egl.so.1": ("libwayland-egl1",),
    "libxkbcommon-x11.so.0": ("libxkbcommon-x11-0",),
    "libxcb-cursor.so.0": ("libxcb-cursor0",),
    "libxcb-icccm.so.4": ("libxcb-icccm4",),
    "libxcb-image.so.0": ("libxcb-image0",),
    "libxcb-keysyms.so.1": ("libxcb-keysyms1",),
    "libxcb-randr.so.0": ("libxcb-randr0",),
    "libxcb-render-util.so.0": ("libxcb-render-util0",),
    "libxcb-shape.so.0": ("libxcb-shape0",),
}


def missing(libraries: Iterable[str]) -> list[str]:
    """Those of the sonames that the dynamic linker does not find. None are missing where there are no sonames."""
    return [name for name in libraries if not _loads(name)] if sys.platform == "linux" else []


def install_command(sonames: Iterable[str], packages: Iterable[str] = ()) -> str:
    """What a person types to get them, for the package manager that this system has.

    Args:
        sonames: keys of ALWAYS or WINDOW.
        packages: Debian packages wanted besides, as "python3-venv".
    """
    if shutil.which("apt-get"):
        known = {**ALWAYS, **WINDOW}
        # The last name is the one that every release understands: newer ones provide it under a new name.
        return "sudo apt-get install -y " + " ".join([*packages, *(known[name][-1] for name in sonames)])
    wanted = " ".join(f"'{name}()(64bit)'" for name in sonames)
    for manager in ("dnf", "zypper"):
        if shutil.which(manager):
            return f"sudo {manager} install {wanted}"
    return "your system's package manager, for: " + ", ".join([*packages, *sonames])


def _loads(soname: str) -> bool:
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True
