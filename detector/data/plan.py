"""Where pictures go in a training view: drawn by chance, carried out by augment.py (CPU) or device_views.py (GPU)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detector.data.labelled import LabelledPicture


@dataclass(frozen=True, eq=False)
class Piece:
    """One picture in a view.

    Attributes:
        index: of the picture.
        scale: view pixels per source pixel.
        offset_xy: float64 (2,), where the picture's top left lies in the view, pixels; may be outside.
        area_xyxy: float64 (4,), the whole pixels of the view that it may cover.
    """

    index: int
    scale: float
    offset_xy: npt.NDArray[np.float64]
    area_xyxy: npt.NDArray[np.float64]


def mosaic(
    pictures: Sequence[LabelledPicture], chosen: Sequence[int], size: int, rng: np.random.Generator
) -> list[Piece]:
    """Four pictures that meet at a random point, each at a random size (Bochkovskiy et al., "YOLOv4", 2020)."""
    centre = rng.uniform(0.3, 0.7, 2) * size
    pieces = []
    for quadrant, index in enumerate(chosen):
        right, below = quadrant % 2, quadrant // 2
        start = np.where([right, below], centre, 0.0).round()
        area = np.concatenate([start, np.where([right, below], float(size), centre).round()])
        size_wh = np.array(pictures[index].size_wh)
        scale = float(size * np.exp(rng.uniform(np.log(0.6), np.log(1.6))) / size_wh.max())
        # Where the picture is larger than its quadrant, a random part of it shows; else it touches the centre.
        spare = area[2:] - area[:2] - size_wh * scale
        offset = area[:2] + rng.uniform(0, 1, 2) * np.minimum(spare, 0)
        if spare[0] >= 0 and not right:
            offset[0] = area[2] - size_wh[0] * scale
        if spare[1] >= 0 and not below:
            offset[1] = area[3] - size_wh[1] * scale
        pieces.append(Piece(index, scale, offset, area))
    return pieces


def single(pictures: Sequence[LabelledPicture], index: int, size: int, rng: np.random.Generator) -> list[Piece]:
    """One picture at a random size and place, grey around it."""
    size_wh = np.array(pictures[index].size_wh)
    scale = float(size * np.exp(rng.uniform(np.log(0.8), np.log(1.7))) / size_wh.max())
    offset = rng.uniform(0, 1, 2) * (size - size_wh * scale)
    return [Piece(index, scale, offset, np.array([0, 0, size, size], np.float64))]
