"""What every source of frames has in common: a camera, a video, a picture, a folder, a stream."""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2

from camapp.live.camera.modes import CameraMode
from detector.errors import UserFacingError
from detector.types import Frame

log = logging.getLogger(__name__)

# OpenCV writes to stderr what we find out by its return values and say in a sentence: a user need not read it twice.
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_FATAL)

OnTrouble = Callable[[UserFacingError | None], None]


@dataclass(frozen=True)
class SourceInfo:
    """What a source turned out to be once it was opened.

    Attributes:
        size_wh: pixels of its first picture.
        fps: the rate that it states; a camera may give less (LiveSource.measured_fps).
        frame_count: how many it states to have; None where nobody knows.
        description: for a person, as "1280x720 MJPG, 30 fps".
        mode: what a camera granted, which need not be what it was asked for; None of all else, and where unknown.
        duration_s: of a file, as it states; None where nobody knows.
    """

    size_wh: tuple[int, int]
    fps: float | None
    frame_count: int | None
    description: str
    mode: CameraMode | None = None
    duration_s: float | None = None


def log_trouble(error: UserFacingError | None) -> None:
    """What a source does with its trouble until somebody listens."""
    if error is not None:
        log.warning("%s", error)


class Source(ABC):
    """Gives Frames, in order. Making one opens nothing and never blocks; iterating opens it.

    Attributes:
        name: for a person: the camera's name, the file's name, the address.
        live: True where pictures come by themselves and the newest counts; False where none may be lost.
        info: None until it was opened.
        on_trouble: called in the iterating thread, with the error while a lost camera or stream is tried again, with
            None when pictures come again.
    """

    live = False

    def __init__(self, name: str) -> None:
        self.name = name
        self.info: SourceInfo | None = None
        self.on_trouble: OnTrouble = log_trouble
        self._closed = threading.Event()

    @abstractmethod
    def __iter__(self) -> Iterator[Frame]:
        """The frames from the first to the last; a file begins anew each time.

        Raises:
            CameraError: a camera or stream that gives no pictures.
            SourceError: a file or folder that cannot be read, or only in part; then after the readable frames.
        """

    def close(self) -> None:
        """Ends every iteration within about a second, for good. Any thread may call it."""
        self._closed.set()

    @property
    def closed(self) -> bool:
        """True once close() was called."""
        return self._closed.is_set()


class SeekableSource(Source):
    """A file or folder: its frames are numbered from 0, and it can begin at any of them.

    Of these methods only one thread may be inside at a time: the one that iterates.
    """

    @abstractmethod
    def frames_from(self, number: int) -> Iterator[Frame]:
        """The frames from this one to the last, with the indices and times that they always have.

        Raises:
            SourceError: see __iter__.
        """

    @abstractmethod
    def number_at(self, time_s: float) -> int:
        """The frame that is shown at this time; before the start the first, behind the end the last.

        Raises:
            SourceError: see __iter__.
        """

    @property
    @abstractmethod
    def frame_count(self) -> int | None:
        """How many frames there are, as far as is known now."""
