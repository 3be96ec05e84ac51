"""Training views, where the network trains: all pictures lie decoded in the device's memory, whole batches at once.

For GPUs, which would wait for the CPU otherwise. The same plans (plan.py) give the same views as augment.py, up to the
rounding of bilinear sampling; colours change by one random matrix a view instead of a chain of steps.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from detector.data.augment import GREY, HALVE_BELOW, PictureCache
from detector.data.labelled import LabelledPicture
from detector.data.plan import MIN_SIDE, MIN_VISIBLE, Piece, ViewPlan

SIDE = 448  # px of the stored pictures' longer side, at most; 600 kB each
LUMA = (0.114, 0.587, 0.299)  # of B, G, R
BRIGHTNESS, CONTRAST, SATURATION, HUE = 0.35, 0.35, 0.4, 0.03  # as in augment.py; hue in turns


class DevicePictures:
    """Decoded pictures in three sizes on a device.

    Args:
        pictures: all of them; 3,400 take 2.7 GB.
        device: that trains.
    """

    def __init__(self, pictures: Sequence[LabelledPicture], device: torch.device) -> None:
        cache = PictureCache(pictures, limit_bytes=0)
        self.device = device
        whole = torch.full((len(pictures), 3, SIDE, SIDE), GREY, dtype=torch.uint8)
        shrunk = np.ones(len(pictures))  # stored pixels per source pixel
        for i in range(len(pictures)):
            image = torch.from_numpy(cache.image(i)).permute(2, 0, 1)
            shrunk[i] = min(1.0, SIDE / max(image.shape[1:]))
            if shrunk[i] < 1:
                size = [max(1, round(n * shrunk[i])) for n in image.shape[1:]]
                image = F.interpolate(image[None].float(), size, mode="area")[0].round().byte()
            whole[i, :, : image.shape[1], : image.shape[2]] = image
        self.pictures = cache.pictures  # damaged ones have lost their labels there
        half = [F.avg_pool2d(part.float(), 2).round().byte() for part in whole.split(256)]
        quarter = [F.avg_pool2d(part.float(), 2).round().byte() for part in half]
        self._levels = [whole.to(device), torch.cat(half).to(device), torch.cat(quarter).to(device)]
        self._shrunk = shrunk
        self._sizes_wh = np.array([p.size_wh for p in self.pictures], np.float64)
        most = max(len(p.class_ids) for p in self.pictures)
        xyxy = torch.zeros(len(pictures), most, 4)
        ids = torch.full((len(pictures), most), -1)
        for i, picture in enumerate(self.pictures):
            xyxy[i, : len(picture.class_ids)] = torch.from_numpy(picture.xyxy)
            ids[i, : len(picture.class_ids)] = torch.from_numpy(picture.class_ids)
        self._xyxy, self._ids = xyxy.to(device), ids.to(device)
        self._labelled = torch.from_numpy(np.stack([p.labelled for p in self.pictures])).to(device)

    def render(
        self, plans: Sequence[ViewPlan], size: int, rng: np.random.Generator
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """B views, flipped and recoloured at random.

        Returns:
            images uint8 (B, 3, size, size) BGR; xyxy float32 (B, M, 4) in their pixels, padded with zeros; class ids
            int64 (B, M), padded with -1; labelled bool (B, K).
        """
        images, xyxy, ids = self.draw(plans, size)
        flipped = self._tensor(rng.random(len(plans)) < 0.5)
        images = torch.where(flipped[:, None, None, None], images.flip(3), images)
        mirrored = torch.stack([size - xyxy[..., 2], xyxy[..., 1], size - xyxy[..., 0], xyxy[..., 3]], dim=-1)
        xyxy = torch.where(flipped[:, None, None] & (ids >= 0)[..., None], mirrored, xyxy)
        labelled = self._labelled[self._tensor(np.array([plan.pieces[0].index for plan in plans]))]
        return self._recolour(images, rng).round().byte(), xyxy, ids, labelled

    def draw(self, plans: Sequence[ViewPlan], size: int) -> tuple[Tensor, Tensor, Tensor]:
        """The views as planned: images float32 (B, 3, size, size) in 0..255, and their objects as in render."""
        images, xyxy, ids = self._drawn([plan.pieces for plan in plans], size)
        mixed = np.array([row for row, plan in enumerate(plans) if plan.below], np.int64)
        if len(mixed):
            below, *objects = self._drawn([plans[row].below for row in mixed], size)
            share = self._tensor(np.array([plans[row].share for row in mixed]))[:, None, None, None]
            at = self._tensor(mixed)
            images[at] = torch.lerp(below, images[at], share)
            more_xyxy, more_ids = _in_rows(at, len(plans), *objects)
            xyxy, ids = torch.cat([xyxy, more_xyxy], 1), torch.cat([ids, more_ids], 1)
        return images, *_packed(xyxy, ids)

    def _drawn(self, views: Sequence[Sequence[Piece]], size: int) -> tuple[Tensor, Tensor, Tensor]:
        """As draw, of pieces alone; the objects with gaps between them."""
        images = torch.full((len(views), 3, size, size), float(GREY), device=self.device)
        found_xyxy, found_ids = [], []
        for place in range(max(len(pieces) for pieces in views)):
            rows = np.array([row for row, pieces in enumerate(views) if len(pieces) > place])
            pieces = [views[row][place] for row in rows]
            self._draw_pieces(images, rows, pieces, size)
            xyxy, ids = _in_rows(self._tensor(rows), len(views), *self._boxes(pieces))
            found_xyxy.append(xyxy)
            found_ids.append(ids)
        return images, torch.cat(found_xyxy, 1), torch.cat(found_ids, 1)

    def _draw_pieces(self, images: Tensor, rows: npt.NDArray[np.int64], pieces: Sequence[Piece], size: int) -> None:
        """Draws one piece into each of these rows of `images`."""
        index = np.array([piece.index for piece in pieces])
        scale = np.array([piece.scale for piece in pieces])
        offsets = np.stack([piece.offset_xy for piece in pieces])
        areas = np.stack([piece.area_xyxy for piece in pieces])
        steps = np.floor(np.log2(HALVE_BELOW / (scale / self._shrunk[index])) + 1)
        levels = np.clip(steps, 0, len(self._levels) - 1).astype(int)
        centres = torch.arange(size, device=self.device) + 0.5
        for level in np.unique(levels):
            mine = np.flatnonzero(levels == level)
            offset = self._tensor(offsets[mine])  # (b, 2)
            area = self._tensor(areas[mine])
            sizes = self._tensor(self._sizes_wh[index[mine]])
            source = (centres[None, None] - offset[..., None]) / self._tensor(scale[mine])[:, None, None]  # (b, 2, S)
            within = (source >= 0) & (source < sizes[..., None])
            within &= (centres >= area[:, :2, None]) & (centres < area[:, 2:, None])
            stored = self._levels[level]
            # grid_sample's -1..1 spans the stored square from edge to edge, as our coordinates do.
            relative = source * self._tensor(self._shrunk[index[mine]])[:, None, None] * 2 / SIDE - 1
            grid = torch.stack(
                [relative[:, 0, None, :].expand(-1, size, -1), relative[:, 1, :, None].expand(-1, -1, size)], dim=-1
            )
            chosen = stored[self._tensor(index[mine])].float()
            drawn = F.grid_sample(chosen, grid, mode="bilinear", padding_mode="border", align_corners=False)
            mask = within[:, 0, None, None, :] & within[:, 1, None, :, None]
            fade = torch.minimum(centres - area[:, :2, None], area[:, 2:, None] - centres)  # (b, 2, S), px
            soft = self._tensor(np.array([pieces[int(i)].soft for i in mine]))[:, None, None].clamp(min=1e-3)
            opacity = (fade / soft).clamp(0, 1)
            opacity = opacity[:, 0, None, None, :] * opacity[:, 1, None, :, None] * mask
            at = self._tensor(rows[mine])
            images[at] = torch.lerp(images[at], drawn, opacity)

    def _boxes(self, pieces: Sequence[Piece]) -> tuple[Tensor, Tensor]:
        """The boxes of each piece's picture that stay visible; ids of the others are -1."""
        index = self._tensor(np.array([piece.index for piece in pieces]))
        scale = self._tensor(np.array([piece.scale for piece in pieces]))[:, None, None]
        offset = self._tensor(np.stack([np.tile(piece.offset_xy, 2) for piece in pieces]))[:, None]
        area = self._tensor(np.stack([piece.area_xyxy for piece in pieces]))[:, None]
        whole = self._xyxy[index] * scale + offset
        seen = torch.minimum(torch.maximum(whole, area[..., :2].repeat(1, 1, 2)), area[..., 2:].repeat(1, 1, 2))
        sides, whole_sides = seen[..., 2:] - seen[..., :2], whole[..., 2:] - whole[..., :2]
        visible = (sides.prod(-1) >= MIN_VISIBLE * whole_sides.prod(-1)) & (sides >= MIN_SIDE).all(-1)
        ids = self._ids[index]
        return seen, torch.where(visible, ids, torch.full_like(ids, -1))

    def _recolour(self, images: Tensor, rng: np.random.Generator) -> Tensor:
        """Brightness, contrast about the mean, saturation and hue, each a random amount: one matrix and one shift."""
        b = len(images)
        light, contrast, colour = (
            self._tensor(rng.uniform(1 - spread, 1 + spread, b)) for spread in (BRIGHTNESS, CONTRAST, SATURATION)
        )
        turn = self._tensor(rng.uniform(-HUE, HUE, b) * 2 * np.pi)
        luma = torch.tensor(LUMA, device=self.device)
        grey = luma.expand(3, 3)  # every channel becomes the luma
        # Rotation about the grey axis (Rodrigues), then towards or away from grey.
        cross = torch.tensor([[0.0, -1, 1], [1, 0, -1], [-1, 1, 0]], device=self.device) / 3**0.5
        mean = torch.full((3, 3), 1 / 3, device=self.device)
        eye = torch.eye(3, device=self.device)
        cos, sin = turn.cos()[:, None, None], turn.sin()[:, None, None]
        rotation = cos * eye + (1 - cos) * mean + sin * cross
        saturation = colour[:, None, None] * eye + (1 - colour)[:, None, None] * grey
        matrix = (light * contrast)[:, None, None] * (saturation @ rotation)
        middle = (images * luma[:, None, None]).sum(1).mean(dim=(1, 2)) * light * (1 - contrast)
        mixed = torch.einsum("bij,bjhw->bihw", matrix, images) + middle[:, None, None, None]
        return mixed.clamp(0, 255)

    def _tensor(self, array: npt.NDArray[np.generic]) -> Tensor:
        tensor = torch.from_numpy(np.ascontiguousarray(array))
        return (tensor.float() if tensor.is_floating_point() else tensor).to(self.device, non_blocking=True)


def _in_rows(rows: Tensor, count: int, xyxy: Tensor, ids: Tensor) -> tuple[Tensor, Tensor]:
    """The objects of these rows of `count`; the others have none."""
    all_xyxy, all_ids = xyxy.new_zeros(count, *xyxy.shape[1:]), ids.new_full((count, ids.shape[1]), -1)
    all_xyxy[rows], all_ids[rows] = xyxy, ids
    return all_xyxy, all_ids


def _packed(xyxy: Tensor, ids: Tensor) -> tuple[Tensor, Tensor]:
    """Objects first, padding last, no more columns than the fullest view needs."""
    order = (ids < 0).to(torch.int8).argsort(dim=1, stable=True)
    most = int((ids >= 0).sum(1).max())
    order = order[:, :most]
    ids = ids.gather(1, order)
    xyxy = xyxy.gather(1, order[..., None].expand(-1, -1, 4))
    return xyxy * (ids >= 0)[..., None], ids
