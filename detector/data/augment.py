"""Training pictures made of labelled ones: mosaics of four, or one at a random size and place; flipped, recoloured."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torchvision import tv_tensors
from torchvision.transforms import v2

from detector.data.labelled import LabelledPicture

log = logging.getLogger(__name__)
GREY = 114  # of the padding, in training as in use
MIN_VISIBLE = 0.3  # share of a box's area that must stay in the view
MIN_SIDE = 3.0  # px in the view; smaller things cannot be seen


@dataclass(frozen=True, eq=False)
class View:
    """What the network sees of one or four pictures.

    Attributes:
        image: uint8 (3, S, S) BGR tensor.
        xyxy: float32 (N, 4), pixels of the view.
        class_ids: int64 (N,).
    """

    image: torch.Tensor
    xyxy: torch.Tensor
    class_ids: torch.Tensor


class PictureCache:
    """Decoded pictures, kept in memory: decoding costs as much as a third of the training itself."""

    def __init__(self, pictures: Sequence[LabelledPicture], limit_bytes: int = 4 * 2**30) -> None:
        self.pictures = list(pictures)
        self._kept: dict[int, npt.NDArray[np.uint8]] = {}
        self._free_bytes = limit_bytes

    def image(self, index: int) -> npt.NDArray[np.uint8]:
        """uint8 (H, W, 3) BGR; a file that cannot be read becomes a grey picture in which nothing was looked for."""
        kept = self._kept.get(index)
        if kept is None:
            entry = self.pictures[index]
            decoded = cv2.imread(str(entry.path), cv2.IMREAD_COLOR)
            if decoded is None or (decoded.shape[1], decoded.shape[0]) != entry.size_wh:
                log.warning("%s is damaged or not of the size that its labels say: left out", entry.path)
                self._leave_out(index)
                decoded = np.full((entry.size_wh[1], entry.size_wh[0], 3), GREY, np.uint8)
            kept = decoded.astype(np.uint8, copy=False)
            if kept.nbytes <= self._free_bytes:
                self._free_bytes -= kept.nbytes
                self._kept[index] = kept
        return kept

    def _leave_out(self, index: int) -> None:
        entry = self.pictures[index]
        nothing = np.zeros_like(entry.labelled)
        self.pictures[index] = replace(entry, xyxy=entry.xyxy[:0], class_ids=entry.class_ids[:0], labelled=nothing)


def mosaic(cache: PictureCache, chosen: Sequence[int], size: int, rng: np.random.Generator) -> View:
    """Four pictures that meet at a random point, each at a random size (Bochkovskiy et al., "YOLOv4", 2020)."""
    canvas = np.full((size, size, 3), GREY, np.uint8)
    centre = rng.uniform(0.3, 0.7, 2) * size
    boxes, classes = [], []
    for quadrant, index in enumerate(chosen):
        right, below = quadrant % 2, quadrant // 2
        start = np.where([right, below], centre, 0.0).round()
        area = np.concatenate([start, np.where([right, below], float(size), centre).round()])
        image, entry = cache.image(index), cache.pictures[index]
        longer = size * np.exp(rng.uniform(np.log(0.6), np.log(1.6)))
        scale = longer / max(entry.size_wh)
        w, h = entry.size_wh[0] * scale, entry.size_wh[1] * scale
        # Where the picture is larger than its quadrant, a random part of it shows.
        spare_x, spare_y = min(0.0, area[2] - area[0] - w), min(0.0, area[3] - area[1] - h)
        offset = area[:2] + rng.uniform(0, 1, 2) * (spare_x, spare_y)
        if spare_x == 0 and not right:
            offset[0] = area[2] - w
        if spare_y == 0 and not below:
            offset[1] = area[3] - h
        xyxy, class_ids = paste(canvas, image, entry, scale, offset, area)
        boxes.append(xyxy)
        classes.append(class_ids)
    return _view(canvas, np.concatenate(boxes), np.concatenate(classes))


def single(cache: PictureCache, index: int, size: int, rng: np.random.Generator) -> View:
    """One picture at a random size and place, grey around it."""
    canvas = np.full((size, size, 3), GREY, np.uint8)
    image, entry = cache.image(index), cache.pictures[index]
    scale = size * np.exp(rng.uniform(np.log(0.8), np.log(1.7))) / max(entry.size_wh)
    spare = np.array([size - entry.size_wh[0] * scale, size - entry.size_wh[1] * scale])
    offset = rng.uniform(0, 1, 2) * spare
    xyxy, class_ids = paste(canvas, image, entry, scale, offset, np.array([0, 0, size, size], np.float64))
    return _view(canvas, xyxy, class_ids)


def paste(
    canvas: npt.NDArray[np.uint8],
    image: npt.NDArray[np.uint8],
    entry: LabelledPicture,
    scale: float,
    offset_xy: npt.NDArray[np.float64],
    area_xyxy: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """Draws the scaled picture at `offset_xy`, within `area_xyxy` only; returns its boxes that stay visible there."""
    x1, y1, x2, y2 = (int(v) for v in area_xyxy)
    if x2 > x1 and y2 > y1:
        if scale < 0.6:  # bilinear samples four pixels: halve first, or fine detail turns into noise
            image = cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA).astype(np.uint8)
        zoom_x, zoom_y = scale * entry.size_wh[0] / image.shape[1], scale * entry.size_wh[1] / image.shape[0]
        # cv2 counts pixels from their centres, our coordinates from their edges: hence the halves.
        shift_x, shift_y = offset_xy[0] - x1 + 0.5 * zoom_x - 0.5, offset_xy[1] - y1 + 0.5 * zoom_y - 0.5
        warp = np.array([[zoom_x, 0, shift_x], [0, zoom_y, shift_y]])
        grey = (GREY, GREY, GREY)
        canvas[y1:y2, x1:x2] = cv2.warpAffine(image, warp, (x2 - x1, y2 - y1), flags=cv2.INTER_LINEAR, borderValue=grey)
    whole = entry.xyxy * scale + np.tile(offset_xy, 2).astype(np.float32)
    seen = np.clip(whole, np.tile(area_xyxy[:2], 2), np.tile(area_xyxy[2:], 2)).astype(np.float32)
    sides, whole_sides = seen[:, 2:] - seen[:, :2], whole[:, 2:] - whole[:, :2]
    visible = (sides.prod(axis=1) >= MIN_VISIBLE * whole_sides.prod(axis=1)) & (sides >= MIN_SIDE).all(axis=1)
    return seen[visible], entry.class_ids[visible]


def _view(canvas: npt.NDArray[np.uint8], xyxy: npt.NDArray[np.float32], class_ids: npt.NDArray[np.int64]) -> View:
    image = torch.from_numpy(canvas).permute(2, 0, 1)
    return View(image, torch.from_numpy(xyxy), torch.from_numpy(class_ids))


RECOLOUR = v2.ColorJitter(brightness=0.35, contrast=0.35, saturation=0.4, hue=0.03)
FLIP = v2.RandomHorizontalFlip()


def recolour_and_flip(view: View) -> View:
    """Light, contrast, colour and left-right at random, by torch's generator."""
    boxes = tv_tensors.BoundingBoxes(view.xyxy, format="XYXY", canvas_size=view.image.shape[-2:])
    rgb, boxes = FLIP(tv_tensors.Image(view.image.flip(0)), boxes)
    rgb = RECOLOUR(rgb)
    return View(rgb.as_subclass(torch.Tensor).flip(0), boxes.as_subclass(torch.Tensor), view.class_ids)
