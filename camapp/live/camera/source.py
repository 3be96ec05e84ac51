"""A camera through OpenCV: one open call with all that is wanted, then what was granted, then pictures.

What OpenCV does at each fault, and so why the code is as it is: tests/fakecam/README.md.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from camapp.errors import CameraError
from camapp.live.camera import use as camera_use
from camapp.live.camera.listing import BACKENDS, CameraInfo, find_camera, list_modes, why_silent
from camapp.live.camera.modes import USUAL_MODE, CameraMode, best_mode
from camapp.live.reading.base import SourceInfo
from camapp.live.reading.live_source import LiveSource, Picture
from detector.errors import UserFacingError

# Both are read by OpenCV when it first needs them. A read of a silent camera blocks so many seconds (else 10) ...
os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", "1")
# ... and with hardware transforms MSMF takes up to a minute to open a camera.
os.environ.setdefault("OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS", "0")

FAILURES_UNTIL_LOST = 5  # a single empty buffer also gives False: only several in a row are a lost camera
SLOW_READ_S = 0.5  # a False after so long is the time-out of a silent camera, not a dead handle
BUFFERS = 8  # a process that stands still for 250 ms (a large library loads) loses no picture at 30 fps
LOST_AFTER_S = 10.0  # a camera that is silent for so long is opened anew


class CameraSource(LiveSource):
    """A camera by its number, name or device file; comes back by itself after it was unplugged.

    Args:
        which: "0", "HD Webcam" or "/dev/video0".
        mode: asked for; None: the best one. What the camera grants is in `info`.
        patient: see LiveSource.
    """

    def __init__(self, which: str | int, mode: CameraMode | None = None, patient: bool = False) -> None:
        super().__init__(f"Camera {which}" if str(which).isdecimal() else str(which), patient)
        self.which = str(which)
        self.mode = mode
        self.camera: CameraInfo | None = None  # known once it was opened; looked up again by name and port

    def connect(self) -> CameraConnection:
        """Finds and opens it; the number can have changed since the last time.

        Raises:
            CameraError: no_camera, camera_missing, camera_forbidden, camera_in_use, camera_silent, ...
        """
        try:
            camera = find_camera(self.which, like=self.camera)
        except CameraError as error:
            if self.camera is None:
                raise
            raise CameraError("camera_lost", name=self.name) from error  # unplugged, still: the same trouble
        camera_use.claim(camera.path, self)
        try:
            connection = CameraConnection(camera, self.mode, lambda: camera_use.release(camera.path, self))
        except BaseException:
            camera_use.release(camera.path, self)
            raise
        self.camera, self.name = camera, camera.name
        return connection

    def silence(self) -> UserFacingError:
        """It is there and open, but no picture comes."""
        return CameraError("camera_silent", name=self.name)


class CameraConnection:
    """An opened cv2.VideoCapture; see live_source.Connection.

    Args:
        mode: asked for; None: the best one.
        on_close: called once it is free for others.
    """

    def __init__(
        self, camera: CameraInfo, mode: CameraMode | None, on_close: Callable[[], None] = lambda: None
    ) -> None:
        self._camera = camera
        self._on_close = on_close
        capture = _open(camera, mode or best_mode(list_modes(camera)) or USUAL_MODE)
        if capture is None:
            raise why_silent(camera)
        self._capture = capture
        self._any_picture = False
        self._failures = 0
        self._last_good_s = time.monotonic()
        self.info = _granted(capture)

    def read(self) -> Picture | None:
        """See live_source.Connection.read."""
        began_s = time.monotonic()
        try:
            grabbed = self._capture.grab()
            captured_at_s = self._capture_time_s()
            # After a failed grab, retrieve() would give the previous picture once more.
            good, image = self._capture.retrieve() if grabbed else (False, None)
        except cv2.error:  # an empty or broken MJPG buffer; the next one is good again
            good, image = False, None
        if good and image is not None and image.size:
            self._any_picture, self._failures, self._last_good_s = True, 0, captured_at_s
            return Picture(_as_bgr(image), captured_at_s)
        self._after_failure(time.monotonic() - began_s)
        return None

    def close(self) -> None:
        """See live_source.Connection.close."""
        self._capture.release()
        self._on_close()

    def _after_failure(self, took_s: float) -> None:
        now_s = time.monotonic()
        if took_s < SLOW_READ_S:
            self._failures += 1
        gone = sys.platform == "linux" and not os.path.exists(self._camera.path)
        if gone or self._failures >= FAILURES_UNTIL_LOST or now_s - self._last_good_s > LOST_AFTER_S:
            self._capture.release()  # early: a handle that stays open makes the camera come back under another number
            if self._any_picture or gone:
                raise CameraError("camera_lost", name=self._camera.name)
            raise why_silent(self._camera)
        if took_s < SLOW_READ_S:
            time.sleep(0.02)  # a dead handle answers at once: don't spin

    def _capture_time_s(self) -> float:
        """When the picture was taken: V4L2 stamps it on the same clock, before transfer and decoding."""
        now_s = time.monotonic()
        if sys.platform == "linux":
            stamp_s = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
            if 0 <= now_s - stamp_s < 1:  # some drivers stamp on another clock
                return stamp_s
        return now_s


def _open(camera: CameraInfo, mode: CameraMode) -> cv2.VideoCapture | None:
    """The opened camera, or None. Everything wanted goes into the one call: each later change restarts the stream.

    The format comes first: unasked, a webcam gives raw pictures, at 5 to 10 a second in HD. Many buffers cost no delay,
    as the reading thread never leaves a picture waiting, and with one the camera would lose what begins before it is
    taken.
    """
    wanted = [
        cv2.CAP_PROP_FOURCC, int.from_bytes(mode.fourcc.encode("latin-1"), "little"),
        cv2.CAP_PROP_FRAME_WIDTH, mode.size_wh[0],
        cv2.CAP_PROP_FRAME_HEIGHT, mode.size_wh[1],
        cv2.CAP_PROP_FPS, round(mode.fps),
    ]  # fmt: skip
    if sys.platform == "linux":
        wanted += [cv2.CAP_PROP_BUFFERSIZE, BUFFERS]
    for backend in BACKENDS:
        index = camera.index
        if backend != BACKENDS[0]:
            try:
                index = find_camera(camera.name, backend=backend).index
            except CameraError:
                continue
        attempts: Sequence[list[int]] = (wanted, [])  # a back end that lacks one of these settings refuses all
        for parameters in attempts:
            capture = cv2.VideoCapture(index, backend, parameters)
            if capture.isOpened():
                return capture
            capture.release()
    return None


def _granted(capture: cv2.VideoCapture) -> SourceInfo:
    """What the camera really gives: set() returns True whatever was granted."""
    width, height = (round(capture.get(p)) for p in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT))
    number = int(capture.get(cv2.CAP_PROP_FOURCC))
    letters = "".join(chr(number >> shift & 255) for shift in (0, 8, 16, 24)) if number > 0 else ""
    fps = capture.get(cv2.CAP_PROP_FPS)
    letters = letters if letters.isprintable() else ""
    parts = [f"{width}x{height} {letters}".strip()]
    if fps > 0:
        parts.append(f"{fps:g} fps")
    mode = CameraMode((width, height), round(fps, 3), letters) if letters and fps > 0 else None
    return SourceInfo((width, height), fps if fps > 0 else None, None, ", ".join(parts), mode=mode)


def _as_bgr(image: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """Grey and 16-bit cameras exist: all become uint8 (H, W, 3)."""
    bytes_only = np.asarray(image >> 8 if image.dtype == np.uint16 else image, np.uint8)
    if bytes_only.ndim == 2 or bytes_only.shape[2] == 1:
        return np.asarray(cv2.cvtColor(bytes_only, cv2.COLOR_GRAY2BGR), np.uint8)
    return bytes_only
