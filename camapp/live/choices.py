"""What the person at the window or the command line chose to see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from detector.types import Detections

Language = Literal["en", "zh"]
DETECTED_FROM = 0.05  # the detector gives all from here on, so that moving the slider redraws a still picture at once


@dataclass(frozen=True)
class Choices:
    """Replaced as a whole, so that a thread never sees half of a change.

    Attributes:
        score: the least confidence shown, recorded and logged, 0..1.
        iou: boxes of one class that overlap more than this are one object.
        classes_on: English names of the classes wanted; None: all.
        language: of the class names drawn.
        show_numbers: whether labels say where the box is and how large.
        centre: labels give the centre of the box instead of its top-left corner.
        background_bgr: the colour beside the picture in the window.
    """

    score: float = 0.35
    iou: float = 0.6
    classes_on: frozenset[str] | None = None
    language: Language = "en"
    show_numbers: bool = True
    centre: bool = False
    background_bgr: tuple[int, int, int] = (24, 24, 24)

    def apply(self, detections: Detections) -> Detections:
        """Those that are confident enough and of a class wanted."""
        chosen = detections.scores >= self.score
        if self.classes_on is not None:
            wanted = np.array([name in self.classes_on for name in detections.class_names], np.bool_)
            chosen &= wanted[detections.class_ids] if len(wanted) else False
        return detections if chosen.all() else detections.keep(chosen)
