"""Names and numbers of cameras; with emulated devices: test_sources_camera.py."""

from __future__ import annotations

import errno
import sys
from types import SimpleNamespace

import pytest

from camapp.errors import CameraError
from camapp.live.camera import listing as cameras
from camapp.live.camera.listing import CameraInfo, find_camera, list_cameras, plain_name, why_silent

ONE = CameraInfo("HD Webcam", 0, "/dev/video0", "port 1")
TWIN = CameraInfo("HD Webcam (2)", 4, "/dev/video4", "port 2")
OTHER = CameraInfo("USB2.0 Cam", 2, "/dev/video2", "port 3")


@pytest.fixture
def plugged_in(monkeypatch: pytest.MonkeyPatch) -> list[CameraInfo]:
    """The cameras that are there; a test may change the list."""
    there = [ONE, OTHER, TWIN]
    monkeypatch.setattr(cameras, "list_cameras", lambda backend=0: there)
    return there


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("HD Webcam: HD Webcam", "HD Webcam"),
        ("Integrated Camera: Integrated C", "Integrated Camera"),
        ("Cam: Left", "Cam: Left"),
        ("FaceTime HD Camera", "FaceTime HD Camera"),
    ],
)
def test_a_name_is_said_once(said: str, name: str) -> None:
    assert plain_name(said) == name


def test_cameras_of_the_same_name_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [SimpleNamespace(name=n, index=i, path=f"/dev/video9{i}") for i, n in ((4, "Cam"), (2, "Cam"), (3, None))]
    monkeypatch.setattr(cameras, "enumerate_cameras", lambda backend: found)
    assert [(c.name, c.index) for c in list_cameras()] == [("Cam", 2), ("Camera 3", 3), ("Cam (2)", 4)]


def test_a_system_that_cannot_list_cameras_has_none(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(backend: int) -> list[SimpleNamespace]:
        raise NotImplementedError("no such back end")

    monkeypatch.setattr(cameras, "enumerate_cameras", refuse)
    assert list_cameras() == []
    assert "no such back end" in caplog.text


@pytest.mark.parametrize("which", ["2", 2, "usb2.0 cam", "/dev/video2"])
def test_a_camera_is_found_by_number_name_or_file(plugged_in: list[CameraInfo], which: str | int) -> None:
    assert find_camera(which) == OTHER


def test_a_camera_is_found_again_under_another_number(plugged_in: list[CameraInfo]) -> None:
    moved = CameraInfo("HD Webcam", 7, "/dev/video7", "port 9")
    plugged_in[0] = moved
    assert find_camera("0", like=ONE) == moved


def test_of_two_alike_the_one_at_the_same_port_is_found_again(plugged_in: list[CameraInfo]) -> None:
    del plugged_in[0]  # its twin is the first of that name now
    plugged_in[1] = CameraInfo("HD Webcam", 4, "/dev/video4", "port 2")
    assert find_camera("4", like=TWIN).index == 4


@pytest.mark.parametrize(("which", "code"), [("1", "camera_missing"), ("Nothing", "camera_missing")])
def test_a_camera_that_is_not_there_is_missing(plugged_in: list[CameraInfo], which: str, code: str) -> None:
    with pytest.raises(CameraError) as caught:
        find_camera(which)
    assert caught.value.code == code
    assert f"'{which}'" in str(caught.value)


def test_no_camera_at_all_is_said(plugged_in: list[CameraInfo]) -> None:
    plugged_in.clear()
    with pytest.raises(CameraError, match="No camera was found"):
        find_camera("0")


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (0, "camera_silent"),
        (errno.EACCES, "camera_forbidden"),
        (errno.EBUSY, "camera_in_use"),
        (errno.ENOSPC, "camera_no_bandwidth"),
        (errno.ENODEV, "camera_missing"),
        (errno.EIO, "camera_silent"),
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="V4L2 is Linux's")
def test_the_device_says_why_it_is_silent(monkeypatch: pytest.MonkeyPatch, number: int, code: str) -> None:
    monkeypatch.setattr(cameras.v4l2, "streaming_errno", lambda path: number)
    assert why_silent(ONE).code == code


@pytest.mark.skipif(sys.platform != "linux", reason="V4L2 is Linux's")
def test_a_device_file_that_is_not_there_says_so() -> None:
    assert cameras.v4l2.streaming_errno("/dev/no-such-camera") == errno.ENOENT
