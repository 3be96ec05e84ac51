"""Batch norms folded into the convolutions before them, for inference."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval


def fold_batch_norms(network: nn.Module) -> nn.Module:
    """Folds, in place, every batch norm that directly follows a convolution; the network must be in eval mode.

    Relies on the order of registration: a norm is registered right after the convolution that feeds it, as in all
    our blocks. Returns the same network.
    """
    if network.training:
        raise ValueError("fold_batch_norms needs a network in eval mode")
    for parent in network.modules():
        previous: tuple[str, nn.Module] | None = None
        for name, child in list(parent.named_children()):
            if isinstance(child, nn.BatchNorm2d) and previous is not None and isinstance(previous[1], nn.Conv2d):
                conv = previous[1]
                if conv.out_channels == child.num_features:
                    with torch.no_grad():
                        setattr(parent, previous[0], fuse_conv_bn_eval(conv, child))
                    setattr(parent, name, nn.Identity())
            previous = (name, child)
    return network
