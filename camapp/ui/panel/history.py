"""The figures of the last minutes, one sample a second, in bounded memory."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

MINUTES = 10
EVERY_S = 1.0


@dataclass(frozen=True)
class Sample:
    """The figures of one second; NaN where there are none.

    Attributes:
        time_s: on the time.monotonic() clock.
        count: objects in view.
    """

    time_s: float
    count: float
    delay_ms: float
    camera_fps: float
    detector_fps: float


class History:
    """The newest samples, oldest first."""

    def __init__(self) -> None:
        self.samples: deque[Sample] = deque(maxlen=round(MINUTES * 60 / EVERY_S))

    def is_due(self, now_s: float) -> bool:
        """Whether a second has passed since the last sample."""
        return not self.samples or now_s - self.samples[-1].time_s >= EVERY_S

    def add(self, sample: Sample) -> None:
        """The oldest goes when there is no room."""
        self.samples.append(sample)

    def minutes_ago(self) -> list[float]:
        """When each sample was taken, seen from the newest: 0 and below."""
        return [(sample.time_s - self.samples[-1].time_s) / 60 for sample in self.samples]
