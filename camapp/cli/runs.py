"""One source through the detector into sinks: a file frame by frame, a camera or stream live."""

from __future__ import annotations

import dataclasses
import math
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

import numpy as np

from camapp.cli.zone import checked
from camapp.errors import CameraError
from camapp.live.batch import BatchProgress, run_batch
from camapp.live.choices import Choices
from camapp.live.drawing.file_canvas import FileCanvas
from camapp.live.pipeline import LivePipeline
from camapp.live.recording.sink import Sink
from camapp.live.run_view import Progress, RunView
from camapp.live.sources import Source
from camapp.live.tracking import library
from detector.engines import Detector
from detector.errors import OutputError, UserFacingError
from detector.types import Frame

POLL_S = 0.1
BLANK = Frame(np.zeros((720, 1280, 3), np.uint8), 0, 0.0, 0.0)
OPENING_S = 15.0  # a camera may take so long before --seconds begin to count
# What the window says while it tries again, and a command that ends must say otherwise.
FOR_GOOD = {"camera_in_use": "camera_taken", "camera_lost": "camera_gone", "stream_lost": "stream_gone"}


@dataclass(frozen=True)
class Work:
    """All that the run of one source needs.

    Attributes:
        source: closed at the end, as are the sinks; the detector is not.
        seconds: only so much of the source; None: all of it.
        on_progress: called some ten times a second, on the caller's thread.
        stop: set it to end early; what was done is kept.
        view: a window to show it in.
    """

    source: Source
    detector: Detector
    sinks: Sequence[Sink]
    choices: Choices
    seconds: float | None
    on_progress: Callable[[Progress], None]
    stop: threading.Event
    view: RunView | None = None


@dataclass(frozen=True)
class Ended:
    """How a run came to its end, as RunSummary has it."""

    error: UserFacingError | None
    interrupted: bool
    missed: int = 0


def detect_in(work: Work) -> Ended:
    """Live sources as they come, all others every frame and as fast as possible."""
    return detect_live(work) if work.source.live else detect_file(work)


def detect_file(work: Work) -> Ended:
    """Every frame, as fast as the machine allows."""
    source = work.source if work.seconds is None else Beginning(work.source, work.seconds)
    sinks = list(work.sinks)
    if work.view is not None:
        canvas = FileCanvas(work.view.publish, work.view.dressed(work.choices), work.detector.info.class_names_zh)
        work.view.attach(canvas, canvas.stop)
        sinks.append(canvas)

    def tell(at: BatchProgress) -> None:
        fps = at.frames / at.seconds if at.seconds > 0 else 0.0
        work.on_progress(Progress(at.frames, at.seconds, at.total, fps=fps))

    summary = run_batch(
        checked(source, work.choices.zone),
        work.detector,
        sinks,
        score=work.choices.score,
        classes_on=work.choices.classes_on,
        follow=work.choices.follow,
        steady=work.choices.steady,
        zone=work.choices.zone,
        on_progress=tell,
        stop=work.stop,
    )
    return Ended(summary.error, summary.interrupted)


def detect_live(work: Work) -> Ended:
    """Until the source ends, `seconds` are over, the disk is full or `stop` is set."""
    errors: list[UserFacingError] = []

    def mended() -> None:
        errors[:] = [error for error in errors if not isinstance(error, CameraError)]

    pipeline = LivePipeline(
        checked(work.source if work.seconds is None else Beginning(work.source, work.seconds), work.choices.zone),
        work.detector,
        publish=None if work.view is None else work.view.publish,
        on_error=errors.append,
        on_mended=mended,
        sinks=work.sinks,
        choices=work.choices if work.view is None else work.view.dressed(work.choices),
    )
    library().exception()  # waits for it: a table has numbers from its first rows on
    work.detector.detect([BLANK])  # an engine compiles at its first picture: better before the camera runs
    if work.view is not None:
        work.view.attach(pipeline)
    started_s = time.monotonic()
    limit_s = math.inf if work.seconds is None else work.seconds + OPENING_S
    pipeline.start()
    try:
        while not (pipeline.wait(POLL_S) or work.stop.is_set() or time.monotonic() - started_s >= limit_s):
            if any(isinstance(error, OutputError) for error in errors):  # a window would go on showing
                break
            stats = pipeline.stats()
            elapsed_s = min(time.monotonic() - started_s, work.seconds or math.inf)
            trouble = errors[-1] if errors and stats.recorded_frames else None  # else it is the end, not tried again
            work.on_progress(
                Progress(
                    frames=stats.recorded_frames,
                    elapsed_s=elapsed_s,
                    limit_s=work.seconds,
                    fps=stats.camera_fps,
                    live=True,
                    name=work.source.name,
                    trouble=trouble,
                    promise=stats.promise,
                )
            )
    finally:
        pipeline.stop()
    interrupted = work.stop.is_set()
    fatal = [error for error in errors if not (interrupted and isinstance(error, CameraError))]
    return Ended(for_good(fatal[0]) if fatal else None, interrupted, pipeline.stats().recording_missed)


def for_good(error: UserFacingError) -> UserFacingError:
    """The same for a command that ends: nothing will be tried again."""
    code = FOR_GOOD.get(error.code)
    if code is None:
        return error
    final = CameraError(code, **error.values)
    final.__cause__ = error
    return final


class Beginning(Source):
    """The first seconds of another source, by the pictures' own times."""

    def __init__(self, source: Source, seconds: float) -> None:
        super().__init__(source.name)
        self.live = source.live
        self._source = source
        self._seconds = seconds

    def __iter__(self) -> Iterator[Frame]:
        self._source.on_trouble = self.on_trouble
        for frame in self._source:
            if frame.time_s >= self._seconds:
                return
            if self.info is None and self._source.info is not None:
                info = self._source.info
                count = None if info.frame_count is None else self._count(info.frame_count, info.fps)
                self.info = dataclasses.replace(info, frame_count=count)
            yield frame

    def close(self) -> None:
        super().close()
        self._source.close()

    def _count(self, frames: int, fps: float | None) -> int:
        return min(frames, math.ceil(self._seconds * (fps or 1.0)))


@contextmanager
def interruptible() -> Iterator[threading.Event]:
    """An event that Ctrl-C sets, so that what runs ends in order; a second Ctrl-C ends the program."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
