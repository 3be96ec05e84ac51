"""Looks through the cameras of this computer while a person chooses among them; each is closed when that ends."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator, Sequence
from queue import SimpleQueue
from threading import Event, Thread

from camapp.errors import CameraError
from camapp.live.camera.listing import CameraInfo, list_modes
from camapp.live.camera.modes import CameraMode
from camapp.live.camera.thumbnails import Picture, thumbnails
from detector.errors import UserFacingError

log = logging.getLogger(__name__)
MOST_OPEN = 3  # at a time: a USB bus has room for few; further ones take turns
TURN_S = 3.0
AGAIN_S = 2.0  # until a camera that gave no picture is tried again

Look = Callable[[CameraInfo, Event], Generator[Picture, None, None]]


class CameraWatch:
    """Begins at once, each camera on a thread.

    Args:
        show: called with each small picture, a few times a second, on any of the threads.
        fail: called with the reason whenever a camera gives none, likewise.
        offer: called once with the modes of each camera, likewise; none where the system does not say.
        look: what opens a camera and gives its pictures until the event is set.
    """

    def __init__(
        self,
        cameras: Sequence[CameraInfo],
        show: Callable[[CameraInfo, Picture], None],
        fail: Callable[[CameraInfo, UserFacingError], None],
        offer: Callable[[CameraInfo, list[CameraMode]], None] = lambda camera, modes: None,
        look: Look = thumbnails,
    ) -> None:
        self.cameras = tuple(cameras)
        self._show, self._fail, self._offer, self._look = show, fail, offer, look
        self._asked: set[CameraInfo] = set()  # for their modes
        self._stop = Event()
        self._waiting: SimpleQueue[CameraInfo] = SimpleQueue()
        for camera in cameras:
            self._waiting.put(camera)
        count = min(len(self.cameras), MOST_OPEN)
        self._threads = [Thread(target=self._run, name="camapp-thumbnails", daemon=True) for _ in range(count)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Returns at once; the cameras are closed as soon as their drivers let them."""
        self._stop.set()

    def join(self, timeout_s: float) -> bool:
        """False if a driver still hangs after that time."""
        deadline_s = time.monotonic() + timeout_s
        for thread in self._threads:
            thread.join(max(deadline_s - time.monotonic(), 0.0))
        return not any(thread.is_alive() for thread in self._threads)

    def _run(self) -> None:
        while not self._stop.is_set():
            camera = self._waiting.get()  # never empty: there is a camera for each thread
            try:
                self._take_turn(camera)
            except UserFacingError as error:
                self._say(camera, error)
            except Exception:
                log.exception("looking through %s", camera.name)
                self._say(camera, CameraError("read_failed", name=camera.name))
            finally:
                self._waiting.put(camera)

    def _take_turn(self, camera: CameraInfo) -> None:
        if camera not in self._asked:
            self._asked.add(camera)
            self._offer(camera, list_modes(camera))
        ends_s = time.monotonic() + TURN_S
        pictures = self._look(camera, self._stop)
        try:
            for picture in pictures:
                if self._stop.is_set():
                    return
                self._show(camera, picture)
                if time.monotonic() > ends_s and not self._waiting.empty():
                    return
        finally:
            pictures.close()  # at once, and with it the camera

    def _say(self, camera: CameraInfo, error: UserFacingError) -> None:
        if not self._stop.is_set():
            self._fail(camera, error)
        self._stop.wait(AGAIN_S)
