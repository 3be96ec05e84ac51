"""The detect thread: takes the newest frame, gives its boxes to those who look for them by its index."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING

from camapp.errors import CamappError
from camapp.live.choices import Choices
from camapp.live.naming import LIVE_LOOKS, Naming
from camapp.live.promise import SizeHW
from camapp.live.promise_keeper import PromiseKeeper
from camapp.live.rates import RateMeter, RecentMedian
from camapp.live.slot import LatestSlot
from camapp.live.steady import Steadier
from camapp.live.tracking import Numbering
from camapp.live.tracks import LastBoxes
from camapp.live.zone_looks import ZoneCost, ZoneLooks
from detector.errors import UserFacingError
from detector.types import Detections, Frame

if TYPE_CHECKING:
    from detector.engines.base import Detector

log = logging.getLogger(__name__)


class DetectWorker:
    """Runs a detector that may be replaced, or not be there yet, on the newest frame.

    Attributes:
        rate: frames detected per second.
        usual_s: how long one takes, at the input size in use.
        skipped: frames left out because a newer one was there.

    Args:
        detector: None: all frames are skipped until set_detector.
        boxes: told about every frame: taken, skipped, detected.
        choices: asked for the overlap allowed, and for what is to be followed.
        on_result: called on the thread with the index of a detected frame.
        on_error: called on the thread; there is no detector then until another is set.
        keeper: says which frames to look at, and how large; None: one of its own.
    """

    def __init__(
        self,
        detector: Detector | None,
        boxes: LastBoxes,
        choices: Callable[[], Choices],
        on_result: Callable[[int], None],
        on_error: Callable[[UserFacingError], None],
        keeper: PromiseKeeper | None = None,
    ) -> None:
        self.keeper = keeper or PromiseKeeper(lambda: None, RateMeter())
        self.rate = RateMeter()
        self.usual_s = RecentMedian()
        self.skipped = 0
        self._boxes = boxes
        self._choices = choices
        self._on_result = on_result
        self._on_error = on_error
        self._numbering = Numbering(wait=False)
        self._naming = Naming(LIVE_LOOKS)
        self._steadier = Steadier()
        self._size_hw: SizeHW | None = None  # of the last look; None: the detector's own choice
        self._looks = ZoneLooks()
        self._numbered = -1  # index of the frame before
        self._slot: LatestSlot[Frame] = LatestSlot()
        self._lock = Lock()  # over the four below
        self._detector = detector
        self._broken = False  # it failed, and is not asked again
        self._replaced: list[Detector] = []
        self._newest: Frame | None = None

    @property
    def working(self) -> bool:
        """Whether there is a detector that has not failed."""
        return self._detector is not None and not self._broken

    @property
    def class_names_zh(self) -> tuple[str, ...]:
        """Of the detector in use; empty without one."""
        detector = self._detector
        return () if detector is None else detector.info.class_names_zh

    @property
    def naming_ms(self) -> float | None:
        """What the classifier takes of a picture; None without one."""
        detector = self._detector
        if detector is None or (detector.names is None and not detector.of_whole_picture):
            return None
        seconds = (self.usual_s if detector.of_whole_picture else self._naming.usual_s).value()
        return None if seconds is None else 1000 * seconds

    @property
    def zone_cost(self) -> ZoneCost | None:
        """What the tiles of the zone take; None without a zone."""
        return self._looks.cost

    def put(self, frame: Frame) -> None:
        """A new frame; never waits."""
        with self._lock:
            before, self._newest = self._newest, frame
            was_empty = self._slot.put(frame)
            ready = self.working
            if not was_empty and before is not None:
                self._boxes.mark_skipped(before.index)
                self.skipped += ready
            if not ready:
                self._boxes.mark_skipped(frame.index)

    def leave_out(self, frame: Frame) -> None:
        """A new frame that is not to be detected."""
        with self._lock:
            self._newest = frame
            self._boxes.mark_skipped(frame.index)
            self.skipped += self.working

    def pass_over(self, frame: Frame) -> None:
        """A new frame on which the promise wants the boxes to be carried."""
        with self._lock:
            self._newest = frame
            self._boxes.mark_skipped(frame.index)

    def look_if_passed_over(self) -> None:
        """The picture stands still from now on: the newest frame shall have its own boxes."""
        with self._lock:
            if self.keeper.every > 1 and self._newest is not None and not self._boxes.has(self._newest.index):
                self._slot.put(self._newest)

    def again(self) -> None:
        """The newest frame once more, for a picture that stands still while detector or choices change."""
        with self._lock:
            if self._newest is not None:
                self._slot.put(self._newest)

    def set_detector(self, detector: Detector | None) -> None:
        """From the next frame on; the one replaced is closed as soon as it is free. One that failed may try again."""
        with self._lock:
            self._broken = False
            if detector is self._detector:
                return
            if self._detector is not None:
                self._replaced.append(self._detector)
            self._detector = detector
        if detector is None:
            self._boxes.clear()
        self._slot.wake()

    def run(self) -> None:
        """The thread's function: until close()."""
        while not self._slot.closed:
            frame = self._slot.take()
            self.close_replaced()
            with self._lock:
                detector = None if self._broken else self._detector
            if frame is None:
                continue
            if detector is None:
                self._boxes.mark_skipped(frame.index)
            else:
                self._detect(detector, frame)

    def close(self) -> None:
        """Ends the thread after the frame that it works on."""
        self._slot.close()
        self.keeper.close()

    def close_replaced(self) -> None:
        """Closes the detectors that were replaced; only while none of them works."""
        with self._lock:
            replaced, self._replaced = self._replaced, []
        for detector in replaced:
            detector.close()

    def _detect(self, detector: Detector, frame: Frame) -> None:
        self._boxes.mark_taken(frame.index)
        started_s = time.monotonic()
        choices = self._choices()
        if self._boxes.are_apart(self._numbered, frame.index):
            self._numbering.begin_anew()
            self._naming.begin_anew()
            self._steadier.begin_anew()
            self._looks.begin_anew()
        self._numbered = frame.index
        try:
            found = self._find(detector, frame, choices)
            found = self._naming.apply(frame, self._numbering.apply(frame, found, choices), detector.names, choices)
            drawn = self._steadier.apply(frame, found, choices)
        except UserFacingError as error:
            self._give_up(detector, frame, error)
        except Exception as error:
            log.exception("detect")
            self._give_up(detector, frame, CamappError("detection_failed", reason=error))
        else:
            took_s = time.monotonic() - started_s
            self.usual_s.add(took_s)
            self.rate.tick()
            self._boxes.add(found, frame.captured_at_s, drawn)
            self._on_result(frame.index)
            self.keeper.looked(frame, self._size_hw, took_s)

    def _find(self, detector: Detector, frame: Frame, choices: Choices) -> Detections:
        size_hw = self.keeper.size_for(detector, frame, choices)
        if size_hw != self._size_hw:
            self._size_hw, self.usual_s = size_hw, RecentMedian()  # what it took at another size says nothing
        return self._looks.detect(detector, frame, choices, size_hw)

    def _give_up(self, detector: Detector, frame: Frame, error: UserFacingError) -> None:
        """The picture goes on without boxes until another detector is set."""
        self._boxes.mark_skipped(frame.index)
        with self._lock:
            self._broken = self._detector is detector
        self._on_error(error)
