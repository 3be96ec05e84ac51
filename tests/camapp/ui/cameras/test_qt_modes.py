"""Modes as Qt tells them on Windows and macOS, by stand-ins for its objects; names and values as Qt 6.11 gave them."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest
from pytestqt.qtbot import QtBot

from camapp.live.camera.listing import CameraInfo
from camapp.live.camera.modes import CameraMode
from camapp.ui.cameras import qt_modes
from camapp.ui.cameras.camera_dialog import CameraDoors
from camapp.ui.main_window import MainWindow


@dataclass
class Enumerated:
    name: str


@dataclass
class QtSize:
    wide: int
    high: int

    def width(self) -> int:
        return self.wide

    def height(self) -> int:
        return self.high


@dataclass
class QtFormat:
    width: int
    height: int
    fps: float
    name: str

    def resolution(self) -> QtSize:
        return QtSize(self.width, self.height)

    def maxFrameRate(self) -> float:
        return self.fps

    def pixelFormat(self) -> Enumerated:
        return Enumerated(self.name)


@dataclass
class QtDevice:
    name: str
    path: bytes
    formats: list[QtFormat] = field(default_factory=list)

    def description(self) -> str:
        return self.name

    def id(self) -> bytes:
        return self.path

    def videoFormats(self) -> list[QtFormat]:
        return self.formats


FORMATS = [
    QtFormat(640, 480, 30.000030517578125, "Format_YUYV"),
    QtFormat(1280, 720, 30.0, "Format_Jpeg"),
    QtFormat(1280, 720, 30.0, "Format_Jpeg"),  # once more with another least rate
    QtFormat(1280, 720, 10.0, "Format_NV12"),
    QtFormat(1280, 720, 30.0, "Format_BGRA8888"),  # nothing that OpenCV could ask for
    QtFormat(1920, 1080, 0.0, "Format_Jpeg"),
]
MODES = [
    CameraMode((1280, 720), 30.0, "MJPG"),
    CameraMode((1280, 720), 10.0, "NV12"),
    CameraMode((640, 480), 30.0, "YUYV"),
]
DEVICES = [
    QtDevice("Other", b"x"),
    QtDevice("HD Webcam", b"\\\\?\\USB#1"),
    QtDevice("HD Webcam", b"\\\\?\\usb#2", FORMATS),
]


def test_formats_become_modes_largest_and_fastest_first() -> None:
    assert qt_modes.modes_of(FORMATS) == MODES


@pytest.mark.parametrize(
    ("camera", "found"),
    [
        (CameraInfo("HD Webcam", 0, "\\\\?\\usb#1"), 1),
        (CameraInfo("HD Webcam (2)", 1, "\\\\?\\USB#2"), 2),
        (CameraInfo("HD Webcam", 0, ""), 1),
        (CameraInfo("HD Webcam (2)", 1, ""), 2),
        (CameraInfo("HD Webcam (3)", 1, ""), None),
        (CameraInfo("Gone", 1, "elsewhere"), None),
    ],
)
def test_the_camera_is_found_by_its_path_or_else_its_name(camera: CameraInfo, found: int | None) -> None:
    assert qt_modes.find_device(DEVICES, camera) is (None if found is None else DEVICES[found])


def test_qt_is_asked_where_there_is_no_v4l2(monkeypatch: pytest.MonkeyPatch) -> None:
    multimedia = SimpleNamespace(QMediaDevices=SimpleNamespace(videoInputs=lambda: DEVICES))
    monkeypatch.setitem(sys.modules, qt_modes.MULTIMEDIA, multimedia)
    camera = CameraInfo("HD Webcam (2)", 1, "")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert qt_modes.qt_modes(camera) == MODES
    monkeypatch.setitem(sys.modules, qt_modes.MULTIMEDIA, None)  # not installed
    assert qt_modes.qt_modes(camera) == []


@pytest.mark.skipif(sys.platform != "linux", reason="Linux has V4L2")
def test_on_linux_nothing_of_it_is_imported() -> None:
    assert qt_modes.qt_modes(CameraInfo("HD Webcam", 0, "")) == []
    assert qt_modes.MULTIMEDIA not in sys.modules


def test_the_camera_dialog_offers_them(qtbot: QtBot, window: MainWindow) -> None:
    dialog = window.cameras
    dialog._doors = CameraDoors(list_modes=lambda camera: [], more_modes=lambda camera: MODES)
    dialog.show_cameras()
    qtbot.waitUntil(lambda: dialog.mode.count() == 4, timeout=20_000)
    assert dialog.mode.itemText(1) == "1280x720 MJPG, 30 fps"
