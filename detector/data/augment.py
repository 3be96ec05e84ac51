"""Training views, on the CPU: pictures drawn where a plan puts them, flipped and recoloured."""

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
from detector.data.plan import Piece

log = logging.getLogger(__name__)
GREY = 114  # of the padding, in training as in use
MIN_VISIBLE = 0.3  # share of a box's area that must stay in the view
MIN_SIDE = 3.0  # px in the view; smaller things cannot be seen
HALVE_BELOW = 0.6  # scale under which a picture is first halved by averaging; as in use


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


def render(cache: PictureCache, pieces: Sequence[Piece], size: int) -> View:
    """Draws the pieces, grey where there is none."""
    canvas = np.full((size, size, 3), GREY, np.uint8)
    boxes, classes = [], []
    for piece in pieces:
        image, entry = cache.image(piece.index), cache.pictures[piece.index]
        draw(canvas, image, entry.size_wh, piece)
        xyxy, class_ids = boxes_in(piece, entry)
        boxes.append(xyxy)
        classes.append(class_ids)
    picture = torch.from_numpy(canvas).permute(2, 0, 1)
    return View(picture, torch.from_numpy(np.concatenate(boxes)), torch.from_numpy(np.concatenate(classes)))


def draw(canvas: npt.NDArray[np.uint8], image: npt.NDArray[np.uint8], size_wh: tuple[int, int], piece: Piece) -> None:
    """Draws the scaled picture within the piece's area only."""
    x1, y1, x2, y2 = (int(v) for v in piece.area_xyxy)
    if x2 <= x1 or y2 <= y1:
        return
    if piece.scale < HALVE_BELOW:  # bilinear samples four pixels: halve first, or fine detail turns into noise
        image = cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA).astype(np.uint8)
    zoom = piece.scale * np.array(size_wh) / (image.shape[1], image.shape[0])
    # cv2 counts pixels from their centres, our coordinates from their edges: hence the halves.
    shift = piece.offset_xy - (x1, y1) + 0.5 * zoom - 0.5
    warp = np.array([[zoom[0], 0, shift[0]], [0, zoom[1], shift[1]]])
    grey = (GREY, GREY, GREY)
    canvas[y1:y2, x1:x2] = cv2.warpAffine(image, warp, (x2 - x1, y2 - y1), flags=cv2.INTER_LINEAR, borderValue=grey)


def boxes_in(piece: Piece, entry: LabelledPicture) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """The picture's boxes that stay visible in the view: xyxy float32 (N, 4) in its pixels, classes int64 (N,)."""
    whole = entry.xyxy * np.float32(piece.scale) + np.tile(piece.offset_xy, 2).astype(np.float32)
    lowest, highest = np.tile(piece.area_xyxy[:2], 2), np.tile(piece.area_xyxy[2:], 2)
    seen = np.clip(whole, lowest, highest).astype(np.float32)
    sides, whole_sides = seen[:, 2:] - seen[:, :2], whole[:, 2:] - whole[:, :2]
    visible = (sides.prod(axis=1) >= MIN_VISIBLE * whole_sides.prod(axis=1)) & (sides >= MIN_SIDE).all(axis=1)
    return seen[visible], entry.class_ids[visible]


RECOLOUR = v2.ColorJitter(brightness=0.35, contrast=0.35, saturation=0.4, hue=0.03)
FLIP = v2.RandomHorizontalFlip()


def recolour_and_flip(view: View) -> View:
    """Light, contrast, colour and left-right at random, by torch's generator."""
    boxes = tv_tensors.BoundingBoxes(view.xyxy, format="XYXY", canvas_size=view.image.shape[-2:])
    rgb, boxes = FLIP(tv_tensors.Image(view.image.flip(0)), boxes)
    rgb = RECOLOUR(rgb)
    return View(rgb.as_subclass(torch.Tensor).flip(0), boxes.as_subclass(torch.Tensor), view.class_ids)
