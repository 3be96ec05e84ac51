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
from detector.data.paste import paste
from detector.data.plan import ViewPlan
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

    def __init__(self, pictures: Sequence[LabelledPicture], extra_share: float, repeat_threshold: float = 0.0) -> None:
        """The largest group of alike labelled pictures gives 1 - `extra_share` of the views, all others the rest.

        Classes in less than `repeat_threshold` of a group's pictures are shown more often (see repeat_factors).
        """
        groups: dict[bytes, list[int]] = {}
        for index, picture in enumerate(pictures):
            groups.setdefault(picture.labelled.tobytes(), []).append(index)
        # Pictures in which nothing was looked for are never the largest group, however many there are.
        self._groups = sorted(groups.values(), key=lambda g: (pictures[g[0]].labelled.any(), len(g)), reverse=True)
        sizes = np.array([len(group) for group in self._groups], np.float64)
        others = sizes[1:].sum()
        self._shares = np.concatenate([[1 - extra_share], extra_share * sizes[1:] / others]) if others else np.ones(1)
        factors = [repeat_factors([pictures[i] for i in group], repeat_threshold) for group in self._groups]
        self._until = [np.cumsum(factor) / factor.sum() for factor in factors]  # of each picture's share of 0..1

    def several(self, count: int, rng: np.random.Generator) -> list[int]:
        """Places of `count` pictures of one group."""
        chosen = int(rng.choice(len(self._groups), p=self._shares))
        places = np.searchsorted(self._until[chosen], rng.random(count), side="right")
        return [self._groups[chosen][min(int(i), len(self._groups[chosen]) - 1)] for i in places]


def repeat_factors(pictures: Sequence[LabelledPicture], threshold: float) -> npt.NDArray[np.float64]:
    """How often each picture is shown for one time that a common one is (Gupta et al., "LVIS", 2019, section 4.2).

    A class in a share f < threshold of the pictures asks for sqrt(threshold / f); a picture follows its rarest class.
    """
    classes = [np.unique(picture.class_ids) for picture in pictures]
    shares = np.bincount(np.concatenate(classes)) / len(pictures)
    factors = np.sqrt(threshold / np.maximum(shares, 1 / len(pictures))).clip(min=1)
    return np.array([factors[ids].max(initial=1.0) for ids in classes])


@dataclass(frozen=True)
class ViewShares:
    """Which share of the views is made how; all 0: single pictures, as in use.

    Attributes:
        mosaic: of four pictures.
        mixup: with a second view that shows through.
        paste: with up to three objects of other pictures put over them.
    """

    mosaic: float = 0.0
    mixup: float = 0.0
    paste: float = 0.0


def draw_plans(
    pictures: Sequence[LabelledPicture], sampler: Sampler, size: int, batch: int, shares: ViewShares,
    rng: np.random.Generator,
) -> list[ViewPlan]:  # fmt: skip
    """What shows in each of `batch` views."""
    plans = []
    for _ in range(batch):
        chosen = sampler.several(11, rng)  # four for the view, four for what shows through, three to take objects from
        above, below = (_pieces(pictures, part, size, shares.mosaic, rng) for part in (chosen[:4], chosen[4:8]))
        if rng.random() < shares.paste:
            above = paste(pictures, above, chosen[8 : 9 + int(rng.integers(3))], size, rng)
        plans.append(plan.mixture(above, below, rng) if rng.random() < shares.mixup else ViewPlan(above))
    return plans


def _pieces(
    pictures: Sequence[LabelledPicture], chosen: Sequence[int], size: int, mosaic_share: float,
    rng: np.random.Generator,
) -> list[plan.Piece]:  # fmt: skip
    if rng.random() < mosaic_share:
        return plan.mosaic(pictures, chosen, size, rng)
    return plan.single(pictures, chosen[0], size, rng)


def make_batch(
    source: PictureCache | DevicePictures, sampler: Sampler, size: int, batch: int,
    shares: ViewShares, rng: np.random.Generator,
) -> Batch:  # fmt: skip
    """Random views, drawn on the CPU or where the pictures lie."""
    plans = draw_plans(source.pictures, sampler, size, batch, shares, rng)
    if isinstance(source, DevicePictures):
        return Batch(*source.render(plans, size, rng))
    torch.manual_seed(int(rng.integers(2**31)))  # torchvision's transforms draw from it
    views = [recolour_and_flip(render(source, view, size)) for view in plans]
    return _collate(views, np.stack([source.pictures[view.pieces[0].index].labelled for view in plans]))


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
    # A file for grey pictures may keep all three numbers: the first one counts.
    mean, std = (torch.tensor(v[: info.in_channels], device=device).view(1, -1, 1, 1) for v in (info.mean, info.std))
    return ((x - mean) / std).contiguous(memory_format=torch.channels_last)
