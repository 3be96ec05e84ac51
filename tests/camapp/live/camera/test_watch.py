"""Looking through several cameras at once, with cameras that do what the test tells."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Generator
from queue import Queue
from threading import Event

import numpy as np
import pytest

from camapp.errors import CameraError
from camapp.live.camera import watch as watch_module
from camapp.live.camera.listing import CameraInfo
from camapp.live.camera.thumbnails import Picture
from camapp.live.camera.watch import MOST_OPEN, CameraWatch, Look
from detector.errors import UserFacingError
from tests.camapp.live.camera.test_camera_controls import ask
from tests.fakecam.fakecam import FakeCam

PICTURE = np.zeros((9, 16, 3), np.uint8)


def cameras(count: int) -> list[CameraInfo]:
    return [CameraInfo(f"Camera {i}", i, f"/dev/video{i}") for i in range(count)]


class Cameras:
    """Gives pictures until it is told to stop; knows which are open."""

    def __init__(self) -> None:
        self.open: set[str] = set()
        self.most_open = 0
        self.said: Queue[tuple[str, str]] = Queue()

    def look(self, camera: CameraInfo, stop: Event) -> Generator[Picture, None, None]:
        self.open.add(camera.name)
        self.most_open = max(self.most_open, len(self.open))
        try:
            while not stop.is_set():
                yield PICTURE
                stop.wait(0.01)
        finally:
            self.open.discard(camera.name)

    def show(self, camera: CameraInfo, _picture: Picture) -> None:
        self.said.put((camera.name, "picture"))

    def fail(self, camera: CameraInfo, error: UserFacingError) -> None:
        self.said.put((camera.name, error.code))

    def wait_for(self, holds: Callable[[set[tuple[str, str]]], bool]) -> set[tuple[str, str]]:
        seen: set[tuple[str, str]] = set()
        while not holds(seen):
            seen.add(self.said.get(timeout=20))
        return seen


@pytest.fixture
def fakes() -> Cameras:
    return Cameras()


def watch(fakes: Cameras, count: int, look: Look | None = None) -> CameraWatch:
    return CameraWatch(cameras(count), fakes.show, fakes.fail, look=look or fakes.look)


def test_every_camera_is_seen_and_closed_at_the_end(fakes: Cameras) -> None:
    running = watch(fakes, 2)
    fakes.wait_for(lambda seen: len(seen) == 2)
    assert fakes.open == {"Camera 0", "Camera 1"}
    running.stop()
    assert running.join(20)
    assert fakes.open == set()


def test_many_cameras_take_turns_so_that_few_are_open_at_a_time(
    fakes: Cameras, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_module, "TURN_S", 0.02)
    running = watch(fakes, MOST_OPEN + 2)
    fakes.wait_for(lambda seen: len(seen) == MOST_OPEN + 2 and fakes.most_open >= MOST_OPEN)
    running.stop()
    assert running.join(20)
    assert fakes.most_open == MOST_OPEN


def test_a_camera_that_gives_none_says_why_and_is_tried_again(fakes: Cameras, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch_module, "AGAIN_S", 0.01)
    troubles = [CameraError("camera_in_use", name="Camera 0"), RuntimeError("a driver")]

    def look(camera: CameraInfo, stop: Event) -> Generator[Picture, None, None]:
        if troubles:
            raise troubles.pop(0)
        yield from fakes.look(camera, stop)

    running = watch(fakes, 1, look)
    said = fakes.wait_for(lambda seen: len(seen) == 3)
    running.stop()
    assert running.join(20)
    assert said == {("Camera 0", "camera_in_use"), ("Camera 0", "read_failed"), ("Camera 0", "picture")}


def test_ending_waits_for_no_driver(fakes: Cameras) -> None:
    driver, entered = Event(), Event()

    def look(camera: CameraInfo, stop: Event) -> Generator[Picture, None, None]:
        entered.set()
        driver.wait(20)
        yield PICTURE

    running = watch(fakes, 1, look)
    assert entered.wait(20)
    running.stop()
    assert not running.join(0)
    driver.set()
    assert running.join(20)
    assert fakes.said.empty()  # nobody looks any more
    assert not any(thread.name == "camapp-thumbnails" for thread in threading.enumerate())


@pytest.mark.skipif(sys.platform != "linux", reason="the emulated camera is a V4L2 device")
def test_a_camera_that_is_watched_stays_open_and_is_free_afterwards(fakecam: FakeCam) -> None:
    shapes, first = ask(fakecam, "watch 3", "stream", number=1)
    assert shapes == [[108, 144, 3]] * 3  # 640x480 in 192x108
    assert first == 0
    assert fakecam.info(1)["n_streamon"] == 2  # once for three pictures, once for the source after it
