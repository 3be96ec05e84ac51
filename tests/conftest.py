"""What every test gets: no screen, a quiet OpenCV, settings of their own, and no thread of ours left behind."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Iterator

import pytest

os.environ["QT_QPA_PLATFORM"] = "offscreen"  # before anything imports Qt
os.environ["OPENCV_LOG_LEVEL"] = "ERROR"  # before anything imports cv2: it warns of each camera that is not there

_own_folder = tempfile.TemporaryDirectory(prefix="camapp-tests-")  # no test reads or changes the person's settings
os.environ["CAMAPP_CONFIG_DIR"] = _own_folder.name
os.environ["CAMAPP_CACHE_DIR"] = _own_folder.name

GRACE_S = 20.0  # a stopped thread may still be on its way out, on a busy machine for long


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    """Fails a test after which a thread named camapp-... still runs."""
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + GRACE_S
    while left := [
        t.name for t in threading.enumerate() if t not in before and t.name.startswith("camapp-") and t.is_alive()
    ]:
        if time.monotonic() > deadline:
            pytest.fail(f"threads left running: {', '.join(left)}")
        time.sleep(0.02)
