"""Looks for a better engine while one already serves: the thread camapp-engines.

It waits until frames have come in one shape for a while, opens what else could run it here, one after the other, lets
ChosenDetector race them on the frames, and writes down who won. At the next start nothing is measured. It also takes a
GPU back that was left when its memory was full.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from threading import Event, Thread

from detector.engines.base import Detector
from detector.engines.candidate import Candidate
from detector.engines.candidates import open_candidate, worth_measuring
from detector.engines.check import KEPT_FROM, Boxes, Reference, check_frame
from detector.engines.chosen import ChosenDetector, Shape
from detector.engines.faults import OPENING_FAULTS, is_memory
from detector.engines.openvino_engine import OpenVinoDetector, is_converted
from detector.engines.race import Race
from detector.engines.remembered import Measured, model_key
from detector.errors import UserFacingError
from detector.modelfile import exported_precision

log = logging.getLogger(__name__)
POLL_S = 0.5
SETTLED = 6  # polls with frames of one shape before anything is done: the start is over, nobody drags a slider
ATTEMPTS = 3  # races for one shape that other shapes may interrupt
RETRY_S, LONGEST_RETRY_S = 10.0, 120.0  # until a GPU that was full is tried again: twice as long each time
CLOSE_S = 2.0  # a network that is being compiled cannot be interrupted


class Improver:
    """A detector's companion.

    Args:
        detector: what is to become faster.
        device, precision: what was asked for, as of candidates.chain.
        measures: engines are raced; if not, only a GPU that was left is taken back.
    """

    def __init__(self, detector: ChosenDetector, device: str, precision: str, measures: bool) -> None:
        self._detector, self._asked, self._measures = detector, (device, precision), measures
        self._stop, self._anew = Event(), Event()
        self._considered: tuple[Candidate, ...] | None = None
        self._attempts: dict[Shape, int] = {}
        self._forgets = False  # what is known is not asked for once
        self._retry_s, self._retry_at_s = RETRY_S, 0.0
        self._thread: Thread | None = None

    def wake(self) -> None:
        """Called at every frame: begins to look where there is something to look for."""
        wanted = self._measures or self._detector.left is not None
        if self._thread is None and wanted and not self._stop.is_set():
            self._thread = Thread(target=self._run, name="camapp-engines", daemon=True)
            self._thread.start()

    def begin_anew(self) -> None:
        """Forgets what was measured for the frames that come now."""
        self._anew.set()

    def close(self) -> None:
        """Ends it, and keeps what is known by now."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(CLOSE_S)
        self._detector.memory.save()

    def _run(self) -> None:
        shape, polls = None, 0
        try:
            while not self._stop.wait(POLL_S):
                self._take_back()
                if self._anew.is_set():
                    self._anew.clear()
                    self._attempts.clear()
                    self._considered = None
                    self._forgets, polls = True, SETTLED
                busiest = self._detector.busiest_shape()
                polls = polls + 1 if busiest == shape else 0
                shape = busiest
                if shape is not None and polls >= SETTLED and self._attempts.get(shape, 0) < ATTEMPTS:
                    self._attempts[shape] = self._attempts.get(shape, 0) + 1
                    if self._settle(shape):
                        self._attempts[shape] = ATTEMPTS
                    self._detector.memory.save()
                    polls = 0
        except Exception:
            if not self._stop.is_set():  # else what it worked with was closed under its hands
                log.exception("engines")  # the one at work goes on

    def _settle(self, shape_hw: Shape) -> bool:
        """Finds the fastest engine for this shape; False: something came in between."""
        if not self._measures:
            return True
        detector = self._detector
        self._find_reference(shape_hw)
        considered = self._find_considered()
        known = detector.memory.measured(model_key(detector.info, shape_hw, *self._asked))
        if self._forgets:
            self._forgets, known = False, None
        if known is not None and known.considered == frozenset(considered):
            self._tell(known.median_ms)
            if known.chosen != detector.now:
                engine = self._open(known.chosen, shape_hw)
                if engine is not None:
                    detector.switch_to(known.chosen, engine)
            return True
        detector.show(measuring=True)
        try:
            return self._hold_race(shape_hw, considered)
        finally:
            detector.show(measuring=False)

    def _hold_race(self, shape_hw: Shape, considered: Sequence[Candidate]) -> bool:
        detector = self._detector
        engines = {}
        for candidate in considered:
            if candidate == detector.now or candidate in detector.refused or self._stop.wait(POLL_S):
                continue
            engine = self._open(candidate, shape_hw)
            if engine is not None:
                engines[candidate] = engine
        race = detector.begin_race(engines, shape_hw)
        finished = race.trial.over or self._watch(race)
        if finished and not self._stop.is_set():
            for other in detector.shapes - {shape_hw}:  # so that none of them stutters where it has not before
                self._prepare(race.engines[race.trial.best()], other)
        chosen, times_ms = detector.end_race(race)
        if not finished or self._stop.is_set():
            return False
        median_ms = tuple(sorted(times_ms.items(), key=lambda item: item[1]))
        measured = Measured(chosen, median_ms, frozenset(considered))
        for shape in (shape_hw, None):
            detector.memory.keep_measured(model_key(detector.info, shape, *self._asked), measured)
        self._tell(median_ms)
        return True

    def _prepare(self, engine: Detector, shape_hw: Shape) -> None:
        try:
            engine.prepare(shape_hw)
        except OPENING_FAULTS as error:  # a frame of this shape meets the same, and is answered for there
            log.info("%s cannot be made ready for %s: %s", engine.device, shape_hw, error)

    def _watch(self, race: Race) -> bool:
        """Until the race is over; False: it can't be finished, since other frames come."""
        others = 0
        while not self._stop.is_set():
            if race.over.wait(POLL_S):
                return race.trial.over
            busiest = self._detector.busiest_shape()
            others = others + 1 if busiest is not None and busiest != race.shape_hw else 0
            if others >= SETTLED:
                return False
        return False

    def _open(self, candidate: Candidate, shape_hw: Shape) -> Detector | None:
        """Opened, compiled and checked; None: it is refused."""
        try:
            engine = self._detector.open(candidate)
        except OPENING_FAULTS as error:
            self._detector.refuse(candidate, error)
            return None
        try:
            self._detector.try_out(candidate, engine, shape_hw)
        except OPENING_FAULTS as error:
            self._detector.refuse(candidate, error)
            engine.close()
            return None
        return engine

    def _find_considered(self) -> tuple[Candidate, ...]:
        if self._considered is None:
            detector = self._detector
            int8 = exported_precision(detector.path) == "int8"
            converted = is_converted(detector.info, detector.weights_hash)
            self._considered = worth_measuring(*self._asked, int8, converted)
            floats = any(
                one.library == "openvino" and one.on_cpu and one.precision != "int8" for one in self._considered
            )
            if floats and not converted:
                self._convert()
        return self._considered

    def _convert(self) -> None:
        """The weights for OpenVINO, by torch, but not in this process."""
        from detector.engines.convert_aside import convert_aside  # here: rarely needed, and it starts processes

        convert_aside(self._detector.path, self._stop)

    def _find_reference(self, shape_hw: Shape) -> None:
        """For a model of the user's own: what OpenVINO finds in fp32 is what the others have to find."""
        detector = self._detector
        if detector.reference is not None or detector.now.kind == ("openvino", "CPU", "fp32"):
            return
        if not is_converted(detector.info, detector.weights_hash):
            self._convert()
        try:
            with OpenVinoDetector(detector.path, shape_hw, "fp32", 1) as exact:
                (found,) = exact.detect([check_frame()], KEPT_FROM)
        except (UserFacingError, OSError) as error:
            log.warning("There is nothing to check the engines against: %s", error)
            return
        detector.reference = Reference(detector.weights_hash, exact.device, {shape_hw: Boxes.of(found)})

    def _take_back(self) -> None:
        """Takes the GPU again that was left, once there is room."""
        detector, now_s = self._detector, time.monotonic()
        left = detector.left
        if left is None:
            self._retry_s, self._retry_at_s = RETRY_S, 0.0
            return
        if self._retry_at_s == 0.0:
            self._retry_at_s = now_s + self._retry_s
        if now_s < self._retry_at_s:
            return
        self._retry_s = min(2 * self._retry_s, LONGEST_RETRY_S)
        self._retry_at_s = now_s + self._retry_s
        try:
            engine = open_candidate(left, detector.path)
        except OPENING_FAULTS as error:
            if not is_memory(error):
                detector.left = None
            return
        try:
            for shape in sorted(detector.shapes):
                detector.try_out(left, engine, shape)
        except OPENING_FAULTS as error:
            engine.close()
            if not is_memory(error):
                detector.left = None
            return
        detector.switch_to(left, engine)
        detector.show(trouble=None)
        log.warning("%s works again.", engine.device)

    def _tell(self, median_ms: Sequence[tuple[Candidate, float]]) -> None:
        self._detector.show(median_ms=tuple(median_ms))
