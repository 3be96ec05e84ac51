"""Engines that do what a test tells, on a clock of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from detector.engines import chosen, improver
from detector.engines.base import Detector
from detector.engines.candidate import Candidate
from detector.engines.check import Boxes, Reference, check_frame
from detector.modelfile import read_info
from detector.types import Detections, Frame

SLOW = Candidate("openvino", "CPU", "int8", 1)
FAST = Candidate("openvino", "CPU", "int8", 2)
PLAIN = Candidate("torch", "cpu", "auto")
GPU = Candidate("torch", "cuda", "auto")
SHAPE = (64, 96)
KNOWN = Boxes(np.array([[10, 20, 110, 220]], np.float32), np.array([0.9], np.float32), np.array([0]))


@dataclass
class Script:
    """How one candidate behaves.

    Attributes:
        takes_s: for a frame, by the bench's clock.
        fails: raised by the next frame, or by the opening.
        moved_px: how far its boxes are from where they should be.
        opened, closed: how often.
        most_frames: that it was given at once.
    """

    takes_s: float = 0.01
    fails: Exception | None = None
    fails_to_open: Exception | None = None
    moved_px: float = 0.0
    opened: int = 0
    closed: int = 0
    most_frames: int = 0


class ScriptedEngine(Detector):
    """Finds one box on every picture."""

    def __init__(self, path: Path, candidate: Candidate, script: Script, clock: Clock) -> None:
        super().__init__(read_info(path), candidate.name, None)
        self._script, self._clock = script, clock
        script.opened += 1

    def _detect_chunk(
        self, frames: Sequence[Frame], shape_hw: tuple[int, int], score: float, iou: float
    ) -> list[Detections]:
        if self._script.fails is not None:
            raise self._script.fails
        self._script.most_frames = max(self._script.most_frames, len(frames))
        self._clock.now_s += self._script.takes_s * len(frames)
        moved = KNOWN.xyxy + np.float32(self._script.moved_px)
        return [
            Detections(moved, KNOWN.scores, KNOWN.class_ids, np.zeros(1, np.bool_), f.index, self.class_names)
            for f in frames
        ]

    def infer(self, batch: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if self._script.fails is not None:
            raise self._script.fails
        return np.zeros((1, 1, 5), np.float32), np.zeros((1, 1, 4), np.float32)

    def _release(self) -> None:
        self._script.closed += 1


@dataclass
class Clock:
    """In place of the module `time`."""

    now_s: float = 0.0

    def perf_counter(self) -> float:
        return self.now_s


@dataclass
class Engines:
    """All that there are, and what each does."""

    scripts: dict[Candidate, Script] = field(default_factory=dict)
    clock: Clock = field(default_factory=Clock)

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Every candidate is opened as its script says, and the reference is what they find when not moved."""

        def open_one(candidate: Candidate, path: Path) -> Detector:
            script = self.scripts[candidate]
            if script.fails_to_open is not None:
                raise script.fails_to_open
            return ScriptedEngine(path, candidate, script, self.clock)

        def reference(weights_hash: str) -> Reference:
            return Reference(weights_hash, "test", {SHAPE: KNOWN})

        monkeypatch.setattr(chosen, "open_candidate", open_one)
        monkeypatch.setattr(improver, "open_candidate", open_one)
        monkeypatch.setattr(chosen, "time", self.clock)
        monkeypatch.setattr(chosen, "stored_reference", reference)


def feed(detector: Detector, until: Callable[[], bool], most: int = 20_000) -> None:
    """Frames of one shape, until it is so."""
    frame = check_frame()
    for _ in range(most):
        if until():
            return
        detector.detect([frame], size_hw=SHAPE)
    raise AssertionError(f"it did not come to that within {most} frames")
