"""What a run found, class by class, and what a summary says of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

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
        classes: by English name; of a whole picture's best classes only the best counts.
        names: likewise of the finer names that a classifier gave to boxes.
    """

    path = Path()  # writes nothing

    def __init__(self) -> None:
        self.frames = 0
        self.video_seconds = 0.0
        self.classes: dict[str, ClassTally] = {}
        self.names: dict[str, ClassTally] = {}
        self._first_s: float | None = None

    def write(self, frame: Frame, detections: Detections) -> None:
        """Counts the boxes of one frame."""
        self.frames += 1
        self._first_s = frame.time_s if self._first_s is None else self._first_s
        self.video_seconds = frame.time_s - self._first_s
        seen = slice(1) if detections.whole_picture else slice(None)
        _count(self.classes, detections.names[seen], detections.scores[seen].tolist())
        if detections.finer is not None:
            finer = detections.finer
            named = np.flatnonzero(finer.class_ids >= 0).tolist()
            _count(self.names, [finer.name_of(i) for i in named], finer.scores[named].tolist())

    def close(self) -> None:
        """Nothing to finish."""

    def add(self, other: Tally) -> None:
        """Counts what another one has counted as well."""
        self.frames += other.frames
        self.video_seconds += other.video_seconds
        for own, others in ((self.classes, other.classes), (self.names, other.names)):
            for name, found in others.items():
                of_class = own.setdefault(name, ClassTally())
                of_class.boxes += found.boxes
                of_class.most_at_once = max(of_class.most_at_once, found.most_at_once)
                of_class.best_score = max(of_class.best_score, found.best_score)

    def most_first(self) -> list[tuple[str, ClassTally]]:
        """Name and tally of each class found, the one with most boxes first."""
        return _most_first(self.classes)

    def most_first_names(self) -> list[tuple[str, ClassTally]]:
        """Likewise of the finer names."""
        return _most_first(self.names)

    def as_json(self) -> dict[str, Any]:
        """Classes, and names where boxes were named."""
        counted = {"classes": self.classes} | ({"names": self.names} if self.names else {})
        return {key: {name: vars(of) for name, of in _most_first(found)} for key, found in counted.items()}


def _count(into: dict[str, ClassTally], names: Sequence[str], scores: Sequence[float]) -> None:
    """Adds the boxes of one frame."""
    for name in dict.fromkeys(names):
        of_class = into.setdefault(name, ClassTally())
        own = [score for other, score in zip(names, scores, strict=True) if other == name]
        of_class.boxes += len(own)
        of_class.most_at_once = max(of_class.most_at_once, len(own))
        of_class.best_score = max(of_class.best_score, round(max(own), 3))


def _most_first(found: dict[str, ClassTally]) -> list[tuple[str, ClassTally]]:
    return sorted(found.items(), key=lambda item: (-item[1].boxes, item[0]))


@dataclass(frozen=True)
class RunSummary:
    """What became of one source of a job.

    Attributes:
        source: as the person called it.
        name: as it calls itself.
        tally: what was found.
        live: a camera or stream, in its own time; else a file, as fast as possible.
        seconds: how long it took, without loading the model.
        files: what was written.
        missed: camera frames that the encoder could not take.
        error: why it ended early or never began; what was done before is kept.
        interrupted: ended by Ctrl-C, or by closing its window.
        begun: False where the job had ended before it was its turn.
    """

    source: str
    name: str
    tally: Tally
    live: bool = False
    seconds: float = 0.0
    files: list[Path] = field(default_factory=list)
    missed: int = 0
    error: UserFacingError | None = None
    interrupted: bool = False
    begun: bool = True

    @property
    def state(self) -> Literal["done", "failed", "interrupted", "not begun"]:
        """In a word."""
        if self.error is not None:
            return "failed"
        if not self.begun:
            return "not begun"
        return "interrupted" if self.interrupted else "done"

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "source": self.source,
            "name": self.name,
            "state": self.state,
            "frames": self.tally.frames,
            "video_seconds": round(self.tally.video_seconds, 3),
            "seconds": round(self.seconds, 3),
            "missed": self.missed,
            **self.tally.as_json(),
            "files": [str(path) for path in self.files],
            "error": None if self.error is None else {"code": self.error.code, "message": str(self.error)},
        }


@dataclass
class JobSummary:
    """What became of all sources, in the order in which they were given.

    Attributes:
        model: name of its file.
        device: what detected; None where no source could be opened.
        interrupted: Ctrl-C came before the end.
    """

    model: str
    device: str | None
    runs: list[RunSummary] = field(default_factory=list)
    interrupted: bool = False

    @property
    def exit_code(self) -> int:
        """That of the first source that failed; else 130 if interrupted, 0 if all is done."""
        failed = [run.error.exit_code for run in self.runs if run.error is not None]
        if failed:
            return failed[0]
        return 130 if self.interrupted else 0

    @property
    def total(self) -> Tally:
        """Of all sources together."""
        total = Tally()
        for run in self.runs:
            total.add(run.tally)
        return total

    def as_json(self) -> dict[str, Any]:
        """For `--json`: the same shape for one source and for many."""
        total = self.total
        return {
            "model": self.model,
            "device": self.device,
            "sources": [run.as_json() for run in self.runs],
            "total": {
                "sources": len(self.runs),
                "done": sum(run.state == "done" for run in self.runs),
                "frames": total.frames,
                "seconds": round(sum(run.seconds for run in self.runs), 3),
                "missed": sum(run.missed for run in self.runs),
                **total.as_json(),
            },
            "interrupted": self.interrupted,
            "exit_code": self.exit_code,
        }
