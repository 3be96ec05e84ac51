"""What travels from the drawing worker to the window: the finished picture and what it shows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detector.types import Detections, Frame, check_array


@dataclass(frozen=True, eq=False, slots=True)
class Shown:
    """A picture with its boxes drawn, ready to be blitted.

    Attributes:
        picture: uint8 (H, W, 4) in BGRA, opaque, at the view's device pixels, letterboxed.
        frame: the frame that it shows.
        detections: the boxes drawn, in pixels of the frame.
        offset_xy: where the frame's top-left corner lies in the picture.
        scale: picture pixels per source pixel.
        selected: number of the box that Choices.selected is now; None where it is out of sight.
        labels: where they stand, x, y, w, h in pixels of the picture.
        found_at_s: when the frame's own boxes were found, on the time.monotonic() clock; None: it is shown without.
        drawn_at_s: when the picture was ready, likewise.
    """

    picture: npt.NDArray[np.uint8]
    frame: Frame
    detections: Detections
    offset_xy: tuple[int, int]
    scale: float
    selected: int | None = None
    labels: tuple[tuple[int, int, int, int], ...] = ()
    found_at_s: float | None = None
    drawn_at_s: float = 0.0

    def __post_init__(self) -> None:
        check_array("picture", self.picture, np.uint8, (None, None, 4))

    def to_source(self, x: float, y: float) -> tuple[float, float]:
        """A place in the picture -> the place in the frame; beside the frame it is outside 0..W, 0..H."""
        return (x - self.offset_xy[0]) / self.scale, (y - self.offset_xy[1]) / self.scale

    def to_picture(self, x: float, y: float) -> tuple[float, float]:
        """A place in the frame -> the place in the picture; the inverse of to_source."""
        return x * self.scale + self.offset_xy[0], y * self.scale + self.offset_xy[1]

    def object_at(self, x: float, y: float) -> int | None:
        """The number of the smallest box under a place in the picture, or None."""
        if self.detections.whole_picture:
            return None
        source_x, source_y = self.to_source(x, y)
        left, top, right, bottom = self.detections.xyxy.T
        under = (left <= source_x) & (source_x <= right) & (top <= source_y) & (source_y <= bottom)
        if not under.any():
            return None
        areas = np.where(under, (right - left) * (bottom - top), np.inf)
        return int(areas.argmin())
