"""Which weights learn how fast: the nearer to the picture, the slower; a pre-trained start is most right there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from torch import nn

from detector.models.network import DetectorNetwork

STAGES = 4  # of every backbone; what comes before is its stem, stage 0
# How the families name their stages: ResNet and the small DPN, pre-activation ResNet, DPN.
STAGE_NAMES = (
    (re.compile(r"layer(\d)\."), 0),
    (re.compile(r"stages\.(\d)\."), 1),
    (re.compile(r"features\.conv(\d)_"), -1),
)
LAST_NORM = "norm."  # of a pre-activation ResNet, behind its last stage


def backbone_stage(name: str) -> int:
    """0 for the stem, 1 to 4 for the stage that a backbone's weight belongs to, by its name."""
    if name.startswith(LAST_NORM):
        return STAGES
    for pattern, shift in STAGE_NAMES:
        found = pattern.match(name)
        if found:
            return int(found[1]) + shift
    return 0


def parameter_groups(
    network: DetectorNetwork, others: Iterable[nn.Module], lr: float, backbone_share: float, stage_decay: float,
    weight_decay: float,
) -> list[dict[str, Any]]:  # fmt: skip
    """Groups for an optimizer, with the highest learning rate of each as "full_lr".

    No decay on norms and biases, which it would only shrink. Weights that are frozen are left out.

    Args:
        network: to be trained.
        others: further parts that learn as fast as neck and head.
        lr: of neck and head.
        backbone_share: the backbone's last stage learns at this share of it.
        stage_decay: each stage before learns at this share of the one behind (Howard and Ruder, "ULMFiT", 2018).
    """
    rates: dict[float, list[nn.Parameter]] = {}
    for name, parameter in network.backbone.named_parameters():
        rate = lr * backbone_share * stage_decay ** (STAGES - backbone_stage(name))
        rates.setdefault(rate, []).append(parameter)
    for part in (network.neck, network.head, *others):
        rates.setdefault(lr, []).extend(part.parameters())
    groups: list[dict[str, Any]] = []
    for rate, parameters in rates.items():
        learning = [p for p in parameters if p.requires_grad]
        decayed, plain = [p for p in learning if p.ndim > 1], [p for p in learning if p.ndim <= 1]
        groups.append({"params": decayed, "lr": rate, "full_lr": rate, "weight_decay": weight_decay})
        groups.append({"params": plain, "lr": rate, "full_lr": rate, "weight_decay": 0.0})
    return [group for group in groups if group["params"]]
