"""One small picture of a camera, for choosing among several, without disturbing what is running."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from camapp.errors import CameraError
from camapp.live.camera import use as camera_use
from camapp.live.camera.listing import CameraInfo, list_modes
from camapp.live.camera.modes import CameraMode
from camapp.live.camera.source import CameraConnection
from camapp.live.drawing.resize import fitted_size, resized

Picture = npt.NDArray[np.uint8]

SIZE_WH = (192, 108)
FASTEST_ENOUGH_FPS = 10.0
SETTLE_S = 0.4  # the first pictures of many webcams are dark: the exposure finds its way
LIMIT_S = 5.0
LOOK_S = 0.05  # how often a source that is opening is looked at


def grab_thumbnail(camera: CameraInfo, size_wh: tuple[int, int] = SIZE_WH, limit_s: float = LIMIT_S) -> Picture:
    """What the camera sees, uint8 (h, w, 3) in BGR, as large as fits into `size_wh`; takes up to seconds.

    Of a camera that a source of this program has, the newest picture is taken from there. One that a source wants
    meanwhile is given back to it at once.

    Args:
        limit_s: how long it may send nothing.

    Raises:
        CameraError: camera_in_use (by another program), camera_silent, camera_forbidden, ...
    """
    deadline_s = time.monotonic() + limit_s
    while time.monotonic() < deadline_s:
        source = camera_use.source_of(camera.path)
        newest = None if source is None else source.newest
        if newest is not None:
            return _small(newest.image, size_wh)
        with camera_use.glance(camera.path) as given_back:
            if given_back is not None:
                deadline_s = time.monotonic() + limit_s
                image = None
                connection = CameraConnection(camera, small_mode(list_modes(camera), size_wh))
                try:
                    first_s = None
                    while time.monotonic() < deadline_s and not given_back.is_set():
                        picture = connection.read()
                        if picture is None:
                            continue
                        image, first_s = picture.image, first_s or picture.captured_at_s
                        if picture.captured_at_s - first_s >= SETTLE_S:
                            break
                finally:
                    connection.close()
                if image is not None:
                    return _small(image, size_wh)
                if not given_back.is_set():
                    break
        time.sleep(LOOK_S)  # a source is opening it, or has not got a picture yet
    raise CameraError("camera_silent", name=camera.name)


def small_mode(modes: Sequence[CameraMode], size_wh: tuple[int, int]) -> CameraMode | None:
    """The smallest that is large enough: USB has room for it beside another camera; None of none."""

    def badness(mode: CameraMode) -> tuple[float, ...]:
        too_small = mode.size_wh[0] < size_wh[0] or mode.size_wh[1] < size_wh[1]
        raw = mode.fourcc not in ("MJPG", "JPEG")
        return too_small, mode.fps < FASTEST_ENOUGH_FPS, mode.size_wh[0] * mode.size_wh[1], raw, -mode.fps

    return min(modes, key=badness, default=None)


def _small(image: Picture, size_wh: tuple[int, int]) -> Picture:
    return resized(image, fitted_size((image.shape[1], image.shape[0]), size_wh))
