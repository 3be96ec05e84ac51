"""`camapp detect`: a source through the detector into files, for files frame by frame, for cameras live."""

from __future__ import annotations

import dataclasses
import difflib
import math
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import numpy as np

from camapp.cli.outputs import Outputs
from camapp.cli.tally import RunSummary, Tally
from camapp.errors import CameraError, CommandError
from camapp.live.batch import run_batch
from camapp.live.choices import Choices
from camapp.live.pipeline import LivePipeline
from camapp.live.recording.sink import Sink
from camapp.live.sources import Source, open_source
from detector.engines import Detector, open_detector
from detector.errors import UserFacingError
from detector.modelfile import ModelInfo
from detector.paths import DEFAULT_MODEL
from detector.types import Frame

POLL_S = 0.1
BLANK = Frame(np.zeros((720, 1280, 3), np.uint8), 0, 0.0, 0.0)
OPENING_S = 15.0  # a camera may take so long before --seconds begin to count


@dataclass(frozen=True)
class Progress:
    """How far a run is.

    Attributes:
        done: frames, or seconds of a live source.
        total: of the same; None: unknown.
        frames: detected and written so far.
        trouble: what a lost camera is waiting for.
    """

    done: float
    total: float | None
    frames: int
    trouble: UserFacingError | None = None


OnProgress = Callable[[Progress], None]


@dataclass(frozen=True)
class Ended:
    """How a run came to its end, as RunSummary has it."""

    error: UserFacingError | None
    interrupted: bool
    missed: int = 0


@dataclass(frozen=True)
class Job:
    """What the command line asked for.

    Attributes:
        source: as open_source understands it.
        model: a model file; None: the bundled one.
        score: the least confidence; None: the model's own threshold.
        classes: English names; ("all",): every class; empty: those that the model masters.
        seconds: only so much of the source; None: all of it.
    """

    source: str
    outputs: Outputs = field(default_factory=Outputs)
    model: Path | None = None
    device: str = "auto"
    score: float | None = None
    size_hw: tuple[int, int] | None = None
    classes: tuple[str, ...] = ()
    seconds: float | None = None

    def run(self, on_progress: OnProgress) -> RunSummary:
        """Does it all; Ctrl-C ends it early and keeps what is done.

        Raises:
            UserFacingError: before anything was read: a missing source, model or folder.
        """
        source = open_source(self.source)
        tally = Tally()
        outputs = self.outputs.open(source)
        sinks: list[Sink] = [*(output.sink for output in outputs), tally]
        with open_detector(self.model, self.device, self.size_hw) as detector, interruptible() as stop:
            info = detector.info
            score = info.score_threshold if self.score is None else self.score
            choices = Choices(score=score, classes_on=classes_on(info, self.classes))
            part = source if self.seconds is None else Beginning(source, self.seconds)
            run = self._run_live if source.live else self._run_file
            started_s = time.monotonic()
            ended = run(part, detector, sinks, choices, on_progress, stop)
            return RunSummary(
                source=source.name,
                model=(self.model or DEFAULT_MODEL).name,
                device=detector.device,
                tally=tally,
                live=source.live,
                seconds=time.monotonic() - started_s,
                files=[output.path for output in outputs if tally.frames and output.path.exists()],
                missed=ended.missed,
                error=ended.error,
                interrupted=ended.interrupted,
            )

    def _run_live(
        self,
        source: Source,
        detector: Detector,
        sinks: Sequence[Sink],
        choices: Choices,
        on_progress: OnProgress,
        stop: threading.Event,
    ) -> Ended:
        """Until the source ends, --seconds are over, the disk is full or Ctrl-C."""
        errors: list[UserFacingError] = []

        def mended() -> None:
            errors[:] = [error for error in errors if not isinstance(error, CameraError)]

        pipeline = LivePipeline(
            source,
            detector,
            publish=None,
            on_error=errors.append,
            on_mended=mended,
            sinks=sinks,
            choices=choices,
        )
        detector.detect([BLANK])  # an engine compiles at its first picture: better before the camera runs
        started_s = time.monotonic()
        limit_s = math.inf if self.seconds is None else self.seconds + OPENING_S
        pipeline.start()
        try:
            while not pipeline.wait(POLL_S) and not stop.is_set() and time.monotonic() - started_s < limit_s:
                on_progress(
                    Progress(
                        done=min(time.monotonic() - started_s, self.seconds or math.inf),
                        total=self.seconds,
                        frames=pipeline.stats().recorded_frames,
                        trouble=errors[-1] if errors else None,
                    )
                )
        finally:
            pipeline.stop()
        interrupted = stop.is_set()
        fatal = [error for error in errors if not (interrupted and isinstance(error, CameraError))]
        return Ended(fatal[0] if fatal else None, interrupted, pipeline.stats().recording_missed)

    def _run_file(
        self,
        source: Source,
        detector: Detector,
        sinks: Sequence[Sink],
        choices: Choices,
        on_progress: OnProgress,
        stop: threading.Event,
    ) -> Ended:
        """Every frame, as fast as the machine allows."""
        summary = run_batch(
            source,
            detector,
            sinks,
            score=choices.score,
            classes_on=choices.classes_on,
            on_progress=lambda at: on_progress(Progress(at.frames, at.total, at.frames)),
            stop=stop,
        )
        return Ended(summary.error, summary.interrupted)


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


def classes_on(info: ModelInfo, asked: Sequence[str]) -> frozenset[str] | None:
    """The classes wanted, by their names in the model; None: all.

    Raises:
        CommandError: the model does not know one.
    """
    if not asked:
        return frozenset(info.classes_on) or None
    if [name.casefold() for name in asked] == ["all"]:
        return None
    known = {name.casefold(): name for name in info.class_names}
    for name in asked:
        if name.casefold() not in known:
            close = difflib.get_close_matches(name.casefold(), known, n=3)
            hint = f"Did you mean {' or '.join(close)}?" if close else f"It knows: {', '.join(info.class_names)}."
            raise CommandError("class_unknown", name=name, hint=hint)
    return frozenset(known[name.casefold()] for name in asked)


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
