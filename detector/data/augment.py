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
from detector.data.pictures import read_picture
from detector.data.plan import Piece, ViewPlan, boxes_in

log = logging.getLogger(__name__)
GREY = 114  # of the padding, in training as in use
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
            decoded = read_picture(entry.path)
            if decoded is None or (decoded.shape[1], decoded.shape[0]) != entry.size_wh:
                log.warning("%s is damaged or not of the size that its labels say: left out", entry.path)
                self._leave_out(index)
                decoded = np.full((entry.size_wh[1], entry.size_wh[0], 3), GREY, np.uint8)
            kept = decoded
            if kept.nbytes <= self._free_bytes:
                self._free_bytes -= kept.nbytes
                self._kept[index] = kept
        return kept

    def _leave_out(self, index: int) -> None:
        entry = self.pictures[index]
        nothing = np.zeros_like(entry.labelled)
        self.pictures[index] = replace(entry, xyxy=entry.xyxy[:0], class_ids=entry.class_ids[:0], labelled=nothing)


def render(cache: PictureCache, plan: ViewPlan, size: int) -> View:
    """Draws the planned view, grey where there is no picture."""
    canvas = _drawn(cache, plan.pieces, size)
    if plan.below:
        below = _drawn(cache, plan.below, size)
        canvas = cv2.addWeighted(canvas, plan.share, below, 1 - plan.share, 0).astype(np.uint8, copy=False)
    found = [boxes_in(piece, cache.pictures[piece.index]) for piece in (*plan.pieces, *plan.below)]
    xyxy, class_ids = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return View(torch.from_numpy(canvas).permute(2, 0, 1), torch.from_numpy(xyxy), torch.from_numpy(class_ids))


def _drawn(cache: PictureCache, pieces: Sequence[Piece], size: int) -> npt.NDArray[np.uint8]:
    canvas = np.full((size, size, 3), GREY, np.uint8)
    for piece in pieces:
        draw(canvas, cache.image(piece.index), cache.pictures[piece.index].size_wh, piece)
    return canvas


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
    drawn = cv2.warpAffine(image, warp, (x2 - x1, y2 - y1), flags=cv2.INTER_LINEAR, borderValue=grey)
    if piece.soft:
        opacity = (_fade(y2 - y1, piece.soft)[:, None] * _fade(x2 - x1, piece.soft))[..., None]
        drawn = (opacity * drawn + (1 - opacity) * canvas[y1:y2, x1:x2]).round()
    canvas[y1:y2, x1:x2] = drawn


def _fade(length: int, soft: float) -> npt.NDArray[np.float64]:
    """Opacity of `length` pixels in a row: from 0 at both ends to 1 after `soft` pixels."""
    centres = np.arange(length) + 0.5
    return np.minimum(np.minimum(centres, length - centres) / soft, 1)


RECOLOUR = v2.ColorJitter(brightness=0.35, contrast=0.35, saturation=0.4, hue=0.03)
FLIP = v2.RandomHorizontalFlip()


def recolour_and_flip(view: View) -> View:
    """Light, contrast, colour and left-right at random, by torch's generator."""
    boxes = tv_tensors.BoundingBoxes(view.xyxy, format="XYXY", canvas_size=view.image.shape[-2:])
    rgb, boxes = FLIP(tv_tensors.Image(view.image.flip(0)), boxes)
    rgb = RECOLOUR(rgb)
    return View(rgb.as_subclass(torch.Tensor).flip(0), boxes.as_subclass(torch.Tensor), view.class_ids)
