"""The cameras of this computer by their names, and why one gives no pictures."""

from __future__ import annotations

import errno
import logging
import sys
from dataclasses import dataclass, replace

import cv2
from cv2_enumerate_cameras import enumerate_cameras

from camapp.errors import CameraError
from camapp.live.camera import v4l2, v4l2_modes
from camapp.live.camera.modes import CameraMode, largest_first

log = logging.getLogger(__name__)

# OpenCV's capture back ends, best first. DSHOW before MSMF: MSMF can take a minute to open a camera.
BACKENDS: tuple[int, ...] = {
    "linux": (cv2.CAP_V4L2,),
    "win32": (cv2.CAP_DSHOW, cv2.CAP_MSMF),
    "darwin": (cv2.CAP_AVFOUNDATION,),
}.get(sys.platform, (cv2.CAP_ANY,))
# What cv2.VideoCapture turns into BGR; a camera's H.264 and HEVC it does not decode.
READABLE = frozenset(
    {"MJPG", "JPEG", "YUYV", "UYVY", "YVYU", "NV12", "NV21", "YU12", "YV12", "RGB3", "BGR3", "GREY", "Y16 ", "Y10 "}
)


@dataclass(frozen=True)
class CameraInfo:
    """A camera that is plugged in.

    Attributes:
        name: as people know it; where two have the same, the second is "HD Webcam (2)".
        index: what OpenCV's first back end opens.
        path: its device file, or what the system calls it.
        port: the place where it is plugged in, to find the same one again; may be empty.
    """

    name: str
    index: int
    path: str
    port: str = ""


def list_cameras(backend: int = BACKENDS[0]) -> list[CameraInfo]:
    """All cameras in the order of their numbers, those of other programs and forbidden ones as well; no metadata nodes.

    Args:
        backend: cv2.CAP_...; the numbers of the others can differ.
    """
    try:
        found = sorted(enumerate_cameras(backend), key=lambda camera: camera.index)
    except (OSError, NotImplementedError, ImportError) as error:
        log.warning("cameras cannot be listed: %s", error)
        return []
    linux = sys.platform == "linux"
    cameras: list[CameraInfo] = []
    times: dict[str, int] = {}
    for camera in found:
        if linux and not v4l2.is_first_node(camera.index):
            continue
        name = plain_name(camera.name or f"Camera {camera.index}")
        times[name] = times.get(name, 0) + 1
        port = v4l2.port_of(camera.index) if linux else str(camera.path or "")
        info = CameraInfo(name, camera.index, str(camera.path or ""), port)
        cameras.append(info if times[name] == 1 else replace(info, name=f"{name} ({times[name]})"))
    return cameras


def plain_name(name: str) -> str:
    """Linux says "HD Webcam: HD Webcam", the second part cut off at 31 letters: one is enough."""
    first, colon, second = name.partition(": ")
    return first if colon and first.startswith(second.strip()) else name.strip()


def find_camera(which: str | int, like: CameraInfo | None = None, backend: int = BACKENDS[0]) -> CameraInfo:
    """The camera of this number, name or device file.

    Args:
        like: the one that was open before: found again by port and name, then by name, whatever its number is now.

    Raises:
        CameraError: no_camera, camera_missing.
    """
    cameras = list_cameras(backend)
    if not cameras:
        raise CameraError("no_camera")
    if like is not None:
        same = [c for c in cameras if c.name == like.name]
        at_port = [c for c in cameras if like.port and c.port == like.port and _stem(c) == _stem(like)]
        wanted = at_port or same
    elif isinstance(which, int) or which.isdecimal():
        wanted = [c for c in cameras if c.index == int(which)]
    else:
        wanted = [c for c in cameras if which.casefold() in (c.name.casefold(), c.path.casefold())]
    if not wanted:
        raise CameraError("camera_missing", name=which if like is None else like.name)
    return wanted[0]


def list_modes(camera: CameraInfo) -> list[CameraMode]:
    """All that camapp can read, largest and fastest first; empty where the system does not say (all but Linux).

    The camera may be in use, here or by another program. Takes milliseconds, but may wait for a sleeping camera.
    """
    if sys.platform != "linux":
        return []
    try:
        modes = v4l2_modes.read_modes(camera.path)
    except OSError as error:
        log.info("no modes of %s: %s", camera.name, error)
        return []
    readable = {mode for mode in modes if mode.fourcc in READABLE}
    return largest_first(readable)


def why_silent(camera: CameraInfo) -> CameraError:
    """The reason why a camera that is listed does not open or gives no first picture; it must be closed here."""
    code = "camera_silent"
    if sys.platform == "linux":
        number = v4l2.streaming_errno(camera.path)
        code = {
            errno.EACCES: "camera_forbidden",
            errno.EPERM: "camera_forbidden",
            errno.EBUSY: "camera_in_use",
            errno.ENOSPC: "camera_no_bandwidth",
            errno.ENOENT: "camera_missing",
            errno.ENODEV: "camera_missing",
            errno.ENXIO: "camera_missing",
        }.get(number, code)
    elif sys.platform == "darwin":
        code = "camera_forbidden"  # macOS lets several programs share a camera, but asks the user first
    elif sys.platform == "win32":
        code = "camera_in_use"
    return CameraError(code, name=camera.name)


def _stem(camera: CameraInfo) -> str:
    return camera.name.partition(" (")[0]
