"""What the person at the window or the command line chose to see."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from camapp.live.promise import Promise
from detector.types import Detections

Language = Literal["en", "zh"]
LabelPart = Literal["class", "confidence", "xy", "wh", "id"]
LABEL_PARTS: tuple[LabelPart, ...] = get_args(LabelPart)  # in the order in which they stand
DETECTED_FROM = 0.05  # the detector gives all from here on, so that moving the slider redraws a still picture at once


@dataclass(frozen=True)
class Selected:
    """The object that a person clicked; the drawing worker follows it from picture to picture.

    Attributes:
        class_id: of its box.
        xyxy: of its box when it was clicked, in pixels of the frame.
    """

    class_id: int
    xyxy: tuple[float, float, float, float]


@dataclass(frozen=True)
class Choices:
    """Replaced as a whole, so that a thread never sees half of a change.

    Attributes:
        score: the least confidence shown, recorded and logged, 0..1.
        iou: boxes of one class that overlap more than this are one object.
        classes_on: English names of the classes wanted; None: all.
        follow: objects keep a number from picture to picture; else there are none.
        steady: boxes drawn neither shake nor blink; what tables hold is not touched.
        language: of the class names drawn.
        label: what labels say; without any part there are none.
        centre: labels give the centre of the box instead of its top-left corner.
        line_scale, text_scale: width of the lines and height of the letters, 1 is usual.
        selected: one object that stands out in the window; recordings do not show it.
        background_bgr: the colour beside the picture in the window.
        pixel_ratio: pixels of the screen per unit of the window; its lines and letters grow with it.
        covered: left, top, right, bottom of what lies over the picture in the window, in its pixels.
        promise: a rate or delay to be kept, by giving up input size and looks; None: as fast as it can.
        zone: left, top, width, height of the part of the picture that is looked at in tiles, too, in its pixels.
    """

    score: float = 0.35
    iou: float = 0.6
    classes_on: frozenset[str] | None = None
    follow: bool = True
    steady: bool = False
    language: Language = "en"
    label: tuple[LabelPart, ...] = ("class", "confidence", "xy", "wh")
    centre: bool = False
    line_scale: float = 1.0
    text_scale: float = 1.0
    selected: Selected | None = None
    background_bgr: tuple[int, int, int] = (24, 24, 24)
    pixel_ratio: float = 1.0
    covered: tuple[tuple[int, int, int, int], ...] = ()
    promise: Promise | None = None
    zone: tuple[int, int, int, int] | None = None

    def apply(self, detections: Detections) -> Detections:
        """Those that are confident enough and of a class wanted; the best classes of a whole picture, however sure."""
        if not self.follow and detections.track_ids is not None:
            detections = replace(detections, track_ids=None)
        chosen = self.wanted(detections)
        if not detections.whole_picture:
            chosen &= detections.scores >= self.score
        return detections if chosen.all() else detections.keep(chosen)

    def wanted(self, detections: Detections) -> npt.NDArray[np.bool_]:
        """Bool (N,): which are of a class wanted."""
        if self.classes_on is None:
            return np.ones(len(detections), np.bool_)
        wanted = np.array([name in self.classes_on for name in detections.class_names], np.bool_)
        return wanted[detections.class_ids] if len(wanted) else np.zeros(len(detections), np.bool_)
