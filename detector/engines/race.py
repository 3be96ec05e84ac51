"""Engines that take turns with the frames."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Event

from detector.engines.base import Detector
from detector.engines.candidates import Candidate
from detector.engines.trial import Trial


@dataclass
class Race:
    """Engines that take turns with the frames of one shape.

    Attributes:
        engines: all of them, the one at work first.
        over: set when nothing more is to come.
    """

    shape_hw: tuple[int, int]
    engines: dict[Candidate, Detector]
    trial: Trial[Candidate] = field(init=False)
    over: Event = field(default_factory=Event)

    def __post_init__(self) -> None:
        self.trial = Trial(list(self.engines))
