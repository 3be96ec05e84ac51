"""What a run tells whoever watches it, and the pictures of a file's run for a window. No Qt here."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Protocol

from camapp.live.choices import Choices, Language
from camapp.live.drawing.compose import compose
from camapp.live.drawing.visible import Visible
from camapp.live.slot import LatestSlot
from detector.types import Detections, Frame

if TYPE_CHECKING:
    from camapp.cli.tally import RunSummary
    from camapp.live.drawing.shown import Shown
    from detector.errors import UserFacingError

log = logging.getLogger(__name__)
PICTURE_S = 0.05  # between two pictures of a file: more would only take time from the work that is shown


@dataclass(frozen=True)
class Progress:
    """How far the run of one source is.

    Attributes:
        frames: detected and written so far.
        elapsed_s: since it began.
        total: of frames, as the source states it; None: unknown, or live.
        limit_s: of a live source, when it is to end; None: with Ctrl-C.
        fps: of a live source, what comes; of a file, what is done a second. 0: not known yet.
        live: a camera or stream, in its own time.
        trouble: what a lost camera is waiting for.
    """

    frames: int
    elapsed_s: float
    total: int | None = None
    limit_s: float | None = None
    fps: float = 0.0
    live: bool = False
    trouble: UserFacingError | None = None

    @property
    def share(self) -> float | None:
        """0 to 1; None where nobody knows."""
        if self.live:
            return None if self.limit_s is None else min(self.elapsed_s / max(self.limit_s, 1e-9), 1.0)
        return None if not self.total else min(self.frames / self.total, 1.0)

    @property
    def left_s(self) -> float | None:
        """How long it will still take; None where nobody knows."""
        if self.live:
            return None if self.limit_s is None else max(self.limit_s - self.elapsed_s, 0.0)
        return max(self.total - self.frames, 0) / self.fps if self.total and self.fps else None


class Watcher(Protocol):
    """Is told how a job goes. Called on the thread that does the work, so nothing here may wait."""

    def loading(self, model: str) -> None:
        """The model is being loaded."""

    def begin(self, number: int, count: int, name: str) -> None:
        """Source `number` of `count`, from 1."""

    def progress(self, at: Progress) -> None:
        """Some ten times a second."""

    def end(self, run: RunSummary) -> None:
        """That source is done, or could not be."""


class Canvas(Protocol):
    """What draws for a window: a live pipeline or a FileCanvas. Both may be set from any thread."""

    view_size_wh: tuple[int, int] | None
    visible: Visible


class RunView(Watcher, Protocol):
    """A window that shows a job. Its methods may be called from any thread; closing it sets the job's `stop`."""

    @property
    def language(self) -> Language:
        """Of the class names that it draws."""

    def attach(self, canvas: Canvas, close: Callable[[], None] | None = None) -> None:
        """From now on pictures come from this canvas; `close` is called when the window needs it no more."""

    def publish(self, shown: Shown) -> None:
        """The newest picture; never waits."""


ShowRun = Callable[[Callable[[RunView], int], Event], int]  # (the work, its stop) -> its exit code, once it is closed


class FileCanvas:
    """A sink that draws the newest of what a file's run writes, on a thread of its own, and never holds it up.

    It goes on drawing its last picture, for a window that is zoomed or resized, until stop().
    """

    path = Path()  # writes nothing

    def __init__(self, publish: Callable[[Shown], None], choices: Choices, class_names_zh: tuple[str, ...]) -> None:
        self._publish = publish
        self._choices = choices
        self._class_names_zh = class_names_zh
        self._slot: LatestSlot[tuple[Frame, Detections]] = LatestSlot()
        self._stopped = Event()
        self._view_size_wh: tuple[int, int] | None = None
        self._visible = Visible()
        self._thread = Thread(target=self._draw, name="camapp-draw", daemon=True)
        self._thread.start()

    @property
    def view_size_wh(self) -> tuple[int, int] | None:
        """Of the pictures, in device pixels; None: the frame's own size."""
        return self._view_size_wh

    @view_size_wh.setter
    def view_size_wh(self, size_wh: tuple[int, int] | None) -> None:
        self._view_size_wh = size_wh
        self._slot.wake()

    @property
    def visible(self) -> Visible:
        """The part of the frame that is in sight."""
        return self._visible

    @visible.setter
    def visible(self, visible: Visible) -> None:
        self._visible = visible
        self._slot.wake()

    def write(self, frame: Frame, detections: Detections) -> None:
        """Never waits: a picture for which there is no time is not shown."""
        self._slot.put((frame, detections))

    def close(self) -> None:
        """The run is over; the last picture stays in view."""

    def stop(self) -> None:
        """Ends the thread."""
        self._stopped.set()
        self._slot.close()
        self._thread.join()

    def _draw(self) -> None:
        newest: tuple[Frame, Detections] | None = None
        while not self._stopped.is_set():
            newest = self._slot.take() or newest
            if newest is None or self._stopped.is_set():
                continue
            began_s = time.monotonic()
            try:
                self._publish(
                    compose(*newest, self._view_size_wh, self._choices, self._class_names_zh, visible=self._visible)
                )
            except Exception:  # one picture less in the window; what is written does not hang on it
                log.exception("draw")
            self._stopped.wait(PICTURE_S - (time.monotonic() - began_s))
