"""Engines that take turns with the frames."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Event

from detector.engines.base import Detector
from detector.engines.candidate import Candidate
from detector.engines.trial import Trial
from detector.machine import usable_cores

GREEDY_MARGIN = 0.25  # more cores have to bring as much: they are missed in drawing, recording and other programs


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
        entrants = list(self.engines)
        greedy = [one for one in entrants if cores_of(one) > cores_of(entrants[0])]
        self.trial = Trial(entrants, dict.fromkeys(greedy, GREEDY_MARGIN))


def cores_of(engine: Candidate) -> int:
    """How many it keeps busy."""
    if not engine.on_cpu:
        return 0
    return usable_cores() if engine.threads is None else engine.threads
