"""Keeps a promise while the pipeline runs: measures on its threads, asks the controller, makes sizes ready ahead."""

from __future__ import annotations

import logging
import math
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from threading import Lock, Thread
from typing import TYPE_CHECKING

from camapp.live.choices import DETECTED_FROM, Choices
from camapp.live.promise import PromiseStatus, SizeHW
from camapp.live.promise_control import Controller, Drawn, Look, p95
from camapp.live.promise_plans import SELDOM_S, fitting_sizes
from detector.errors import UserFacingError
from detector.types import Frame

if TYPE_CHECKING:
    from camapp.live.rates import RateMeter
    from detector.engines.base import Detector

log = logging.getLogger(__name__)
TRIES = 3  # to time a size that was just made ready: the quickest was not disturbed
EARLY_S = 0.02  # by which pictures may come before their time
MOST_MISSING = 30  # pictures in a gap that are counted
TOGETHER_S = 0.5  # pictures further apart than this did not follow each other: the source stood still
SPARE = 0.15  # of the limit: a thread that stops waiting does not run at once on a busy machine
PAINTINGS = 60  # whose time says what the next may take


class PromiseKeeper:
    """Between Choices.promise and what the detector does; without a promise it changes nothing. Thread-safe.

    Attributes:
        every: the detector is given one picture of so many.

    Args:
        source_fps: what the source states; asked when a promise begins.
        camera_rate: of the pictures that come.
        clock: in seconds, that of Frame.captured_at_s.
    """

    def __init__(
        self,
        source_fps: Callable[[], float | None],
        camera_rate: RateMeter,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.every = 1
        self._source_fps = source_fps
        self._camera_rate = camera_rate
        self._clock = clock
        self._lock = Lock()  # over the five below
        self._controller: Controller | None = None
        self._key: object = None  # what the controller was made for
        self._detector: Detector | None = None
        self._preparing: Thread | None = None
        self._closed = False
        self._due = (-1, -math.inf)  # index and time of the last picture that the detector was given
        self._looked = -1  # index of the last picture looked at
        self._drawn: tuple[int, float] | None = None  # index and time of the last picture drawn
        self._paintings: deque[float] = deque(maxlen=PAINTINGS)  # seconds; of the draw thread alone

    def is_due(self, frame: Frame) -> bool:
        """Whether the detector shall look at this picture; for the capture thread, in the order of the pictures."""
        index, at_s = self._due
        if 0 <= frame.index - index < self.every and frame.captured_at_s - at_s < SELDOM_S - EARLY_S:
            return False
        self._due = frame.index, frame.captured_at_s
        return True

    def size_for(self, detector: Detector, frame: Frame, choices: Choices) -> SizeHW | None:
        """The input size for this picture; None: as without a promise. For the detect thread, before each look."""
        automatic = detector.shape_for(frame.size_wh)
        chosen = detector.size_hw is not None or choices.zone is not None  # by hand; and tiles are cut to one size
        key = (choices.promise, id(detector), frame.size_wh, chosen)
        with self._lock:
            if key != self._key:
                self._key, self._detector, self.every, self._controller = key, detector, 1, None
                if choices.promise is not None:
                    sizes = (automatic,) if chosen else fitting_sizes(frame.size_wh, detector.info.sizes_hw, automatic)
                    fps = self._source_fps()
                    frame_s = 1 / (fps or self._camera_rate.per_second() or 30.0)
                    self._controller = Controller(choices.promise, sizes, automatic, fps, frame_s)
            size_hw = None if self._controller is None else self._controller.plan.size_hw
        return None if size_hw == automatic else size_hw

    def looked(self, frame: Frame, size_hw: SizeHW | None, took_s: float) -> None:
        """The boxes of this picture are known now; on the detect thread, after each look.

        Args:
            size_hw: as size_for said.
        """
        now_s = self._clock()
        with self._lock:
            controller, detector = self._controller, self._detector
            again, self._looked = frame.index <= self._looked, frame.index
            if controller is None or detector is None or again:  # it stands still: how old it is says nothing
                return
            fps = self._camera_rate.per_second()
            if fps:
                controller.came_every(1 / fps)
            used = size_hw or detector.shape_for(frame.size_wh)
            controller.looked(Look(now_s, used, took_s, now_s - frame.captured_at_s))
            self.every = controller.judge(now_s).every
            if controller.wished is not None and self._preparing is None and not self._closed:
                work = partial(self._prepare, controller, detector, frame)
                self._preparing = Thread(target=work, name="camapp-prepare", daemon=True)
                self._preparing.start()

    def patience_s(self, frame: Frame, otherwise_s: float) -> float:
        """How long the drawing of this picture may wait for its boxes: only so that it keeps what is promised.

        Boxes that come later are drawn when they come; till then those before are carried. For the draw thread.

        Args:
            otherwise_s: where nothing is promised, and at most.
        """
        with self._lock:
            limit_s = math.inf if self._controller is None else self._controller.limit_s
        painting_s = p95(self._paintings) if self._paintings else 0.0
        left_s = (1 - SPARE) * limit_s - painting_s - (self._clock() - frame.captured_at_s)
        return min(max(left_s, 0.0), otherwise_s)

    def drew(self, frame: Frame, painting_s: float = 0.0) -> None:
        """This picture was drawn now; on the draw thread, once for each. One left out is as late as the next.

        Args:
            painting_s: that it took, without the wait for its boxes.
        """
        now_s = self._clock()
        self._paintings.append(painting_s)
        with self._lock:
            before, self._drawn = self._drawn, (frame.index, now_s)
            if self._controller is None:
                return
            delay_s = now_s - frame.captured_at_s
            if before is not None and now_s - before[1] < TOGETHER_S:
                missing = min(max(frame.index - before[0] - 1, 0), MOST_MISSING)
                step_s = (now_s - before[1]) / (missing + 1)
                for number in range(missing):
                    self._controller.drew(Drawn(now_s, delay_s + (missing - number) * step_s))
            self._controller.drew(Drawn(now_s, delay_s))
            self.every = self._controller.judge(now_s).every

    def status(self) -> PromiseStatus | None:
        """What was chosen and how it is kept; None without a promise, or before the first look."""
        with self._lock:
            return None if self._controller is None else self._controller.status()

    def close(self) -> None:
        """No more sizes are made ready; one that is being made is not interrupted."""
        with self._lock:
            self._closed = True

    def join(self, timeout: float) -> bool:
        """False if a size is still being made ready."""
        with self._lock:
            preparing = self._preparing
        if preparing is not None:
            preparing.join(timeout)
        return preparing is None or not preparing.is_alive()

    def _prepare(self, controller: Controller, detector: Detector, frame: Frame) -> None:
        """The thread's function: what the controller wishes for, until it has all of it."""
        while True:
            with self._lock:
                size_hw = controller.wished
                if size_hw is None or self._closed or controller is not self._controller:
                    self._preparing = None
                    return
            took_s = self._made_ready(detector, frame, size_hw)
            with self._lock:
                if took_s is None:
                    controller.refused(size_hw)
                else:
                    controller.prepared(size_hw, took_s)

    def _made_ready(self, detector: Detector, frame: Frame, size_hw: SizeHW) -> float | None:
        """How long a picture of this size takes; None: it cannot be used."""
        try:
            detector.prepare(size_hw)
            return min(self._timed(detector, frame, size_hw) for _ in range(TRIES))
        except UserFacingError as error:
            log.warning("%s", error)
        except ValueError:  # the detector was closed: another one is in use, or nobody looks any more
            log.debug("closed while %s was made ready", size_hw)
        except Exception:
            log.exception("prepare")
        return None

    def _timed(self, detector: Detector, frame: Frame, size_hw: SizeHW) -> float:
        began_s = self._clock()
        detector.detect([frame], DETECTED_FROM, size_hw=size_hw)
        return self._clock() - began_s
