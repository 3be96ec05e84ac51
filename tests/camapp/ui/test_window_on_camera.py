"""The real window on the emulated camera of tests/fakecam, which child processes alone see."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.fakecam.fakecam import FakeCam

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the emulated camera is a V4L2 device")

State = dict[str, Any]
Watch = Callable[[Callable[[State], bool]], State]


@pytest.fixture
def until(fakecam: FakeCam) -> Iterator[Callable[[], Watch]]:
    """until()(holds): opens the window, and reads what it says until `holds`."""
    with contextlib.ExitStack() as stack:

        def start() -> Watch:
            child = stack.enter_context(
                fakecam.python("-m", "tests.camapp.ui.watch_window", stdin=subprocess.PIPE, stderr=subprocess.PIPE)
            )
            stack.callback(child.kill)

            def read(holds: Callable[[State], bool]) -> State:
                assert child.stdout is not None
                said = []
                for line in child.stdout:
                    said.append(json.loads(line))
                    if holds(said[-1]):
                        return said[-1]
                raise AssertionError(f"the window ended: {said[-3:]}")

            return read

        yield start


def test_the_window_opens_on_the_camera_and_says_when_it_is_lost_and_back(
    fakecam: FakeCam, until: Callable[[], Watch]
) -> None:
    read = until()
    opened = read(lambda state: state["rows"] == 2)
    assert opened["source"] == "HD Webcam, 1280x720 MJPG, 30 fps"
    assert opened["bar"] == ""
    fakecam.cmd("unplug 0")
    lost = read(lambda state: state["bar"] != "")
    assert lost["bar"] == "The camera 'HD Webcam' stopped sending pictures. Trying again; check its cable."
    assert lost["picture"]
    fakecam.cmd("replug 0 5")
    read(lambda state: state["bar"] == "")


def test_a_busy_camera_is_passed_over_for_one_that_works(fakecam: FakeCam, until: Callable[[], Watch]) -> None:
    fakecam.cmd("busy 0")
    opened = until()(lambda state: state["picture"])
    assert (opened["source"], opened["bar"]) == ("USB2.0 Cam, 640x480 YUYV, 15 fps", "")


def test_without_a_camera_that_works_the_first_ones_fault_is_said(fakecam: FakeCam, until: Callable[[], Watch]) -> None:
    fakecam.cmd("deny 0")
    fakecam.cmd("busy 1")
    opened = until()(lambda state: state["picture"] and state["bar"] != "")
    assert opened["source"].startswith("Bundled clip, 1280x720")
    assert opened["bar"].startswith("You are not allowed to use the camera 'HD Webcam'.")
