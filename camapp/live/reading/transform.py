"""Turns, mirrors and crops pictures before anything else sees them: boxes, tables and recordings agree by themselves.

All coordinates after it, in the window, in recordings and in tables, are pixels of the transformed picture.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, cast

import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]
Turn = Literal[0, 90, 180, 270]

SMALLEST_CROP = 16  # pixels; less than that nobody wants to see, and no detector finds anything in it
TURNS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}


@dataclass(frozen=True)
class Transform:
    """First turned, then mirrored, then cropped.

    Attributes:
        mirror: left and right change places, as in a mirror.
        rotate: degrees clockwise.
        crop_xywh: the part kept, in pixels of the turned and mirrored picture: where a person sees it. What lies
            outside the picture is cut off; where less than 16x16 pixels would remain, all is kept.
    """

    mirror: bool = False
    rotate: Turn = 0
    crop_xywh: tuple[int, int, int, int] | None = None

    def __post_init__(self) -> None:
        if self.rotate not in (0, *TURNS):
            raise ValueError(f"rotate must be 0, 90, 180 or 270, got {self.rotate}")

    @property
    def is_identity(self) -> bool:
        """Pictures stay as they are."""
        return self == Transform()

    def apply(self, image: Picture) -> Picture:
        """uint8 (H, W, 1 or 3) -> the transformed picture, contiguous; the same array where nothing is to be done."""
        if self.is_identity:
            return image
        channels = image.shape[2]
        if self.rotate:
            image = cast(Picture, cv2.rotate(image, TURNS[self.rotate]))
        if self.mirror:
            image = cast(Picture, cv2.flip(image, 1))
        image = image.reshape(*image.shape[:2], channels)  # OpenCV drops the last axis of grey pictures
        crop = self._crop_in((image.shape[1], image.shape[0]))
        if crop is None:
            return image
        x, y, width, height = crop
        return np.ascontiguousarray(image[y : y + height, x : x + width])

    def size_after(self, size_wh: tuple[int, int]) -> tuple[int, int]:
        """Of a picture that had `size_wh`."""
        turned_wh = size_wh[::-1] if self.rotate in (90, 270) else size_wh
        crop = self._crop_in(turned_wh)
        return turned_wh if crop is None else crop[2:]

    def cropped_further(self, xywh: tuple[int, int, int, int]) -> Transform:
        """This one with a part chosen in a picture that it has already cropped: `xywh` in pixels of that picture."""
        x, y = (0, 0) if self.crop_xywh is None else (max(self.crop_xywh[0], 0), max(self.crop_xywh[1], 0))
        return replace(self, crop_xywh=(x + xywh[0], y + xywh[1], xywh[2], xywh[3]))

    def flipped(self, size_wh: tuple[int, int]) -> Transform:
        """Mirrored, or no longer, with the same things in the crop; `size_wh` is of the picture as it comes."""
        crop = self.crop_xywh
        if crop is not None:
            width = replace(self, crop_xywh=None).size_after(size_wh)[0]
            crop = (width - crop[0] - crop[2], *crop[1:])
        return replace(self, mirror=not self.mirror, crop_xywh=crop)

    def _crop_in(self, size_wh: tuple[int, int]) -> tuple[int, int, int, int] | None:
        """The part kept, inside the picture; None: all of it."""
        if self.crop_xywh is None:
            return None
        x, y, width, height = self.crop_xywh
        left, top = max(x, 0), max(y, 0)
        right, bottom = min(x + width, size_wh[0]), min(y + height, size_wh[1])
        if right - left < SMALLEST_CROP or bottom - top < SMALLEST_CROP:
            return None
        return left, top, right - left, bottom - top
