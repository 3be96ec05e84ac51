"""Every frame of a source detected and written, as fast as the machine allows.

Decoding, detecting, and drawing with encoding run on a thread each, through short queues that wait: no frame is lost
and the memory stays bounded.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

from camapp.errors import CamappError
from camapp.live.choices import Choices
from camapp.live.handover import BoundedQueue
from camapp.live.naming import Naming
from camapp.live.recording.sink import Sink, close_sink, write_all
from camapp.live.steady import Steadier
from camapp.live.tracking import Numbering
from camapp.live.zone import detect_frame
from detector.errors import UserFacingError
from detector.tiles import Zone
from detector.types import Detections, Frame

if TYPE_CHECKING:
    from camapp.live.sources import Source
    from detector.engines.base import Detector

log = logging.getLogger(__name__)
QUEUED_FRAMES = 4  # evens out pictures that take longer
QUEUED_BYTES = 256 * 1024 * 1024  # a picture of 12000x9000 alone has 324 MB
PROGRESS_S = 0.1


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
        video_seconds: from the first picture's time to the last one's.
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
    follow: bool = True,
    steady: bool = False,
    zone: Zone | None = None,
    on_progress: Callable[[BatchProgress], None] | None = None,
    stop: Event | None = None,
) -> BatchSummary:
    """Closes the source and the sinks, not the detector. Errors come back in the summary.

    Args:
        score: the least confidence; None: the model's own threshold.
        classes_on: English names of the classes wanted; None: all.
        follow: objects keep a number from picture to picture.
        steady: boxes drawn neither shake nor blink; tables hold them as they were found.
        zone: the part of each picture, in its pixels, that is looked at in tiles, too.
        on_progress: called on the caller's thread, about ten times a second and once at the end.
        stop: set it to end early; what is detected by then is written.
    """
    threshold = detector.info.score_threshold if score is None else score
    choices = Choices(threshold, iou, classes_on, follow, steady, zone=zone)
    batch = _Batch(source, detector, sinks, choices, stop or Event())
    return batch.run(on_progress)


class _Batch:
    """The state that the three threads of one run share."""

    def __init__(
        self, source: Source, detector: Detector, sinks: Sequence[Sink], choices: Choices, stop: Event
    ) -> None:
        self.source = source
        self.detector = detector
        self.sinks = sinks
        self.choices = choices
        self.asked_to_stop = stop  # the caller's, who may have other sources to work through: never set here
        self.ending = Event()
        self.decoded: BoundedQueue[Frame] = BoundedQueue(QUEUED_FRAMES)
        self.detected: BoundedQueue[tuple[Frame, Detections, Detections]] = BoundedQueue(QUEUED_FRAMES)
        self.done = Event()
        self.frames = 0
        self.first_s: float | None = None
        self.last_s = 0.0
        self.boxes: Counter[str] = Counter()
        self.interrupted = False
        self._error: UserFacingError | None = None
        self._error_lock = Lock()

    @property
    def stopping(self) -> bool:
        return self.asked_to_stop.is_set() or self.ending.is_set()

    def run(self, on_progress: Callable[[BatchProgress], None] | None) -> BatchSummary:
        started_s = time.monotonic()
        threads = [
            Thread(target=stage, name=f"camapp-{name}", daemon=True)
            for name, stage in (("decode", self._decode), ("detect", self._detect), ("write", self._write))
        ]
        for thread in threads:
            thread.start()
        try:
            while not self.done.wait(PROGRESS_S):
                if self.stopping:
                    self.source.close()  # a silent camera would never come to look at `stop`
                self._report(on_progress, started_s)
        finally:  # on_progress may raise, KeyboardInterrupt among others: no thread stays behind
            self.ending.set()
            self.source.close()
            for thread in threads:
                thread.join()
        self._report(on_progress, started_s)
        return BatchSummary(
            frames=self.frames,
            seconds=time.monotonic() - started_s,
            video_seconds=0.0 if self.first_s is None else self.last_s - self.first_s,
            boxes_by_class=dict(self.boxes.most_common()),
            error=self._error,
            interrupted=self.interrupted,
        )

    def _decode(self) -> None:
        try:
            for frame in self.source:
                size = min(max(QUEUED_BYTES // frame.image.nbytes, 1), QUEUED_FRAMES)
                self.decoded.size = self.detected.size = size
                if self.stopping or not self.decoded.put(frame):
                    break
        except UserFacingError as error:
            self._fail(error)  # what was read before goes on through the other stages
        except Exception as error:
            log.exception("decode")
            self._fail(CamappError("read_failed", name=self.source.name), error)
        finally:
            self.interrupted = self.stopping
            self.decoded.close()

    def _detect(self) -> None:
        numbering, naming, steadier = Numbering(wait=True), Naming(None), Steadier()
        try:
            for frame in self.decoded:
                if self.stopping:
                    break
                found = detect_frame(self.detector, frame, self.choices)
                found = numbering.apply(frame, found, self.choices)
                found = naming.apply(frame, found, self.detector.names, self.choices)
                steady, wanted = steadier.apply(frame, found, self.choices), self.choices.apply(found)
                drawn = wanted if steady is None else steady.at(frame, self.choices).picture
                if not self.detected.put((frame, wanted, drawn)):
                    break
        except UserFacingError as error:
            self._fail(error)
        except Exception as error:
            log.exception("detect")
            self._fail(CamappError("detection_failed", reason=error), error)
        finally:
            self.decoded.cancel()
            self.detected.close()

    def _write(self) -> None:
        try:
            for frame, found, drawn in self.detected:
                write_all(self.sinks, frame, found, drawn)
                self._count(frame, found)
        except UserFacingError as error:
            self._fail(error)
        except Exception as error:
            log.exception("write")
            self._fail(CamappError("internal", reason=error), error)
        finally:
            self.detected.cancel()
            for sink in self.sinks:
                close_sink(sink, self._fail)
            self.done.set()

    def _count(self, frame: Frame, detections: Detections) -> None:
        self.frames += 1
        if self.first_s is None:
            self.first_s = frame.time_s
        self.last_s = frame.time_s
        self.boxes.update(detections.names)

    def _fail(self, error: UserFacingError, cause: BaseException | None = None) -> None:
        """Keeps the first error: those after it follow from it."""
        error.__cause__ = cause or error.__cause__
        with self._error_lock:
            self._error = self._error or error

    def _report(self, on_progress: Callable[[BatchProgress], None] | None, started_s: float) -> None:
        if on_progress is not None:
            info = self.source.info
            total = None if info is None else info.frame_count
            on_progress(BatchProgress(self.frames, total, time.monotonic() - started_s))
