"""What a run found, class by class, and what a summary says of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from detector.errors import UserFacingError
from detector.types import Detections, Frame


@dataclass
class ClassTally:
    """Of one class: boxes in all frames, the most at once, the best score."""

    boxes: int = 0
    most_at_once: int = 0
    best_score: float = 0.0


class Tally:
    """A sink that only counts.

    Attributes:
        frames: pictures seen.
        video_seconds: from the first picture's time to the last one's.
        classes: by English name.
    """

    path = Path()  # writes nothing

    def __init__(self) -> None:
        self.frames = 0
        self.video_seconds = 0.0
        self.classes: dict[str, ClassTally] = {}
        self._first_s: float | None = None

    def write(self, frame: Frame, detections: Detections) -> None:
        """Counts the boxes of one frame."""
        self.frames += 1
        self._first_s = frame.time_s if self._first_s is None else self._first_s
        self.video_seconds = frame.time_s - self._first_s
        for class_id in np.unique(detections.class_ids).tolist():
            scores = detections.scores[detections.class_ids == class_id]
            of_class = self.classes.setdefault(detections.class_names[class_id], ClassTally())
            of_class.boxes += len(scores)
            of_class.most_at_once = max(of_class.most_at_once, len(scores))
            of_class.best_score = max(of_class.best_score, round(float(scores.max()), 3))

    def close(self) -> None:
        """Nothing to finish."""

    def most_first(self) -> list[tuple[str, ClassTally]]:
        """Name and tally of each class found, the one with most boxes first."""
        return sorted(self.classes.items(), key=lambda item: (-item[1].boxes, item[0]))


@dataclass(frozen=True)
class RunSummary:
    """One run of `camapp detect`.

    Attributes:
        source: its name for a person.
        model, device: what detected.
        tally: what was found.
        live: a camera or stream, in its own time; else a file, as fast as possible.
        seconds: how long it took, without loading the model.
        files: what was written.
        missed: camera frames that the encoder could not take.
        error: why it ended early; what was done before is kept.
        interrupted: ended by Ctrl-C.
    """

    source: str
    model: str
    device: str
    tally: Tally
    live: bool
    seconds: float
    files: list[Path] = field(default_factory=list)
    missed: int = 0
    error: UserFacingError | None = None
    interrupted: bool = False

    @property
    def exit_code(self) -> int:
        """0 done, 130 interrupted, else the error's."""
        if self.error is not None:
            return self.error.exit_code
        return 130 if self.interrupted else 0

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "source": self.source,
            "model": self.model,
            "device": self.device,
            "frames": self.tally.frames,
            "video_seconds": round(self.tally.video_seconds, 3),
            "seconds": round(self.seconds, 3),
            "missed": self.missed,
            "classes": {name: vars(of_class) for name, of_class in self.tally.most_first()},
            "files": [str(path) for path in self.files],
            "interrupted": self.interrupted,
            "error": None if self.error is None else {"code": self.error.code, "message": str(self.error)},
        }
