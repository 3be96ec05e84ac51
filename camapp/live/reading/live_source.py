"""A source whose pictures come by themselves: read by a thread of its own, watched, opened again when lost.

OpenCV and FFmpeg can block for many seconds inside an open or a read. Only the reading thread waits for them; the
iteration ends at once when it is told to, and notices when nothing comes.
"""

from __future__ import annotations

import logging
import threading
import time
from abc import abstractmethod
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from camapp.errors import CameraError
from camapp.live.reading.base import Source, SourceInfo
from camapp.live.reading.mailbox import Mailbox, Over
from detector.errors import UserFacingError
from detector.types import Frame

log = logging.getLogger(__name__)

OPEN_LIMIT_S = 30.0  # slow USB: OpenCV tries six formats at up to 2 s each
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 2.0  # between tries to open a lost one
JOIN_S = 1.2  # a read returns within a second, on Linux at least
SMALLEST_STEP_S = 0.001  # between the times of two pictures
RATE_OVER_S = 2.0  # the rate is measured over the last seconds


class Picture(NamedTuple):
    """What a connection reads.

    Attributes:
        image: uint8 (H, W, 3) BGR.
        captured_at_s: when it was taken, on the time.monotonic() clock.
        time_s: the source's own time; None: the time since its first picture.
    """

    image: npt.NDArray[np.uint8]
    captured_at_s: float
    time_s: float | None = None


class StreamEnded(Exception):
    """A connection came to the end that it was meant to have."""


class Connection(Protocol):
    """An opened camera or stream, used by one thread alone."""

    info: SourceInfo

    def read(self) -> Picture | None:
        """The next picture; None: none just now. Returns within a second or so where the system lets it.

        Raises:
            UserFacingError: it is lost and must be opened again.
            StreamEnded: there will be no more.
        """

    def close(self) -> None:
        """Gives it free for other programs."""


class LiveSource(Source):
    """The reading thread, the watch over it and the tries to get a lost one back; subclasses know how to open.

    Attributes:
        patient: True: a camera that cannot be opened at first is reported as trouble and tried again, too (a window
            does so); False: it raises (a command does so).
        dropped: pictures that came while the consumer was slow and had to make room for newer ones.
        newest: the last picture that came; None while it is not open.
    """

    live = True
    first_limit_s = 3.0  # how long the first picture may take once it is open
    silent_limit_s = 2.0  # how long no picture may come after that
    lossless = False  # True: the thread waits for the consumer, nothing is dropped

    def __init__(self, name: str, patient: bool = False) -> None:
        super().__init__(name)
        self.patient = patient
        self.dropped = 0
        self.newest: Picture | None = None
        self._recent: deque[float] = deque(maxlen=256)

    @abstractmethod
    def connect(self) -> Connection:
        """Opens it, in the reading thread.

        Raises:
            UserFacingError: in one sentence, why not.
        """

    @abstractmethod
    def silence(self) -> UserFacingError:
        """What to say when nothing comes."""

    @property
    def measured_fps(self) -> float | None:
        """Pictures a second over the last two seconds, None with fewer than two: in low light a camera slows down."""
        since_s = time.monotonic() - RATE_OVER_S
        times = [t for t in list(self._recent) if t > since_s]
        span_s = times[-1] - times[0] if times else 0.0
        return (len(times) - 1) / span_s if span_s > 0 else None

    def __iter__(self) -> Iterator[Frame]:
        box, stop = Mailbox(lossless=self.lossless), threading.Event()
        reader = threading.Thread(target=self._read, args=(box, stop), name="camapp-reader", daemon=True)
        if not self.closed:
            reader.start()
        trouble: UserFacingError | None = None
        shown = False  # a picture ever came
        try:
            while not self.closed:
                item = box.take(0.2)
                if isinstance(item, Over):
                    if item.error is not None:
                        raise item.error
                    return
                if isinstance(item, Frame):
                    shown = True
                    if trouble is not None:
                        trouble = None
                        self.on_trouble(None)
                    yield item
                    continue
                error = item if item is not None else (self.silence() if box.overdue() else None)
                if error is None:
                    continue
                if not (shown or self.patient):
                    raise error
                if trouble is None or trouble.code != error.code:
                    self.on_trouble(error)
                trouble = error
        finally:
            stop.set()
            box.close()
            if reader.ident is not None:
                reader.join(JOIN_S)  # so that the camera is free when the next source opens it

    def _read(self, box: Mailbox, stop: threading.Event) -> None:
        """The reading thread: open, read until it is lost, pause, again."""
        stamper = _Stamper()
        pause_s = FIRST_PAUSE_S
        while not stop.is_set():
            came = 0
            box.expect(OPEN_LIMIT_S)
            try:
                connection = self.connect()
                try:
                    self.info = connection.info
                    box.expect(self.first_limit_s)
                    while not stop.is_set():
                        picture = connection.read()
                        if picture is not None:
                            came += 1
                            self.newest = picture
                            box.expect(self.silent_limit_s)
                            self._recent.append(picture.captured_at_s)
                            self.dropped += box.put(stamper.frame_of(picture))
                finally:
                    self.newest = None
                    connection.close()
            except StreamEnded:
                box.end(None)
                return
            except UserFacingError as error:
                if came and self.lossless:  # a file: what was read stays, and from its start it is not begun again
                    box.end(error)
                    return
                box.put_error(error)
            except Exception:
                log.exception("reading from %s", self.name)
                box.end(CameraError("read_failed", name=self.name))
                return
            if came:
                pause_s = FIRST_PAUSE_S
            box.expect(None)
            stop.wait(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)


class _Stamper:
    """Numbers the pictures of one iteration and gives them times that always grow, over re-opening too."""

    def __init__(self) -> None:
        self._number = 0
        self._first_s = 0.0
        self._last_time_s = 0.0

    def frame_of(self, picture: Picture) -> Frame:
        """The picture as the next frame."""
        if self._number == 0:
            self._first_s = picture.captured_at_s
        time_s = picture.captured_at_s - self._first_s if picture.time_s is None else picture.time_s
        if self._number > 0 and time_s <= self._last_time_s:  # a driver's stamps can jump
            time_s = self._last_time_s + SMALLEST_STEP_S
        self._last_time_s = time_s
        frame = Frame(picture.image, self._number, picture.captured_at_s, time_s)
        self._number += 1
        return frame
