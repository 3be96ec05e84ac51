"""Batches of training views, each made from its step's number alone, so that a run resumes exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from detector.data import plan
from detector.data.augment import PictureCache, View, recolour_and_flip, render
from detector.data.device_views import DevicePictures
from detector.data.labelled import LabelledPicture
from detector.data.plan import Piece
from detector.modelfile import ModelInfo


@dataclass(frozen=True, eq=False)
class Batch:
    """B views and their objects.

    Attributes:
        images: uint8 (B, 3, S, S) BGR.
        truth_xyxy: float32 (B, M, 4), pixels of the view, padded with zeros.
        truth_ids: int64 (B, M), padded with -1.
        labelled: bool (B, K), which classes were looked for in the view.
    """

    images: Tensor
    truth_xyxy: Tensor
    truth_ids: Tensor
    labelled: Tensor

    def split(self, pieces: int) -> list[Batch]:
        """The same views as smaller batches."""
        parts = zip(
            *(t.chunk(pieces) for t in (self.images, self.truth_xyxy, self.truth_ids, self.labelled)), strict=True
        )
        return [Batch(*part) for part in parts]


class Sampler:
    """Draws pictures; those of one view have the same classes labelled, so that the view's silence has one meaning."""

    def __init__(self, pictures: Sequence[LabelledPicture], extra_share: float) -> None:
        """The largest group of alike labelled pictures gives 1 - `extra_share` of the views, all others the rest."""
        groups: dict[bytes, list[int]] = {}
        for index, picture in enumerate(pictures):
            groups.setdefault(picture.labelled.tobytes(), []).append(index)
        self._groups = sorted(groups.values(), key=len, reverse=True)
        sizes = np.array([len(group) for group in self._groups], np.float64)
        others = sizes[1:].sum()
        self._shares = np.concatenate([[1 - extra_share], extra_share * sizes[1:] / others]) if others else np.ones(1)

    def four(self, rng: np.random.Generator) -> list[int]:
        """Places of four pictures of one group."""
        group = self._groups[int(rng.choice(len(self._groups), p=self._shares))]
        return [group[int(i)] for i in rng.integers(0, len(group), 4)]


def draw_plans(
    pictures: Sequence[LabelledPicture], sampler: Sampler, size: int, batch: int, mosaic_share: float,
    rng: np.random.Generator,
) -> list[list[Piece]]:  # fmt: skip
    """What shows in each of `batch` views: random pictures, in `mosaic_share` of the views four of them."""
    plans = []
    for _ in range(batch):
        chosen = sampler.four(rng)
        with_four = rng.random() < mosaic_share
        plans.append(
            plan.mosaic(pictures, chosen, size, rng) if with_four else plan.single(pictures, chosen[0], size, rng)
        )
    return plans


def make_batch(
    source: PictureCache | DevicePictures, sampler: Sampler, size: int, batch: int, mosaic_share: float,
    rng: np.random.Generator,
) -> Batch:  # fmt: skip
    """Random views, drawn on the CPU or where the pictures lie."""
    plans = draw_plans(source.pictures, sampler, size, batch, mosaic_share, rng)
    if isinstance(source, DevicePictures):
        return Batch(*source.render(plans, size, rng))
    torch.manual_seed(int(rng.integers(2**31)))  # torchvision's transforms draw from it
    views = [recolour_and_flip(render(source, pieces, size)) for pieces in plans]
    return _collate(views, np.stack([source.pictures[pieces[0].index].labelled for pieces in plans]))


def _collate(views: list[View], labelled: npt.NDArray[np.bool_]) -> Batch:
    most = max(len(v.class_ids) for v in views)
    xyxy = torch.zeros(len(views), most, 4)
    ids = torch.full((len(views), most), -1)
    for i, view in enumerate(views):
        xyxy[i, : len(view.class_ids)] = view.xyxy
        ids[i, : len(view.class_ids)] = view.class_ids
    return Batch(torch.stack([v.image for v in views]), xyxy, ids, torch.from_numpy(labelled))


def network_input(images: Tensor, info: ModelInfo, device: torch.device) -> Tensor:
    """uint8 (B, 3, H, W) BGR -> float (B, in_channels, H, W), normalised as `info` says, channels last."""
    x = images.to(device, non_blocking=True).float()
    if info.in_channels == 1:
        x = (x * torch.tensor([0.114, 0.587, 0.299], device=device).view(1, 3, 1, 1)).sum(1, keepdim=True)
    elif info.channel_order == "rgb":
        x = x.flip(1)
    mean, std = (torch.tensor(v, device=device).view(1, -1, 1, 1) for v in (info.mean, info.std))
    return ((x - mean) / std).contiguous(memory_format=torch.channels_last)
