"""Geometry of boxes in numpy: anchor points, ltrb and xyxy, the letterbox, IoU.

Edges are continuous: w = x2 - x1, and a box over a whole picture is (0, 0, W, H). Pixel x covers x to x + 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
STRIDES = (8, 16, 32)  # input pixels per cell of P3, P4, P5


@lru_cache(maxsize=32)
def anchor_points(shape_hw: tuple[int, int], strides: tuple[int, ...] = STRIDES) -> tuple[FloatArray, FloatArray]:
    """The centre of every cell and its stride, in input pixels, read-only.

    Args:
        shape_hw: of the network's input, multiples of the largest stride.
        strides: the levels, in the order of the network's outputs.

    Returns:
        float32 (A, 2) x y, and float32 (A,): levels one after the other, each row by row.
    """
    points: list[FloatArray] = []
    cell_strides: list[FloatArray] = []
    for stride in strides:
        height, width = shape_hw[0] // stride, shape_hw[1] // stride
        y, x = np.divmod(np.arange(height * width), width)
        points.append(((np.stack([x, y], axis=1) + 0.5) * stride).astype(np.float32))
        cell_strides.append(np.full(height * width, stride, np.float32))
    all_points, all_strides = np.concatenate(points), np.concatenate(cell_strides)
    all_points.flags.writeable = all_strides.flags.writeable = False  # shared by all callers
    return all_points, all_strides


def ltrb_to_xyxy(points: FloatArray, strides: FloatArray, ltrb: FloatArray) -> FloatArray:
    """Distances in strides from points (N, 2) to the edges (N, 4) -> boxes (N, 4) in pixels."""
    distances = ltrb * strides[:, None]
    return np.concatenate([points - distances[:, :2], points + distances[:, 2:]], axis=1)


def xyxy_to_ltrb(points: FloatArray, strides: FloatArray, xyxy: FloatArray) -> FloatArray:
    """The inverse of ltrb_to_xyxy; negative where a point lies outside its box."""
    distances = np.concatenate([points - xyxy[:, :2], xyxy[:, 2:] - points], axis=1)
    return np.asarray(distances / strides[:, None], np.float32)


def iou(first: FloatArray, second: FloatArray) -> FloatArray:
    """Intersection over union of every pair: xyxy (N, 4) and (M, 4) -> (N, M); 0 for boxes without area."""
    top_left = np.maximum(first[:, None, :2], second[None, :, :2])
    bottom_right = np.minimum(first[:, None, 2:], second[None, :, 2:])
    intersection = np.prod(np.clip(bottom_right - top_left, 0, None), axis=2)
    union = area(first)[:, None] + area(second)[None, :] - intersection
    return np.divide(intersection, union, out=np.zeros_like(intersection), where=union > 0)


def area(xyxy: FloatArray) -> FloatArray:
    """Areas (N,) in square pixels; 0 where an edge lies before its opposite."""
    return np.prod(np.clip(xyxy[:, 2:] - xyxy[:, :2], 0, None), axis=1)


@dataclass(frozen=True)
class Letterbox:
    """How a picture lies in the network's input: at its top left, scaled, the rest padded.

    Top left and not centred, so that a source pixel is an input pixel divided by the scale and nothing else.

    Attributes:
        size_wh: of the source picture.
        inner_wh: what it is resized to, at least 1x1.
        shape_hw: of the network's input.
    """

    size_wh: tuple[int, int]
    inner_wh: tuple[int, int]
    shape_hw: tuple[int, int]

    @classmethod
    def fit(cls, size_wh: tuple[int, int], shape_hw: tuple[int, int]) -> Letterbox:
        """The largest that keeps the picture's aspect, up to rounding to whole pixels."""
        scale = min(shape_hw[1] / size_wh[0], shape_hw[0] / size_wh[1])
        width, height = (max(1, round(length * scale)) for length in size_wh)
        return cls(size_wh, (min(width, shape_hw[1]), min(height, shape_hw[0])), shape_hw)

    @property
    def scale_xy(self) -> FloatArray:
        """float32 (2,): input pixels per source pixel. Rounding to whole pixels makes x and y differ a little."""
        return np.array([self.inner_wh[0] / self.size_wh[0], self.inner_wh[1] / self.size_wh[1]], np.float32)

    def to_input(self, xyxy: FloatArray) -> FloatArray:
        """Boxes (N, 4) in source pixels -> in input pixels."""
        return np.asarray(xyxy * np.tile(self.scale_xy, 2), np.float32)

    def to_source(self, xyxy: FloatArray) -> FloatArray:
        """Boxes (N, 4) in input pixels -> in source pixels, not clipped."""
        return np.asarray(xyxy / np.tile(self.scale_xy, 2), np.float32)
