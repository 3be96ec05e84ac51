"""Converts a model's weights for OpenVINO in a process of its own: torch would hold this one's lock for seconds.

`python -m detector.engines.convert_aside MODEL` is that process.
"""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import sys
from pathlib import Path
from threading import Event

log = logging.getLogger(__name__)
LONGEST_S = 300.0
POLL_S = 0.5
NICE = 15  # whoever looks at the picture goes first


def convert_aside(path: Path, stop: Event) -> bool:
    """Leaves the float network in the user's cache, where the next OpenVinoDetector finds it.

    Args:
        stop: set it to give up.

    Returns:
        Whether it is there now.
    """
    flags = getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0)  # there on Windows alone
    command = [sys.executable, "-m", "detector.engines.convert_aside", str(path)]
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, creationflags=flags
        )
    except OSError as error:
        log.warning("The network of '%s' could not be converted aside: %s", path, error)
        return False
    waited_s = 0.0
    while process.poll() is None:
        if stop.wait(POLL_S) or waited_s > LONGEST_S:
            process.kill()
            process.wait()
            return False
        waited_s += POLL_S
    return process.returncode == 0


def main() -> None:
    """Of the process: converts the model named on its command line."""
    if hasattr(os, "nice"):
        with contextlib.suppress(OSError):
            os.nice(NICE)
    from detector.engines.openvino_engine import OpenVinoDetector

    OpenVinoDetector(Path(sys.argv[1]), precision="float").close()


if __name__ == "__main__":
    main()
