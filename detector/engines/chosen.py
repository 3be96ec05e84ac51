"""The Detector that is handed out: it has one engine at work, leaves one that fails, and takes a better one in flight.

It serves at once with an engine that starts fast. Every engine has to find the boxes of the check picture before it is
asked about anything else. engines/improver.py prepares others in the background and has them raced here on the frames
that come anyway: beside capture, drawing and recording, which an idle measurement would not know of.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Protocol

import numpy as np
import numpy.typing as npt

from detector.boxes import FloatArray
from detector.engines.base import Detector
from detector.engines.candidate import Candidate
from detector.engines.candidates import full_name, open_candidate, settled
from detector.engines.check import KEPT_FROM, Boxes, Reference, check_frame, refuse_wrong, stored_reference
from detector.engines.faults import OPENING_FAULTS, RUNNING_FAULTS, as_device_error, is_memory
from detector.engines.openvino_engine import OpenVinoDetector
from detector.engines.race import Race
from detector.engines.remembered import Remembered, key_of
from detector.engines.report import EngineReport
from detector.errors import DeviceError, UserFacingError
from detector.modelfile import hash_weights, read_info, read_weights
from detector.types import Detections, Frame

log = logging.getLogger(__name__)
Shape = tuple[int, int]
MOST_PARKED = 6  # engines out of use that are kept, so as not to close them while a window is watched


class Companion(Protocol):
    """What looks for better engines."""

    def wake(self) -> None:
        """Called after every frame."""

    def begin_anew(self) -> None:
        """What is known is to be found out again."""

    def close(self) -> None:
        """Called once, before the detector closes."""


class ChosenDetector(Detector):
    """See the file's first words.

    Attributes:
        report: what to tell a person of the engine at work.

    Args:
        path: the model file.
        first: what to open, in this order, until one works; the rest stand by.
        size_hw: as in Detector.
        memory: which engines have been checked here before.
        strict: the first of `first` was asked for by name: that there is no such device or network is an error.

    Raises:
        ModelFileError: the file cannot be used.
        DeviceError: none of them works.
        UsageError: size_hw is no input shape.
    """

    report: EngineReport

    def __init__(
        self,
        path: Path,
        first: Sequence[Candidate],
        size_hw: Shape | None = None,
        memory: Remembered | None = None,
        strict: bool = False,
    ) -> None:
        super().__init__(read_info(path, "detect"), "", size_hw)
        self.path = path
        self.memory = memory or Remembered()
        self.refused: dict[Candidate, UserFacingError] = {}
        self.left: Candidate | None = None  # a GPU whose memory was full
        self.shapes: set[Shape] = set()  # that are in use, or may come
        self._seen: Counter[Shape] = Counter()
        self._first = tuple(first)
        self._race: Race | None = None
        self._parked: list[Detector] = []  # not in use any more
        self._reference: Reference | None = None
        self._reference_read = False
        self._companion: Companion | None = None
        self._passed: set[tuple[Candidate, Shape]] = set()
        self._telling = Lock()  # the Improver's thread tells things, too
        self.report = EngineReport(self._first[0])
        self.now, self._engine = self._open_first(strict)
        self.weights_hash: str = getattr(self._engine, "weights_hash", "") or hash_weights(read_weights(path))
        self.show(trouble=self.report.trouble)

    # --- what every Detector does

    def prepare(self, size_hw: Shape) -> None:
        """See Detector.prepare."""
        self.shapes.add(size_hw)
        engine = self._engine
        try:
            engine.prepare(size_hw)
        except ValueError:  # closed: another took its place meanwhile
            if engine is self._engine:
                raise
            self._engine.prepare(size_hw)

    def infer(self, batch: npt.NDArray[np.uint8]) -> tuple[FloatArray, FloatArray]:
        """See Detector.infer; by the engine at work, whatever it is."""
        return self._engine.infer(batch)

    def _detect_chunk(self, frames: Sequence[Frame], shape_hw: Shape, score: float, iou: float) -> list[Detections]:
        self._check_once(shape_hw)
        self.shapes.add(shape_hw)
        self._seen[shape_hw] += len(frames)
        while True:
            race = self._race if self._race is not None and self._race.shape_hw == shape_hw else None
            one = self.now if race is None else race.trial.next()
            engine = self._engine if race is None else race.engines[one]
            started_s = time.perf_counter()
            try:
                found = [
                    each
                    for start in range(0, len(frames), engine.most_frames)  # fewer than the engine before took at once
                    for each in engine._detect_chunk(frames[start : start + engine.most_frames], shape_hw, score, iou)
                ]
            except RUNNING_FAULTS as error:
                if engine is self._engine:
                    self._go_on_without(error)
                    self._check_once(shape_hw)
                elif race is not None:
                    self._drop_out(race, one, error)
                continue
            if self._companion is not None:
                self._companion.wake()
            if race is not None and len(frames) == 1:
                race.trial.add(time.perf_counter() - started_s)
                if race.trial.over:
                    race.over.set()
            return found

    def _release(self) -> None:
        if self._race is not None:
            self._parked += [engine for one, engine in self._race.engines.items() if one != self.now]
            self._race.over.set()
            self._race = None
        self._engine.close()
        self._close_parked()

    def _park(self, engine: Detector) -> None:
        self._parked.append(engine)
        if len(self._parked) > MOST_PARKED:  # a GPU that comes and goes
            self._parked.pop(0).close()

    def _close_parked(self) -> None:
        for engine in self._parked:
            engine.close()
        self._parked.clear()

    def measure_again(self) -> None:
        """See Detector.measure_again; what was refused gets another chance."""
        if self._companion is not None:
            self.refused.clear()
            self._companion.begin_anew()

    def close(self) -> None:
        """See Detector.close."""
        if self._companion is not None:
            self._companion.close()
        else:
            self.memory.save()
        super().close()

    # --- for the Improver's thread

    def accompany(self, companion: Companion) -> None:
        """It is told of every frame, and closed with the detector."""
        self._companion = companion

    def busiest_shape(self) -> Shape | None:
        """Of most frames since this was asked last; None: there were none."""
        seen, self._seen = self._seen, Counter()
        return max(seen, key=lambda shape: seen[shape], default=None)

    def open(self, candidate: Candidate) -> Detector:
        """Another engine for the same model, nowhere in use yet.

        Raises:
            DeviceError, RuntimeError, ImportError, ModelFileError: as of open_candidate.
        """
        engine = self._engine
        if candidate.kind == self.now.kind and isinstance(engine, OpenVinoDetector):
            return engine.twin(candidate.threads)
        return open_candidate(candidate, self.path)

    def begin_race(self, engines: dict[Candidate, Detector], shape_hw: Shape) -> Race:
        """From the next frame of this shape on, these and the one at work take turns."""
        with self._one_at_a_time:
            race = Race(shape_hw, {self.now: self._engine, **engines})
            if self._closed:
                race.over.set()
            else:
                self._race = race
            return race

    def end_race(self, race: Race) -> tuple[Candidate, dict[Candidate, float]]:
        """The best of those raced works from now on; the others are kept until the end.

        To close one takes 20 ms of Python's lock for each shape, and a window would be seen to stop. They are few, and
        there are none at the next start.

        Returns:
            The best, and what each took for a frame in ms. An unfinished race has no winner but the one at work.
        """
        with self._one_at_a_time:
            won = race.trial.best() if race.trial.over and race is self._race else self.now
            self._parked += [engine for one, engine in race.engines.items() if one not in (won, self.now)]
            if won != self.now and not self._closed:
                self._parked.append(self._engine)
                self._take(won, race.engines[won])
            self._race = None
            if self._closed:
                self._close_parked()
        return won, race.trial.medians_ms()

    def switch_to(self, candidate: Candidate, engine: Detector) -> None:
        """It works from the next frame on; what worked before is kept until the end, as in end_race."""
        with self._one_at_a_time:
            if not self._closed:
                self._park(self._engine)
                self._take(candidate, engine)
                return
        engine.close()

    def try_out(self, candidate: Candidate, engine: Detector, shape_hw: Shape) -> None:
        """Makes an engine that nobody uses yet ready for this shape, and sees that it finds what it should.

        Raises:
            DeviceError: it does not.
            RuntimeError: it does not work.
        """
        engine.prepare(shape_hw)
        self._check(candidate, engine, shape_hw)
        empty = np.zeros((1, *shape_hw, self.info.in_channels), np.uint8)
        engine.infer(empty)  # what is only made at the first frame; a check known from before ran none

    def refuse(self, candidate: Candidate, error: Exception) -> None:
        """It is not to be used, and why."""
        log.warning("%s: %s", candidate.name, error)
        self.refused[candidate] = as_device_error(candidate, error)
        self.show()

    def show(self, **changes: object) -> None:
        """Tells who listens what is new: fields of the report, or what `now` and `refused` say."""
        with self._telling:
            self.device = self._engine.device
            self.most_frames = self._engine.most_frames
            told = {"used": self.now, "refused": tuple(self.refused.items())}
            self.report = replace(self.report, **(told | changes))  # type: ignore[arg-type]
        self.on_change()

    @property
    def reference(self) -> Reference | None:
        """What is found on the check picture by the exact network; None: nobody knows."""
        if not self._reference_read:
            self._reference_read = True
            try:
                self._reference = stored_reference(self.weights_hash)
            except OSError as error:
                log.warning("The check picture cannot be read: %s", error)
        return self._reference

    @reference.setter
    def reference(self, reference: Reference) -> None:
        with self._one_at_a_time:
            self._reference, self._reference_read = reference, True
            self._passed.clear()  # the engine at work is checked at its next frame

    # --- inside

    def _open_first(self, strict: bool) -> tuple[Candidate, Detector]:
        trouble: DeviceError | None = None
        for place, candidate in enumerate(self._first):
            try:
                engine = open_candidate(candidate, self.path)
            except OPENING_FAULTS as error:
                code = error.code if isinstance(error, DeviceError) else ""
                if strict and place == 0 and code in ("device_missing", "int8_missing", "precision_missing"):
                    raise
                if is_memory(error):
                    self.left = candidate
                trouble = trouble or as_device_error(candidate, error)
                self.refused[candidate] = as_device_error(candidate, error)
                log.warning("%s: %s", candidate.name, error)
                continue
            if trouble is not None:
                code = "gpu_memory_full" if self.left is not None else "engine_left_out"
                values = {"engine": candidate.name, "reason": "?", **trouble.values, "next": engine.device}
                self.report = EngineReport(candidate, trouble=DeviceError(code, **values))
            return settled(candidate, engine), engine
        raise trouble or DeviceError("engine_failed", engine="OpenVINO", reason="nothing to try")

    def _check_once(self, shape_hw: Shape) -> None:
        while (self.now, shape_hw) not in self._passed:
            try:
                self._check(self.now, self._engine, shape_hw)
            except RUNNING_FAULTS as error:
                self._go_on_without(error)
            else:
                self._passed.add((self.now, shape_hw))

    def _check(self, candidate: Candidate, engine: Detector, shape_hw: Shape) -> None:
        key = key_of("check", self.weights_hash, candidate.as_json(), shape_hw, self.info.mean, self.info.std)
        if self.memory.is_checked(key) or self.reference is None:
            return
        known = self.reference.boxes
        shape = shape_hw if shape_hw in known else min(known, key=lambda hw: hw[0] * hw[1], default=None)
        if shape is None:
            return
        (found,) = engine._detect_chunk([check_frame()], shape, KEPT_FROM, 0.6)
        refuse_wrong(full_name(candidate, engine), Boxes.of(found), known[shape])
        self.memory.keep_checked(key)

    def _go_on_without(self, error: Exception) -> None:
        """Puts the next that works in the place of the engine at work.

        Raises:
            DeviceError: there is none left.
        """
        failed, old = self.now, self._engine
        why = as_device_error(failed, error)
        self.refused[failed] = why
        log.warning("%s: %s", old.device, error)
        if is_memory(error):
            self.left = failed
        lost = {one.kind for one in self.refused}
        old.close()  # first: the next may need its memory
        for candidate in self._first:
            if candidate.kind in lost:
                continue
            try:
                engine = open_candidate(candidate, self.path)
            except OPENING_FAULTS as other:
                self.refused[candidate] = as_device_error(candidate, other)
                continue
            one = settled(candidate, engine)
            if one.kind in lost:
                engine.close()
                continue
            self._take(one, engine, trouble=self._trouble(why, old.device, engine.device))
            return
        raise why

    def _trouble(self, why: DeviceError, old: str, new: str) -> DeviceError:
        if why.code == "engine_differs":
            return why
        if self.left is not None:
            return DeviceError("gpu_memory_full", engine=old, next=new)
        return DeviceError("engine_lost", engine=old, reason=why.values.get("reason", why.what), next=new)

    def _drop_out(self, race: Race, one: Candidate, error: Exception) -> None:
        race.trial.drop(one)
        self._parked.append(race.engines.pop(one))
        if race.trial.over:
            race.over.set()
        self.refuse(one, error)

    def _take(self, candidate: Candidate, engine: Detector, **changes: object) -> None:
        self.now, self._engine = candidate, engine
        self.refused.pop(candidate, None)
        if self._race is not None:
            self._race.over.set()
            self._race = None
        if candidate == self.left or candidate.kind == (self.left.kind if self.left else None):
            self.left = None
        self.show(**changes)
