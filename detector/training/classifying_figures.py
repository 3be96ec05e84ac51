"""How often a classifier is right, and how sure it may say it is."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from detector.modelfile import ModelInfo
from detector.training.batches import network_input
from detector.training.runtime import autocast
from detector.training.transfer_features import as_tensor
from detector.training.transfer_splits import Indices

BATCH = 64
ENOUGH = 30  # pictures, before the confidence is fitted to them
COLDEST, HOTTEST = 0.05, 20.0


@torch.no_grad()  # not inference_mode: the confidence is fitted to them with gradients
def logits_of(
    network: nn.Module, info: ModelInfo, pictures: npt.NDArray[np.uint8], places: Indices, device: torch.device
) -> Tensor:
    """float32 (n, K) on the host, of the pictures (N, S, S, 3) BGR at these places."""
    found = []
    for i in range(0, len(places), BATCH):
        with autocast(device):
            logits = network(network_input(as_tensor(pictures[places[i : i + BATCH]]), info, device))
        found.append(logits.float().cpu())
    return torch.cat(found)


def figures_of(logits: Tensor, labels: Tensor) -> dict[str, Any]:
    """top1 and top5, shares of the pictures whose class is the best, or among the best five; and how many there are."""
    best = logits.topk(min(5, logits.shape[1])).indices
    right = best == labels[:, None]
    return {
        "top1": float(right[:, 0].float().mean()),
        "top5": float(right.any(dim=1).float().mean()),
        "pictures": len(labels),
    }


def temperature_of(logits: Tensor, labels: Tensor) -> float:
    """What logits are to be divided by, so that of the pictures named at 0.8 eight in ten are right (Guo et al. 2017).

    1 where there are too few pictures to tell. Which class is best does not change.
    """
    if len(labels) < ENOUGH:
        return 1.0
    log = torch.zeros(1, requires_grad=True)
    solver = torch.optim.LBFGS([log], max_iter=50, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        solver.zero_grad()
        value = F.cross_entropy(logits / log.exp(), labels)
        value.backward()
        return value

    solver.step(loss)
    return float(log.detach().exp().clamp(COLDEST, HOTTEST))
