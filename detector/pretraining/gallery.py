"""Small pictures, decoded once and kept where the network trains, and random views of them, a whole batch at once."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from detector.data.pictures import picture_files, read_picture
from detector.errors import DataError

log = logging.getLogger(__name__)
MOST_BYTES = 4 * 2**30  # of pictures without labels; of more, every second, third, ... is taken
MIN_VISIBLE = 0.3  # share of a box's area that must stay in the view
MIN_SIDE = 3.0  # px in the view; some boxes are one pixel wide, at the picture's edge
RATIO = 4 / 3  # the most that a crop is stretched either way
SPREAD = 0.4  # of brightness, contrast and saturation
LUMA = (0.114, 0.587, 0.299)  # of B, G, R
Pictures = Sequence[npt.NDArray[np.uint8]]


@dataclass(frozen=True, eq=False)
class Gallery:
    """N pictures.

    Attributes:
        pictures: uint8 (N, 3, T, T) BGR, each in the top left corner of its square.
        sizes_wh: float64 (N, 2), pixels.
        xyxy: float64 (N, 4), the box of the thing, pixels of the picture; zeros where none is known.
    """

    pictures: Tensor
    sizes_wh: npt.NDArray[np.float64]
    xyxy: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.sizes_wh)


def pack(pictures: Pictures, xyxy: npt.NDArray[np.float32] | None, device: torch.device) -> Gallery:
    """Pictures uint8 (h, w, 3) BGR of any sizes, and a box (4,) of each, onto the device."""
    side = max(max(p.shape[:2]) for p in pictures)
    squares = np.zeros((len(pictures), 3, side, side), np.uint8)
    for square, picture in zip(squares, pictures, strict=True):
        square[:, : picture.shape[0], : picture.shape[1]] = picture.transpose(2, 0, 1)
    sizes = np.array([p.shape[1::-1] for p in pictures], np.float64)
    boxes = np.zeros((len(pictures), 4)) if xyxy is None else xyxy.astype(np.float64)
    return Gallery(torch.from_numpy(squares).to(device), sizes, boxes)


def read_unlabelled(folder: Path, side: int, device: torch.device) -> Gallery:
    """All pictures in and below `folder`, shrunk to `side` pixels at most; files that cannot be read are left out.

    Raises:
        DataError: there is none.
    """
    files = picture_files(folder) if folder.is_dir() else []
    every = -(-len(files) * 3 * side**2 // MOST_BYTES)
    if every > 1:
        log.warning("%d pictures do not fit into memory: one of %d is taken", len(files), every)
        files = files[::every]
    pictures, unreadable = [], []
    for file in files:
        picture = _read_small(file, side)
        if picture is None:
            unreadable.append(file)
        else:
            pictures.append(picture)
    if unreadable:
        log.warning("%d files cannot be read and are left out, first of all %s", len(unreadable), unreadable[0])
    if not pictures:
        raise DataError("unlabelled_empty", path=folder)
    return pack(pictures, None, device)


def _read_small(file: Path, side: int) -> npt.NDArray[np.uint8] | None:
    picture = read_picture(file)
    if picture is None:
        return None
    shrink = side / max(picture.shape[:2])
    if shrink < 1:
        size_wh = [max(1, round(n * shrink)) for n in picture.shape[1::-1]]
        picture = cv2.resize(picture, size_wh, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    return picture


def draw_views(
    gallery: Gallery, chosen: npt.NDArray[np.int64], size: int, smallest_area: float, rng: np.random.Generator
) -> tuple[Tensor, Tensor]:
    """A random crop of each chosen picture, flipped and recoloured at random.

    Args:
        chosen: int64 (B,), places in the gallery.
        smallest_area: share of the picture that a crop shows at least.

    Returns:
        images float32 (B, 3, size, size) BGR in 0..255; xyxy float32 (B, 4) in their pixels, zeros where no box is
        known or too little of it is in the view.
    """
    count, whole_wh = len(chosen), gallery.sizes_wh[chosen]
    area = rng.uniform(smallest_area, 1.0, count) * whole_wh.prod(1)
    ratio = np.exp(rng.uniform(-np.log(RATIO), np.log(RATIO), count))
    crop_wh = np.minimum(np.sqrt(np.stack([area * ratio, area / ratio], axis=1)), whole_wh)
    offset_xy = rng.uniform(0, 1, (count, 2)) * (whole_wh - crop_wh)
    flipped = rng.random(count) < 0.5
    device, side = gallery.pictures.device, gallery.pictures.shape[-1]

    centres = np.broadcast_to((np.arange(size) + 0.5) / size, (count, 2, size)).copy()
    centres[flipped, 0] = 1 - centres[flipped, 0]
    source = offset_xy[..., None] + centres * crop_wh[..., None]  # (B, 2, S) pixels of the picture
    source = source.clip(0.5, whole_wh[..., None] - 0.5)  # bilinear reads no pixel beyond the picture
    # grid_sample's -1..1 spans the stored square from edge to edge, as our coordinates do.
    relative = torch.from_numpy((source * 2 / side - 1).astype(np.float32)).to(device)
    grid = torch.stack(
        [relative[:, 0, None, :].expand(-1, size, -1), relative[:, 1, :, None].expand(-1, -1, size)], dim=-1
    )
    stored = gallery.pictures[torch.from_numpy(chosen).to(device)].float()
    images = F.grid_sample(stored, grid, mode="bilinear", align_corners=False)

    zoom = np.tile(size / crop_wh, 2)
    boxes = (gallery.xyxy[chosen] - np.tile(offset_xy, 2)) * zoom
    boxes[flipped] = np.stack([size - boxes[:, 2], boxes[:, 1], size - boxes[:, 0], boxes[:, 3]], axis=1)[flipped]
    seen = boxes.clip(0, size)
    seen_wh, whole_box_wh = seen[:, 2:] - seen[:, :2], boxes[:, 2:] - boxes[:, :2]
    visible = (seen_wh >= MIN_SIDE).all(1) & (seen_wh.prod(1) >= MIN_VISIBLE * whole_box_wh.prod(1))
    xyxy = torch.from_numpy((seen * visible[:, None]).astype(np.float32)).to(device)
    return recolour(images, rng), xyxy


def recolour(images: Tensor, rng: np.random.Generator) -> Tensor:
    """Saturation, contrast and brightness of each picture (B, 3, H, W) in 0..255, by a random factor each."""
    factors = rng.uniform(1 - SPREAD, 1 + SPREAD, (3, len(images), 1, 1, 1)).astype(np.float32)
    colour, contrast, light = torch.from_numpy(factors).to(images.device)
    grey = (images * torch.tensor(LUMA, device=images.device).view(1, 3, 1, 1)).sum(1, keepdim=True)
    images = torch.lerp(grey.expand_as(images), images, colour.expand_as(images))
    middle = grey.mean(dim=(2, 3), keepdim=True)
    return ((images - middle) * contrast + middle).mul(light).clamp(0, 255)
