"""Small live pictures of the cameras for the source chooser: made on other threads, shown on this one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from camapp.live.camera.listing import CameraInfo
from camapp.live.camera.thumbnails import Picture, thumbnails
from camapp.live.camera.watch import CameraWatch, Look


class Thumbnails(QObject):
    """Watches cameras from watch() to stop(); neither waits for one.

    Signals:
        pictured: (CameraInfo, QImage) what it sees now.
        failed: (CameraInfo, UserFacingError) why it gives no picture.
        offered: (CameraInfo, list of CameraMode) what it can give.
    """

    pictured = Signal(object, object)
    failed = Signal(object, object)
    offered = Signal(object, object)

    def __init__(self, look: Look = thumbnails, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._watch: CameraWatch | None = None
        self._ending: list[CameraWatch] = []

    def watch(self, cameras: Sequence[CameraInfo]) -> None:
        """These from now on; those that are watched already go on."""
        if self._watch is not None and self._watch.cameras == tuple(cameras):
            return
        self.stop()
        if cameras:
            self._watch = CameraWatch(cameras, self._show, self.failed.emit, self.offered.emit, self._look)

    def stop(self) -> None:
        """No more pictures; the cameras are let go."""
        self._ending = [watch for watch in self._ending if not watch.join(0)]
        if self._watch is not None:
            self._watch.stop()
            self._ending.append(self._watch)
            self._watch = None

    def close(self, timeout_s: float) -> bool:
        """Joins the threads; False if a driver hangs."""
        self.stop()
        return all([watch.join(timeout_s) for watch in self._ending])

    def _show(self, camera: CameraInfo, picture: Picture) -> None:
        self.pictured.emit(camera, as_image(picture))  # on a thread of the watch: Qt carries it over


def as_image(picture: npt.NDArray[np.uint8]) -> QImage:
    """uint8 (H, W, 3) in BGR, copied."""
    height, width = picture.shape[:2]
    return QImage(picture.tobytes(), width, height, 3 * width, QImage.Format.Format_BGR888).copy()
