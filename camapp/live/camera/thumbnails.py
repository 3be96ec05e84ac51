"""Small pictures of cameras, for choosing among several, without disturbing what is running."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from threading import Event

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
PAUSE_S = 0.2  # between two thumbnails of a camera that is watched


def grab_thumbnail(camera: CameraInfo, size_wh: tuple[int, int] = SIZE_WH, limit_s: float = LIMIT_S) -> Picture:
    """What the camera sees, uint8 (h, w, 3) in BGR, as large as fits into `size_wh`; takes up to seconds.

    Of a camera that a source of this program has, the newest picture is taken from there. One that a source wants
    meanwhile is given back to it at once.

    Args:
        limit_s: how long it may send nothing.

    Raises:
        CameraError: camera_in_use (by another program), camera_silent, camera_forbidden, ...
    """
    pictures = thumbnails(camera, Event(), size_wh, limit_s, settle_s=SETTLE_S)
    try:
        return next(pictures)
    finally:
        pictures.close()


def thumbnails(
    camera: CameraInfo,
    stop: Event,
    size_wh: tuple[int, int] = SIZE_WH,
    limit_s: float = LIMIT_S,
    settle_s: float = 0.0,
) -> Generator[Picture, None, None]:
    """As grab_thumbnail, again and again, at most five a second, until `stop` is set; the camera stays open meanwhile.

    Args:
        settle_s: how many seconds of the first pictures of a camera are left out.

    Raises:
        CameraError: see grab_thumbnail.
    """
    last_s = time.monotonic()
    while not stop.is_set():
        source = camera_use.source_of(camera.path)
        newest = None if source is None else source.newest
        if newest is not None:
            last_s = time.monotonic()
            yield _small(newest.image, size_wh)
            stop.wait(PAUSE_S)
            continue
        with camera_use.glance(camera.path) as given_back:
            if given_back is not None:
                last_s = time.monotonic()
                for image in _images(camera, stop, given_back, size_wh, limit_s, settle_s):
                    yield _small(image, size_wh)
                    last_s = time.monotonic()
        if time.monotonic() - last_s > limit_s:
            raise CameraError("camera_silent", name=camera.name)
        stop.wait(LOOK_S)  # a source is opening it, or has not got a picture yet


def small_mode(modes: Sequence[CameraMode], size_wh: tuple[int, int]) -> CameraMode | None:
    """The smallest that is large enough: USB has room for it beside another camera; None of none."""

    def badness(mode: CameraMode) -> tuple[float, ...]:
        too_small = mode.size_wh[0] < size_wh[0] or mode.size_wh[1] < size_wh[1]
        raw = mode.fourcc not in ("MJPG", "JPEG")
        return too_small, mode.fps < FASTEST_ENOUGH_FPS, mode.size_wh[0] * mode.size_wh[1], raw, -mode.fps

    return min(modes, key=badness, default=None)


def _images(
    camera: CameraInfo, stop: Event, given_back: Event, size_wh: tuple[int, int], limit_s: float, settle_s: float
) -> Iterator[Picture]:
    """What the camera sends, a few a second, until it is silent for `limit_s` or either event is set."""
    connection = CameraConnection(camera, small_mode(list_modes(camera), size_wh))
    try:
        waiting: Picture | None = None  # came while the exposure finds its way
        last_s = time.monotonic()
        due_s: float | None = None
        while not (stop.is_set() or given_back.is_set()) and time.monotonic() - last_s < limit_s:
            picture = connection.read()
            if picture is None:
                continue
            waiting, last_s = picture.image, time.monotonic()
            due_s = last_s + settle_s if due_s is None else due_s
            if last_s >= due_s:
                yield waiting
                waiting, due_s = None, last_s + PAUSE_S
        if waiting is not None and given_back.is_set():
            yield waiting
    finally:
        connection.close()


def _small(image: Picture, size_wh: tuple[int, int]) -> Picture:
    return resized(image, fitted_size((image.shape[1], image.shape[0]), size_wh))
