"""A small picture of each camera, on the emulated ones, without disturbing what runs."""

from __future__ import annotations

import sys

import pytest

from camapp.live.camera.modes import CameraMode
from camapp.live.camera.thumbnails import small_mode
from tests.camapp.live.camera.test_camera_controls import ask
from tests.fakecam.fakecam import FakeCam

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="the emulated camera is a V4L2 device")


@on_linux
def test_a_thumbnail_is_small_and_the_camera_is_free_again(fakecam: FakeCam) -> None:
    said, first = ask(fakecam, "thumbnail", "stream", number=1)
    assert said["shape"] == [108, 144, 3]  # 640x480 in 192x108
    assert said["spread"] > 5  # a picture, not one grey
    assert first == 0
    assert fakecam.info(1)["n_streamon"] == 2
    assert not fakecam.info(1)["streaming"]


@on_linux
def test_a_camera_of_ours_gives_its_newest_picture_and_is_not_opened_again(fakecam: FakeCam) -> None:
    first, said, after = ask(fakecam, "stream", "thumbnail", "picture")
    assert (first, after) == (0, 1)
    assert said["shape"] == [108, 192, 3]
    assert fakecam.info(0)["n_streamon"] == 1
    assert fakecam.info(0)["format"] == "MJPG 1280x720@30"


@on_linux
def test_a_source_that_wants_the_camera_gets_it_and_both_have_a_picture(fakecam: FakeCam) -> None:
    (said,) = ask(fakecam, "meanwhile")
    assert said == [0, [108, 192, 3]] or said == [0, [108, 144, 3]]  # of the source, or of the glance before it
    assert fakecam.info(0)["format"] == "MJPG 1280x720@30"


@on_linux
def test_a_camera_of_another_program_is_said_to_be_in_use(fakecam: FakeCam) -> None:
    fakecam.cmd("busy 0")
    (said,) = ask(fakecam, "thumbnail")
    assert said["code"] == "camera_in_use"


def test_a_thumbnail_needs_the_smallest_mode_that_is_large_enough() -> None:
    def mode(width: int, height: int, fourcc: str, fps: float) -> CameraMode:
        return CameraMode((width, height), fps, fourcc)

    modes = [mode(1280, 720, "MJPG", 30), mode(160, 120, "YUYV", 30), mode(320, 240, "YUYV", 30)]
    assert small_mode(modes, (192, 108)) == modes[0 + 2]
    assert small_mode([*modes, mode(320, 240, "MJPG", 30)], (192, 108)) == mode(320, 240, "MJPG", 30)
    assert small_mode([], (192, 108)) is None
