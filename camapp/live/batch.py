"""Every frame of a source detected and written, as fast as the machine allows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING

from camapp.live.logs import Sink
from detector.errors import UserFacingError

if TYPE_CHECKING:
    from camapp.live.sources import Source
    from detector.engines.base import Detector


@dataclass(frozen=True)
class BatchProgress:
    """How far it is: `frames` written of `total` (None: unknown), `seconds` since the start."""

    frames: int
    total: int | None
    seconds: float


@dataclass(frozen=True)
class BatchSummary:
    """What was done.

    Attributes:
        frames: pictures detected and written.
        seconds: how long it took.
        video_seconds: how long they last, 0 for pictures.
        boxes_by_class: boxes by English class name, most first.
        error: why it ended early; what was done before is kept.
        interrupted: `stop` was set before the end.
    """

    frames: int
    seconds: float
    video_seconds: float
    boxes_by_class: dict[str, int] = field(default_factory=dict)
    error: UserFacingError | None = None
    interrupted: bool = False


def run_batch(
    source: Source,
    detector: Detector,
    sinks: Sequence[Sink],
    *,
    score: float | None = None,
    classes_on: frozenset[str] | None = None,
    iou: float = 0.6,
    on_progress: Callable[[BatchProgress], None] | None = None,
    stop: Event | None = None,
) -> BatchSummary:
    """Closes the source and the sinks, not the detector. Errors come back in the summary; nothing is raised.

    on_progress is called on the caller's thread, about ten times a second and once at the end.
    score None: the model's own threshold; classes_on None: all classes.
    """
    raise NotImplementedError
