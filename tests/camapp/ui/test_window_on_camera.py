"""The real window on the emulated camera of tests/fakecam, which child processes alone see."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from camapp.live.camera.controls import AUTO_EXPOSURE
from camapp.settings import FOLDER_VARIABLE, CameraSettings, Settings, save_settings
from tests.fakecam.fakecam import FakeCam

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the emulated camera is a V4L2 device")

BRIGHTNESS = 0x00980900
State = dict[str, Any]


class Watch:
    """The window in a program of its own; call it with `holds`: reads what the window says until that is true."""

    def __init__(self, child: subprocess.Popen[str]) -> None:
        self._child = child

    def __call__(self, holds: Callable[[State], bool]) -> State:
        assert self._child.stdout is not None
        said = []
        for line in self._child.stdout:
            said.append(json.loads(line))
            if holds(said[-1]):
                return said[-1]
        raise AssertionError(f"the window ended: {said[-3:]}")

    def tell(self, word: str) -> None:
        """See watch_window."""
        assert self._child.stdin is not None
        self._child.stdin.write(f"{word}\n")
        self._child.stdin.flush()


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """The file that the window remembers things in."""
    return tmp_path / "config" / "settings.toml"


@pytest.fixture
def until(fakecam: FakeCam, settings: Path) -> Iterator[Callable[[], Watch]]:
    """until()(holds): opens the window, and reads what it says until `holds`."""
    env = {**os.environ, FOLDER_VARIABLE: str(settings.parent)}
    with contextlib.ExitStack() as stack:

        def start() -> Watch:
            child = stack.enter_context(
                fakecam.python(
                    "-m", "tests.camapp.ui.watch_window", env=env, stdin=subprocess.PIPE, stderr=subprocess.PIPE
                )
            )
            stack.callback(child.kill)
            return Watch(child)

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


def test_each_camera_is_opened_in_its_own_mode_at_the_next_start(
    fakecam: FakeCam, until: Callable[[], Watch], settings: Path
) -> None:
    chosen = CameraSettings(size_wh=(640, 480), fps=30.0, pixel_format="MJPG")
    save_settings(Settings(cameras={"camera:HD Webcam": chosen}), settings)
    opened = until()(lambda state: state["picture"] and "fps" in state["source"])
    assert opened["source"] == "HD Webcam, 640x480 MJPG, 30 fps"


def test_what_was_set_on_a_camera_is_set_again_at_the_next_start_and_when_it_comes_back(
    fakecam: FakeCam, until: Callable[[], Watch], settings: Path
) -> None:
    chosen = {"Auto Exposure": 1, "Exposure Time, Absolute": 300, "Brightness": 12, "No longer there": 7}
    save_settings(Settings(cameras={"camera:HD Webcam": CameraSettings(controls=chosen)}), settings)

    def wait_for_controls() -> None:
        wanted = {AUTO_EXPOSURE: 1, AUTO_EXPOSURE + 1: 300, BRIGHTNESS: 12}
        deadline_s = time.monotonic() + 20
        while {number: fakecam.control(0, number) for number in wanted} != wanted:
            assert time.monotonic() < deadline_s, {number: fakecam.control(0, number) for number in wanted}
            time.sleep(0.02)

    read = until()
    assert fakecam.control(0, BRIGHTNESS) == 0
    read(lambda state: state["picture"])
    wait_for_controls()
    fakecam.cmd("unplug 0")
    lost = read(lambda state: state["bar"] != "")
    assert lost["bar"].startswith("The camera 'HD Webcam' stopped sending pictures.")
    fakecam.cmd("replug 0 5")
    assert fakecam.control(0, BRIGHTNESS) == 0
    back = read(lambda state: state["bar"] == "")
    assert back["picture"]
    wait_for_controls()


def test_the_source_menu_shows_what_each_camera_sees_and_lets_them_go(
    fakecam: FakeCam, until: Callable[[], Watch]
) -> None:
    read = until()
    read(lambda state: state["rows"] == 2)
    read.tell("menu")
    both = read(lambda state: len(state["menu"]) == 2 and all(seen for _, seen in state["menu"].values()))
    assert both["menu"] == {"HD Webcam": ["1280x720 MJPG, 30 fps", True], "USB2.0 Cam": ["Up to 640x480", True]}
    assert fakecam.info(0)["n_streamon"] == 1  # its picture is the one that runs anyhow
    assert fakecam.info(1)["streaming"]
    read.tell("menu")
    read(lambda state: state["menu"] == {})
    fakecam.cmd("busy 1")  # as soon as it is let go
    read.tell("menu")
    busy = read(lambda state: state["menu"].get("USB2.0 Cam", ["Switching on…"])[0] not in ("Switching on…", ""))
    assert busy["menu"]["USB2.0 Cam"] == ["In use by another program", False]
    assert not fakecam.info(1)["streaming"]
    read.tell("close")
