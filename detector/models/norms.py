"""The norm layers that every backbone takes: by name, all with weight and bias per channel.

batch   statistics of the batch in training, running means of them in use (Ioffe and Szegedy 2015); folded for inference
frozen  batch norm that keeps the statistics and weights it was given: for fine-tuning with few pictures a batch
sync    batch norm over the batches of all GPUs; on one, and in use, it is batch norm
group   statistics of each picture alone (Wu and He 2018): any batch size, the same in training and in use, never folded
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

from torch import nn
from torchvision.ops import FrozenBatchNorm2d

Norm = Callable[[int], nn.Module]  # channels -> layer

MOST_GROUPS = 32  # of a group norm, as in its paper (table 3)
BATCH_NORMS = (nn.BatchNorm2d, nn.SyncBatchNorm, FrozenBatchNorm2d)  # in use a scale and a shift per channel


def group_norm(channels: int, eps: float) -> nn.GroupNorm:
    """With as many groups as divide the channels, at most 32."""
    return nn.GroupNorm(math.gcd(MOST_GROUPS, channels), channels, eps)


NORMS: dict[str, Callable[..., nn.Module]] = {
    "batch": nn.BatchNorm2d,
    "frozen": FrozenBatchNorm2d,
    "sync": nn.SyncBatchNorm,
    "group": group_norm,
}


def norm_maker(kind: str, eps: float = 1e-5) -> Norm:
    """What makes a norm of that kind for a number of channels.

    Raises:
        ValueError: `kind` is no key of NORMS.
    """
    if kind not in NORMS:
        raise ValueError(f"norm must be one of {', '.join(NORMS)}, got {kind!r}")
    return partial(NORMS[kind], eps=eps)


def start_at_zero(norm: nn.Module) -> None:
    """Mutes a block's branch at the start (Goyal et al. 2017, 5.1); not a frozen norm, which would stay mute."""
    if isinstance(norm.weight, nn.Parameter):
        nn.init.zeros_(norm.weight)


def freeze_norms(network: nn.Module) -> nn.Module:
    """Puts a frozen norm with the same weights and statistics in the place of every batch norm; returns `network`."""
    for parent in network.modules():
        for name, child in list(parent.named_children()):
            if isinstance(child, (nn.BatchNorm2d, nn.SyncBatchNorm)):
                frozen = FrozenBatchNorm2d(child.num_features, child.eps)
                frozen.load_state_dict(child.state_dict())
                setattr(parent, name, frozen.to(child.weight.device, child.weight.dtype))
    return network
