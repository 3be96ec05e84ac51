"""OpenVINO with its telemetry switched off: everything here imports it through this file.

`import openvino` pulls openvino_telemetry, which reports the import to its makers unless a file in the home folder
forbids it; nncf does the same. Both have a stand-in for when that package is not installed, so it is made to look
absent as soon as this file is imported. Nothing is written and no option of the user is touched.
"""

from __future__ import annotations

import sys
from functools import cache
from typing import Any


def silence_telemetry() -> None:
    """Makes `import openvino_telemetry` fail in this process, as if it were not installed."""
    sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # None is how Python marks "not to be had"


silence_telemetry()


@cache
def import_openvino() -> Any:
    """The openvino module, telemetry off; imported at the first call (about 0.5 s)."""
    silence_telemetry()
    import openvino

    return openvino
