"""What a camera offers where there is no V4L2 to ask: Windows and macOS tell it to Qt's multimedia part.

It is imported when it is first needed, and never on Linux, where it is not installed: the wheel is large.
"""

from __future__ import annotations

import importlib
import logging
import sys
from collections.abc import Iterable, Sequence
from typing import Protocol, SupportsBytes

from camapp.live.camera.listing import READABLE, CameraInfo
from camapp.live.camera.modes import CameraMode, largest_first

log = logging.getLogger(__name__)
MULTIMEDIA = "PySide6.QtMultimedia"
# Qt's name of a pixel format -> four letters as OpenCV knows them
FOURCC = {
    "Format_Jpeg": "MJPG", "Format_YUYV": "YUYV", "Format_UYVY": "UYVY", "Format_NV12": "NV12", "Format_NV21": "NV21",
    "Format_YUV420P": "YU12", "Format_YV12": "YV12", "Format_Y8": "GREY", "Format_Y16": "Y16 ",
}  # fmt: skip


class Size(Protocol):
    """QSize."""

    def width(self) -> int: ...
    def height(self) -> int: ...


class Named(Protocol):
    """An entry of one of Qt's enumerations."""

    @property
    def name(self) -> str: ...


class Format(Protocol):
    """QCameraFormat."""

    def resolution(self) -> Size: ...
    def maxFrameRate(self) -> float: ...
    def pixelFormat(self) -> Named: ...


class Device(Protocol):
    """QCameraDevice; its id is a QByteArray."""

    def description(self) -> str: ...
    def id(self) -> SupportsBytes: ...
    def videoFormats(self) -> Sequence[Format]: ...


def qt_modes(camera: CameraInfo) -> list[CameraMode]:
    """All that camapp can read, as list_modes gives it; empty on Linux, and where Qt does not know the camera.

    To be called on the UI thread alone: Qt ties its list of cameras to the thread that asks first. That time it loads a
    library, which takes a moment.
    """
    if sys.platform == "linux":
        return []
    try:
        devices = importlib.import_module(MULTIMEDIA).QMediaDevices.videoInputs()
    except ImportError as error:
        log.info("no modes of %s: %s", camera.name, error)
        return []
    device = find_device(devices, camera)
    return [] if device is None else modes_of(device.videoFormats())


def find_device(devices: Iterable[Device], camera: CameraInfo) -> Device | None:
    """The same camera in Qt's list: by the system's own name for it, else by the name that people know."""
    same_name: list[Device] = []
    name, _, number = camera.name.partition(" (")
    for device in devices:
        if camera.path and bytes(device.id()).decode("utf-8", "replace").casefold() == camera.path.casefold():
            return device
        if device.description().strip() in (name, camera.name):
            same_name.append(device)
    place = int(number.rstrip(")")) - 1 if number.rstrip(")").isdecimal() else 0  # "HD Webcam (2)" is the second
    return same_name[place] if place < len(same_name) else None


def modes_of(formats: Iterable[Format]) -> list[CameraMode]:
    """Largest and fastest first; formats that OpenCV cannot read are left out."""
    modes = {
        CameraMode((entry.resolution().width(), entry.resolution().height()), round(entry.maxFrameRate(), 3), fourcc)
        for entry in formats
        if (fourcc := FOURCC.get(entry.pixelFormat().name, "")) in READABLE and entry.maxFrameRate() > 0
    }
    return largest_first(modes)
