"""Cameras, under the emulated one of tests/fakecam: it is seen by child processes alone."""

from __future__ import annotations

import contextlib
import itertools
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakecam.fakecam import FakeCam, build

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the emulated camera is a V4L2 device")

Event = dict[str, Any]


class Watched:
    """The child that reads a source, and what it said."""

    def __init__(self, fakecam: FakeCam, *arguments: str) -> None:
        self._child = fakecam.python(
            "-m", "tests.camapp.live.watch_source", *arguments, stdin=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self.events: list[Event] = []

    def until(self, wanted: Callable[[Event], bool]) -> Event:
        """Reads on until such an event."""
        assert self._child.stdout is not None
        for line in self._child.stdout:
            self.events.append(json.loads(line))
            if wanted(self.events[-1]):
                return self.events[-1]
        raise AssertionError(f"the child ended: {self.events[-3:]}")

    def said(self, event: str) -> Event:
        """Reads on until an event of this kind."""
        return self.until(lambda e: e["event"] == event)

    def frames(self, count: int) -> list[Event]:
        """The next `count` frames; nothing but frames may come."""
        new = [self.until(lambda e: True) for _ in range(count)]
        assert {e["event"] for e in new} == {"frame"}
        return new

    def close(self) -> tuple[str, str]:
        """Closes the source; the rest of both outputs."""
        return self._child.communicate("close\n", timeout=200)


@pytest.fixture
def watch(fakecam: FakeCam) -> Iterator[Callable[..., Watched]]:
    """watch("0") starts a child that reads camera 0."""
    with contextlib.ExitStack() as stack:

        def start(*arguments: str) -> Watched:
            child = Watched(fakecam, *arguments)
            stack.callback(child._child.__exit__, None, None, None)
            stack.callback(child._child.kill)
            return child

        yield start


def list_in_child(fakecam: FakeCam) -> list[list[Any]]:
    code = (
        "import json; from camapp.live.camera.listing import list_cameras;"
        "print(json.dumps([[c.name, c.index, c.path] for c in list_cameras()]))"
    )
    return json.loads(fakecam.python("-c", code).communicate(timeout=200)[0])


def test_cameras_are_listed_by_their_names_without_their_metadata_nodes(fakecam_state: FakeCam, tmp_path: Path) -> None:
    shutil.copy(build(fakecam_state.folder), tmp_path)
    fakecam = FakeCam.create(tmp_path, formats=(), metadata_nodes=True)
    assert list_in_child(fakecam) == [["HD Webcam", 0, "/dev/video0"], ["USB2.0 Cam", 2, "/dev/video2"]]


def test_busy_and_forbidden_cameras_are_listed_too(fakecam: FakeCam) -> None:
    fakecam.cmd("busy 0")
    fakecam.cmd("deny 1")
    assert [name for name, *_ in list_in_child(fakecam)] == ["HD Webcam", "USB2.0 Cam"]


def test_a_camera_gives_every_picture_in_mjpg_at_hd_with_the_time_it_was_taken(fakecam: FakeCam, watch: Any) -> None:
    child = watch("0")
    opened = child.said("open")
    assert opened["name"] == "HD Webcam"
    assert opened["description"] == "1280x720 MJPG, 30 fps"
    assert fakecam.info(0)["format"] == "MJPG 1280x720@30"
    frames = child.frames(60)
    steps = [(b["index"] - a["index"], b["number"] - a["number"]) for a, b in itertools.pairwise(frames)]
    assert all(1 <= counted <= taken for counted, taken in steps)
    # The camera loses pictures where this machine gives the program no time to fetch them; none else is uncounted.
    assert sum(taken - counted for counted, taken in steps) <= fakecam.info(0)["n_nobuf"]
    assert max(abs(f["stamp_error_us"]) for f in frames) <= 1
    assert frames[0]["time_s"] == 0
    assert frames[59]["time_s"] >= 54 / 30  # after a pause it may catch up on five pictures
    rest, noise = child.close()
    assert '"end"' in rest
    assert noise == ""
    assert not fakecam.info(0)["streaming"]


def test_a_camera_without_mjpg_is_opened_by_name_in_what_it_grants(watch: Any) -> None:
    assert watch("usb2.0 cam").said("open")["description"] == "640x480 YUYV, 15 fps"


def test_a_camera_is_opened_in_the_mode_that_was_chosen_by_one_open_call(fakecam: FakeCam, watch: Any) -> None:
    child = watch("0", "640x480,YUYV,30")
    opened = child.said("open")
    assert opened["mode"] == "640x480 YUYV, 30 fps"
    assert fakecam.info(0)["format"] == "YUYV 640x480@30"
    assert fakecam.info(0)["n_streamon"] == 1
    child.close()


def test_a_mode_that_a_camera_has_not_got_gives_its_nearest_and_says_which(watch: Any) -> None:
    opened = watch("0", "1280x720,YUYV,30").said("open")
    assert opened["mode"] == "1280x720 YUYV, 10 fps"
    assert opened["description"] == "1280x720 YUYV, 10 fps"


REFUSALS = (
    (["busy 0"], "0", "camera_in_use"),
    (["busy 0 streamon"], "0", "camera_in_use"),
    (["deny 0"], "HD Webcam", "camera_forbidden"),
    (["error 0 streamon ENOSPC"], "0", "camera_no_bandwidth"),
    (["stall 0 forever"], "0", "camera_silent"),
    (["unplug 0"], "camera:HD Webcam", "camera_missing"),
    (["unplug 0", "unplug 1"], "0", "no_camera"),
)
OPEN_EACH = """
import sys
from camapp.live.sources import open_source
from detector.errors import UserFacingError
for line in sys.stdin:
    try:
        next(iter(open_source(line.strip())))
    except UserFacingError as error:
        print(error.code, error.exit_code, flush=True)
"""


def test_a_camera_that_does_not_open_says_why(fakecam: FakeCam) -> None:
    with fakecam.python("-c", OPEN_EACH, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        for faults, spec, code in REFUSALS:
            fakecam.reset()
            for fault in faults:
                fakecam.cmd(fault)
            child.stdin.write(f"{spec}\n")
            child.stdin.flush()
            assert child.stdout.readline().split() == [code, "4"]
        rest, noise = child.communicate(timeout=200)
    assert (rest, noise) == ("", "")


def test_an_unplugged_camera_is_reported_and_comes_back_as_another_node(fakecam: FakeCam, watch: Any) -> None:
    child = watch("0")
    before = child.said("frame")
    fakecam.cmd("unplug 0")
    trouble = child.said("trouble")
    assert trouble["text"] == "The camera 'HD Webcam' stopped sending pictures. Trying again; check its cable."
    fakecam.cmd("replug 0 5")
    child.said("well")
    after = child.frames(5)[0]
    assert after["index"] > before["index"]
    assert after["time_s"] > before["time_s"]
    assert [e["code"] for e in child.events if e["event"] == "trouble"] == ["camera_lost"]
    assert fakecam.info(0)["node"] == 5


def test_a_camera_that_stalls_is_reported_and_goes_on(fakecam: FakeCam, watch: Any) -> None:
    child = watch("0", "silence")
    child.said("frame")
    fakecam.cmd("stall 0 forever")
    assert child.said("trouble")["code"] == "camera_silent"
    fakecam.cmd("clear 0")
    child.said("well")
    child.said("frame")


def test_a_camera_whose_reads_fail_is_opened_again(fakecam: FakeCam, watch: Any) -> None:
    child = watch("0")
    child.said("frame")
    fakecam.cmd("error 0 dqbuf EIO")
    assert child.said("trouble")["code"] == "camera_lost"
    fakecam.cmd("error 0 dqbuf 0")
    child.said("well")
    child.frames(5)


def test_broken_pictures_of_a_camera_end_nothing(fakecam: FakeCam, watch: Any) -> None:
    child = watch("0")
    child.said("frame")
    for kind in ("truncate", "garbage", "empty", "header", "flag"):
        fakecam.cmd(f"corrupt 0 4 {kind}")
        seen = fakecam.info(0)["n_corrupt"]
        while fakecam.info(0)["n_corrupt"] < seen + 3:
            child.frames(1)
    fakecam.cmd("corrupt 0 0 flag")
    child.frames(10)


def test_in_low_light_the_real_rate_is_measured(fakecam: FakeCam, watch: Any) -> None:
    fakecam.cmd("lowlight 0 7")
    child = watch("0")
    assert child.said("open")["description"] == "1280x720 MJPG, 30 fps"
    child.until(lambda e: e["event"] == "frame" and e["index"] >= 7 and 6.5 <= (e["fps"] or 0) <= 7.5)


def test_a_patient_source_waits_for_a_camera_in_use(fakecam: FakeCam, watch: Any) -> None:
    fakecam.cmd("busy 0")
    child = watch("0", "patient")
    assert child.said("trouble")["code"] == "camera_in_use"
    fakecam.cmd("busy 0 off")
    child.said("well")
    child.said("open")
    child.frames(3)


def test_closing_ends_the_iteration_of_a_silent_camera(fakecam: FakeCam, watch: Any) -> None:
    child = watch("0")
    child.said("frame")
    fakecam.cmd("stall 0 forever")
    rest, _ = child.close()
    assert json.loads(rest.splitlines()[-1]) == {"event": "end"}


def test_closing_ends_the_iteration_while_the_camera_still_opens(fakecam: FakeCam, watch: Any) -> None:
    fakecam.cmd("set 0 hang_ms 3000")
    child = watch("0")
    child.said("start")
    rest, _ = child.close()
    assert json.loads(rest.splitlines()[-1]) == {"event": "end"}
    assert fakecam.info(0)["n_dequeued"] == 0
