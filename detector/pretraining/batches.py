"""Batches of pre-training views, each made from its step's number alone, so that a run resumes exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from torchvision.transforms import v2

from detector.pretraining.gallery import Gallery, draw_views

MIXES = ("none", "mixup", "cutmix", "both")
MIXUP_ALPHA, CUTMIX_ALPHA = 0.2, 1.0  # of the papers on ImageNet: Zhang 2018, Yun 2019
LABELLED_AREA = 0.35  # a tile holds one thing: a smaller crop would miss it
UNLABELLED_AREA = 0.1  # a photograph holds many: the teacher says what is in the crop


@dataclass(frozen=True, eq=False)
class PretrainingBatch:
    """B views.

    Attributes:
        images: float32 (B, 3, S, S) BGR in 0..255.
        targets: float32 (B, K), the share of each class; zeros where no label is known.
        xyxy: float32 (B, 4), pixels of the view; zeros where no box is known, and in mixed views.
    """

    images: Tensor
    targets: Tensor
    xyxy: Tensor

    @property
    def labelled(self) -> Tensor:
        """bool (B,)."""
        return self.targets.sum(1) > 0

    @property
    def boxed(self) -> Tensor:
        """bool (B,)."""
        return self.xyxy[:, 2] > self.xyxy[:, 0]

    def split(self, pieces: int) -> list[PretrainingBatch]:
        """The same views as smaller batches, each with its part of every kind."""
        return [
            PretrainingBatch(self.images[i::pieces], self.targets[i::pieces], self.xyxy[i::pieces])
            for i in range(min(pieces, len(self.images)))
        ]


class BatchMaker:
    """Draws from labelled pictures, and from pictures without labels if there are any."""

    def __init__(
        self, labelled: Gallery, labels: Tensor, num_classes: int, unlabelled: Gallery | None, mix: str,
        mixed_share: float, unlabelled_share: float,
    ) -> None:  # fmt: skip
        """`mix`: one of MIXES, for `mixed_share` of the labelled views; `unlabelled_share`: of all views."""
        self._labelled, self._unlabelled = labelled, unlabelled
        self._labels, self._num_classes = labels.to(labelled.pictures.device), num_classes
        self._unlabelled_share = unlabelled_share if unlabelled is not None else 0.0
        self._mixed_share = mixed_share if mix != "none" else 0.0
        mixup = v2.MixUp(alpha=MIXUP_ALPHA, num_classes=num_classes)
        cutmix = v2.CutMix(alpha=CUTMIX_ALPHA, num_classes=num_classes)
        self._mixers = {"none": (), "mixup": (mixup,), "cutmix": (cutmix,), "both": (mixup, cutmix)}[mix]

    def make(self, size: int, count: int, rng: np.random.Generator) -> PretrainingBatch:
        """`count` views of `size` pixels a side."""
        torch.manual_seed(int(rng.integers(2**31)))  # torchvision's transforms draw from it
        free = round(count * self._unlabelled_share)
        known = count - free
        chosen = rng.integers(0, len(self._labelled), known)
        images, xyxy = draw_views(self._labelled, chosen, size, LABELLED_AREA, rng)
        labels = self._labels[torch.from_numpy(chosen).to(self._labels.device)]
        targets = F.one_hot(labels, self._num_classes).float()
        mixed = round(known * self._mixed_share)
        if mixed and self._mixers:
            mixer = self._mixers[int(rng.integers(len(self._mixers)))]
            images[:mixed], targets[:mixed] = mixer(images[:mixed], labels[:mixed])
            xyxy[:mixed] = 0  # two things, of which only parts are there
        if free and self._unlabelled is not None:
            places = rng.integers(0, len(self._unlabelled), free)
            further, no_boxes = draw_views(self._unlabelled, places, size, UNLABELLED_AREA, rng)
            images, xyxy = torch.cat([images, further]), torch.cat([xyxy, no_boxes])
            targets = torch.cat([targets, targets.new_zeros(free, self._num_classes)])
        return PretrainingBatch(images, targets, xyxy)
