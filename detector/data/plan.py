"""What shows in a training view: drawn by chance, carried out by augment.py (CPU) or device_views.py (GPU)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from detector.data.labelled import LabelledPicture

MIN_VISIBLE = 0.3  # share of a box's area that must stay in the view
MIN_SIDE = 3.0  # px in the view; smaller things cannot be seen
FLAT = 8.0  # of both parameters of the beta distribution that mixtures come from: shares of about 0.5 +- 0.12


@dataclass(frozen=True, eq=False)
class Piece:
    """A picture in a view, or a part of one.

    Attributes:
        index: of the picture.
        scale: view pixels per source pixel.
        offset_xy: float64 (2,), where the picture's top left lies in the view, pixels; may be outside.
        area_xyxy: float64 (4,), the whole pixels of the view that it may cover.
        soft: pixels over which it fades in from the area's edge; 0 is a hard edge.
    """

    index: int
    scale: float
    offset_xy: npt.NDArray[np.float64]
    area_xyxy: npt.NDArray[np.float64]
    soft: float = 0.0


@dataclass(frozen=True, eq=False)
class ViewPlan:
    """One view.

    Attributes:
        pieces: drawn one over the other; all of pictures with the same classes labelled.
        below: those of a second view that shows through (mixup); none: it does not.
        share: of the first one in the mixture.
    """

    pieces: Sequence[Piece]
    below: Sequence[Piece] = field(default=())
    share: float = 1.0


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


def mixture(above: Sequence[Piece], below: Sequence[Piece], rng: np.random.Generator) -> ViewPlan:
    """Two views in one, each about half visible, with the boxes of both (Zhang et al., "mixup", 2018)."""
    return ViewPlan(above, below, share=float(rng.beta(FLAT, FLAT)))


def boxes_in(piece: Piece, entry: LabelledPicture) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """The picture's boxes that stay visible in the view: xyxy float32 (N, 4) in its pixels, classes int64 (N,)."""
    whole = entry.xyxy * np.float32(piece.scale) + np.tile(piece.offset_xy, 2).astype(np.float32)
    lowest, highest = np.tile(piece.area_xyxy[:2], 2), np.tile(piece.area_xyxy[2:], 2)
    seen = np.clip(whole, lowest, highest).astype(np.float32)
    sides, whole_sides = seen[:, 2:] - seen[:, :2], whole[:, 2:] - whole[:, :2]
    visible = (sides.prod(axis=1) >= MIN_VISIBLE * whole_sides.prod(axis=1)) & (sides >= MIN_SIDE).all(axis=1)
    return seen[visible], entry.class_ids[visible]
