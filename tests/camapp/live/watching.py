"""A running pipeline under the eyes of a test: what it says is noted, what is expected is waited for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from threading import Condition, Event

import pytest

from camapp.live.drawing.shown import Shown
from camapp.live.pipeline import LivePipeline
from camapp.live.reading.base import Source
from detector.engines.base import Detector
from detector.errors import UserFacingError
from detector.types import Detections, Frame
from tests.camapp.live.fakes import some_boxes

LIMIT_S = 60.0  # until a test gives up; nothing is measured by it


class Watcher:
    """Notes what a pipeline says, and waits for what is expected."""

    def __init__(self) -> None:
        self.shown: list[Shown] = []
        self.errors: list[UserFacingError] = []
        self.mended = 0
        self.ended = Event()
        self._changed = Condition()

    def publish(self, shown: Shown) -> None:
        with self._changed:
            self.shown.append(shown)
            self._changed.notify_all()

    def fail(self, error: UserFacingError) -> None:
        with self._changed:
            self.errors.append(error)
            self._changed.notify_all()

    def mend(self) -> None:
        self.mended += 1

    def wait(self, what: Callable[[Watcher], object]) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: what(self), LIMIT_S), "what was waited for did not come"

    def wait_shown(self, index: int, boxes: int | None = None) -> Shown:
        """The first picture of this frame, with this many boxes if it matters."""

        def fits(shown: Shown) -> bool:
            return shown.frame.index == index and (boxes is None or len(shown.detections) == boxes)

        self.wait(lambda w: any(fits(shown) for shown in w.shown))
        return next(shown for shown in self.shown if fits(shown))


Start = Callable[..., LivePipeline]


@pytest.fixture
def watcher() -> Watcher:
    return Watcher()


@pytest.fixture
def start(watcher: Watcher) -> Iterator[Start]:
    """Starts a pipeline that is stopped after the test; no thread of it may stay."""
    started: list[LivePipeline] = []

    def start_one(source: Source, detector: Detector | None = None, **options: object) -> LivePipeline:
        options = {"publish": watcher.publish, **options}
        pipeline = LivePipeline(
            source,
            detector,
            on_error=watcher.fail,
            on_mended=watcher.mend,
            on_end=watcher.ended.set,
            **options,  # type: ignore[arg-type]
        )
        pipeline.start()
        started.append(pipeline)
        return pipeline

    yield start_one
    for pipeline in started:
        pipeline.stop()
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("camapp-")] == []


class Gate:
    """Holds a detector at a frame until the test lets it go on."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.reached = Event()
        self.open = Event()

    def find(self, frame: Frame) -> Detections:
        if frame.index == self.at:
            self.reached.set()
            assert self.open.wait(LIMIT_S)
        return some_boxes(frame.index)
