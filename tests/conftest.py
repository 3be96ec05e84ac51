"""What every test gets: no screen, a quiet OpenCV, settings of their own, and no thread of ours left behind.

scripts/test.sh divides the tests among several processes (pytest-xdist).
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator

import pytest

from detector.machine import usable_cores

MOST_WORKERS = 4  # each takes about 2 GB
if (workers := int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))) > 1:  # before anything imports torch
    os.environ.setdefault("OMP_NUM_THREADS", str(max(usable_cores() // workers, 1)))
if os.environ.pop("PYTHONDONTWRITEBYTECODE", None):  # many tests start Python: let it compile what it imports once
    _compiled = tempfile.TemporaryDirectory(prefix="camapp-tests-pyc-")
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix = _compiled.name
    sys.dont_write_bytecode = False
os.environ["QT_QPA_PLATFORM"] = "offscreen"  # before anything imports Qt
os.environ["LC_ALL"] = os.environ["LANG"] = "C.UTF-8"  # a window that follows the system speaks English
for name in ("LANGUAGE", "http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
    os.environ.pop(name, None)  # streams of the tests come from this machine
os.environ["OPENCV_LOG_LEVEL"] = "ERROR"  # before anything imports cv2: it warns of each camera that is not there

_own_folder = tempfile.TemporaryDirectory(prefix="camapp-tests-")  # no test reads or changes the person's settings
os.environ["CAMAPP_CONFIG_DIR"] = _own_folder.name
os.environ["CAMAPP_CACHE_DIR"] = _own_folder.name


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """What `-n auto` means; on two cores three processes took longer than two."""
    return min(usable_cores(), MOST_WORKERS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest test comes first: else one process would be left alone with it at the end."""
    items.sort(key=lambda item: item.name != "test_mypy_finds_nothing")


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
