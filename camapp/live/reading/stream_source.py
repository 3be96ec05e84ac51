"""A network stream: RTSP over TCP, MJPEG or anything else that FFmpeg reads from an address; the newest picture counts.

Also a video file behind an address: of that no frame is lost, and it ends.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import PurePosixPath
from urllib.parse import urlsplit

import av
import numpy as np
import numpy.typing as npt

from camapp.errors import CameraError, SourceError
from camapp.live.reading.base import SourceInfo
from camapp.live.reading.live_source import LiveSource, Picture, StreamEnded
from camapp.live.reading.video_reader import NoVideoError, VideoReader
from detector.errors import UserFacingError

TIMEOUT_S = 5.0
SCHEMES = frozenset({"rtsp", "rtsps", "rtmp", "rtmps", "http", "https", "udp", "rtp", "srt", "tcp"})
FILE_SUFFIXES = frozenset({".mp4", ".mkv", ".mov", ".avi", ".webm", ".m4v", ".mpg", ".mpeg", ".wmv"})
# No buffering on the way: of a live picture only the newest is worth anything.
LOW_DELAY = {
    "rtsp_transport": "tcp",
    "fflags": "nobuffer",
    "flags": "low_delay",
    "max_delay": "200000",
    "analyzeduration": "2000000",  # microseconds; a silent sound track would hold up the start for 5 s
}


def is_address(spec: str) -> bool:
    """True for "rtsp://..." and its like."""
    return urlsplit(spec).scheme.lower() in SCHEMES and "://" in spec


class StreamSource(LiveSource):
    """What an address gives; a stream that breaks off is opened again."""

    first_limit_s = TIMEOUT_S
    silent_limit_s = TIMEOUT_S

    def __init__(self, address: str, patient: bool = False) -> None:
        super().__init__(without_password(address), patient)
        self.address = address
        parts = urlsplit(address)
        suffix = PurePosixPath(parts.path).suffix.lower()
        self.live = not (parts.scheme.lower() in ("http", "https") and suffix in FILE_SUFFIXES)
        self.lossless = not self.live

    def connect(self) -> StreamConnection:
        """Opens the address.

        Raises:
            CameraError: stream_silent.
            SourceError: source_unreadable.
        """
        return StreamConnection(self.address, self.name, self.live)

    def silence(self) -> UserFacingError:
        """Nothing came for 5 seconds."""
        return CameraError("stream_silent", name=self.name)


class StreamConnection:
    """An opened address; see live_source.Connection."""

    def __init__(self, address: str, name: str, live: bool) -> None:
        self._name, self._live = name, live
        try:
            self._container = av.open(address, options=LOW_DELAY if live else {}, timeout=TIMEOUT_S)
        except av.error.InvalidDataError as error:  # it answers, but with something else
            raise SourceError("source_unreadable", name=name) from error
        except (av.FFmpegError, OSError) as error:
            raise CameraError("stream_silent", name=name) from error
        try:
            self._reader = VideoReader(self._container, live)
        except NoVideoError as error:
            self._container.close()
            raise SourceError("source_unreadable", name=name) from error
        self.info: SourceInfo = self._reader.info
        self._pictures: Iterator[tuple[npt.NDArray[np.uint8], float]] = self._reader.frames()
        self._count = 0

    def read(self) -> Picture | None:
        """See live_source.Connection.read. Pictures of a file have its times, those of a stream when they arrived."""
        picture = next(self._pictures, None)
        if picture is None:
            self._raise_end()
            return None
        self._count += 1
        image, time_s = picture
        return Picture(image, time.monotonic(), None if self._live else time_s)

    def close(self) -> None:
        """See live_source.Connection.close."""
        self._container.close()

    def _raise_end(self) -> None:
        if self._live:
            raise CameraError("stream_lost" if self._count else "stream_silent", name=self._name)
        if self._count == 0:
            raise SourceError("source_unreadable", name=self._name)
        if self._reader.damaged:
            raise SourceError("source_damaged", name=self._name, frames=self._count)
        raise StreamEnded


def without_password(address: str) -> str:
    """The address as it may be shown and logged."""
    parts = urlsplit(address)
    if "@" not in parts.netloc:
        return address
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
