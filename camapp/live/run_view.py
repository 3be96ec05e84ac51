"""A window for a run of the command line, as the run sees it: what it tells, and who draws. No Qt here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING, Protocol

from camapp.live.choices import Choices
from camapp.live.drawing.visible import Visible

if TYPE_CHECKING:
    from camapp.live.drawing.shown import Shown
    from camapp.live.promise import PromiseStatus
    from detector.errors import UserFacingError


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
        name: as the source calls itself by now: a camera's own name is known once it is open. Empty: as at first.
        trouble: what a lost camera is waiting for.
        promise: how the one that was asked for is kept.
    """

    frames: int
    elapsed_s: float
    total: int | None = None
    limit_s: float | None = None
    fps: float = 0.0
    live: bool = False
    name: str = ""
    trouble: UserFacingError | None = None
    promise: PromiseStatus | None = None

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


class Canvas(Protocol):
    """What draws for a window: a live pipeline or a FileCanvas. Both may be set from any thread."""

    view_size_wh: tuple[int, int] | None
    visible: Visible


class RunView(Protocol):
    """A window that shows a run. Its methods may be called from any thread and never wait."""

    def dressed(self, choices: Choices) -> Choices:
        """The same in the window's language and on its ground."""

    def loading(self, model: str) -> None:
        """The model is being loaded."""

    def begin(self, number: int, count: int, name: str) -> None:
        """Source `number` of `count`, from 1."""

    def attach(self, canvas: Canvas, close: Callable[[], None] | None = None) -> None:
        """From now on pictures come from this canvas; `close` is called when the window needs it no more."""

    def publish(self, shown: Shown) -> None:
        """The newest picture."""

    def progress(self, at: Progress) -> None:
        """Some ten times a second."""

    def end(self, error: UserFacingError | None) -> None:
        """That source is done, or why not."""


# (the work, the event that ends it early) -> the work's exit code, once the window is closed
ShowRun = Callable[[Callable[[RunView], int], Event], int]
