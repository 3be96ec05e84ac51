"""Random networks that find something: norms that fit what they see, and as many cells above the threshold as asked."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from detector.bench import LIVE_SCORE, wake_norms

PASSING = 100  # candidates above the threshold: a busy picture
CONFIDENT = LIVE_SCORE  # the threshold of every network
IOU = 0.6  # of every NMS, as in Detector.detect
MOST_BOXES = 300  # a picture, as in detector.engines.postprocess
CLASSES = 80
Affine = nn.Conv2d | nn.Linear


def settle_norms(network: nn.Module, x: Tensor) -> None:
    """Gives batch norms the statistics of what they see on `x` (1, 3, H, W).

    With those of a fresh network a deep one fades out or overflows, and numbers near nothing are slow to compute.
    """
    wake_norms(network)
    norms = [part for part in network.modules() if isinstance(part, nn.BatchNorm2d)]
    kept = [norm.momentum for norm in norms]
    for norm in norms:
        norm.train()
        norm.momentum = 1.0
    with torch.no_grad():
        network(x)
    for norm, momentum in zip(norms, kept, strict=True):
        norm.eval()
        norm.momentum = momentum


def fill_picture(
    network: nn.Module, x: Tensor, convs: Sequence[Affine], logits_of: Callable[[object], Tensor], lowest: float
) -> None:
    """Scales and shifts the class outputs so that PASSING candidates of `x` reach `lowest`.

    Args:
        network: in eval mode.
        x: normalised picture (1, 3, H, W).
        convs: the last layers of the class branch.
        logits_of: the network's output -> the class logits of all candidates, any shape.
        lowest: the class logit at which a candidate passes.
    """
    with torch.no_grad():
        logits = logits_of(network(x)).float().flatten()
        scale = 1 / logits.std().clamp(min=1e-6)
        shift = lowest - (logits * scale).topk(PASSING).values[-1]
        for conv in convs:
            conv.weight *= scale
            if conv.bias is not None:
                conv.bias.mul_(scale).add_(shift)


def logit(score: float) -> float:
    """The inverse of the sigmoid."""
    return math.log(score / (1 - score))


def gflop(network: nn.Module, x: Tensor) -> float:
    """Of one forward pass, counted by torch: convolutions and matrix products, two for each pair of numbers."""
    with torch.inference_mode(), FlopCounterMode(display=False) as counter:
        network(x)
    return counter.get_total_flops() / 1e9
