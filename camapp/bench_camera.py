"""The bench's own camera, where no other is given: MJPEG pictures of the bundled clip, 30 a second."""

from __future__ import annotations

import time

import cv2
import numpy as np
import numpy.typing as npt

from camapp.errors import CameraError
from camapp.live.reading.base import SourceInfo
from camapp.live.reading.live_source import LiveSource, Picture
from camapp.live.sources import open_source
from detector.errors import UserFacingError
from detector.paths import CLIP

FPS = 30.0
PICTURES = 60  # that are sent over and over
QUALITY = 80


class OwnCamera(LiveSource):
    """Decoding a picture costs what it costs with a webcam; taking it costs nothing."""

    def __init__(self, size_wh: tuple[int, int]) -> None:
        super().__init__("The bench's own camera", patient=True)
        self._size_wh = size_wh

    def connect(self) -> OwnConnection:
        """Reads the clip."""
        return OwnConnection(self._size_wh)

    def silence(self) -> UserFacingError:
        """It is never silent for long."""
        return CameraError("camera_silent", name=self.name)


class OwnConnection:
    """See live_source.Connection."""

    def __init__(self, size_wh: tuple[int, int]) -> None:
        self._pictures = _pictures(size_wh)
        self.info = SourceInfo(size_wh, FPS, None, f"{size_wh[0]}x{size_wh[1]} MJPG, {FPS:g} fps")
        self._began_s = time.monotonic()
        self._sent = 0

    def read(self) -> Picture:
        """At its time; one whose time has passed while the one before was decoded is left out, as a camera does."""
        late = int((time.monotonic() - self._began_s) * FPS)
        self._sent = max(self._sent + 1, late)
        taken_s = self._began_s + self._sent / FPS
        time.sleep(max(taken_s - time.monotonic(), 0))
        image = cv2.imdecode(self._pictures[self._sent % len(self._pictures)], cv2.IMREAD_COLOR)
        return Picture(np.asarray(image, np.uint8), taken_s)

    def close(self) -> None:
        """Nothing is held."""


def _pictures(size_wh: tuple[int, int]) -> list[npt.NDArray[np.uint8]]:
    """JPEGs of the clip at that size."""
    source = open_source(str(CLIP))
    pictures = []
    for frame in source:
        image = cv2.resize(frame.image, size_wh, interpolation=cv2.INTER_LINEAR)
        pictures.append(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1])
        if len(pictures) == PICTURES:
            break
    source.close()
    return pictures
