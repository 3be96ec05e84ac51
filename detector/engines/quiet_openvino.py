"""OpenVINO with its telemetry switched off: everything here imports it through this file.

`import openvino` pulls openvino_telemetry, which reports the import to its makers unless a file in the home folder
forbids it; nncf does the same. Both have a stand-in for when that package is not installed, so it is made to look
absent as soon as this file is imported. Nothing is written and no option of the user is touched.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
import sys
from functools import cache
from pathlib import Path
from typing import Any


def silence_telemetry() -> None:
    """Makes `import openvino_telemetry` fail in this process, as if it were not installed."""
    sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # None is how Python marks "not to be had"


silence_telemetry()


def link_openvino() -> None:
    """Has the system link OpenVINO's libraries before Python imports them.

    `import` holds Python's lock all the while (5 to 15 ms), and every thread that wants it waits, a window's too;
    ctypes does not. What goes wrong here, the import says better. Not on Windows, where openvino itself has to say
    first where its libraries are.
    """
    found = importlib.util.find_spec("openvino")
    if found is None or found.origin is None or sys.platform == "win32":
        return
    for library in Path(found.origin).parent.glob("_pyopenvino*.so"):
        with contextlib.suppress(OSError):
            ctypes.CDLL(str(library))


@cache
def import_openvino() -> Any:
    """The openvino module, telemetry off; imported at the first call (about 0.1 s, uncompiled 0.5 s)."""
    silence_telemetry()
    link_openvino()
    import openvino

    return openvino


@cache
def openvino_core() -> Any:
    """The one Core of the process, never let go.

    Each Core gives its thread a larger stack for signals and takes it away in the end; where two of them end in the
    order in which they began, a freed one is left behind, and the next Ctrl-C ends the program with a crash.
    """
    return import_openvino().Core()
