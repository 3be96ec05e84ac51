"""Features of a frozen backbone, computed once for all pictures and kept in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from detector.modelfile import ModelInfo
from detector.models.backbone import Backbone
from detector.training.batches import network_input
from detector.training.runtime import autocast

BATCH = 32


@dataclass(frozen=True, eq=False)
class Features:
    """Of N pictures as they are, and of each mirrored.

    Attributes:
        pooled: float32 (2, N, D), C5 averaged over all places; [1] is of the mirrored pictures.
        c4: bfloat16 (2, N, C, H/16, W/16), what the last stage starts from; its places are empty where not asked for.
    """

    pooled: Tensor
    c4: Tensor


@torch.inference_mode()
def cache_features(
    backbone: Backbone,
    info: ModelInfo,
    pictures: npt.NDArray[np.uint8],
    device: torch.device,
    with_c4: bool = True,
    on_progress: Callable[[int], None] = lambda done: None,
) -> Features:
    """One pass over all pictures (N, S, S, 3) BGR, and one over the mirrored; `on_progress` gets how many are done."""
    pooled, c4s = [], []
    for mirrored in (False, True):
        for i in range(0, len(pictures), BATCH):
            images = as_tensor(pictures[i : i + BATCH])
            images = images.flip(3) if mirrored else images
            with autocast(device):
                _, c4, c5 = backbone.maps(network_input(images, info, device))
            pooled.append(c5.float().mean(dim=(2, 3)).cpu())
            c4s.append(
                c4.to("cpu", torch.bfloat16) if with_c4 else c4.new_zeros(len(c4), 0, dtype=torch.bfloat16).cpu()
            )
            on_progress(len(images))
    both = (2, len(pictures))
    return Features(*(torch.cat(parts).unflatten(0, both).clone() for parts in (pooled, c4s)))


def as_tensor(pictures: npt.NDArray[np.uint8]) -> Tensor:
    """uint8 (B, S, S, 3) -> (B, 3, S, S), the same memory."""
    return torch.from_numpy(pictures).permute(0, 3, 1, 2)
