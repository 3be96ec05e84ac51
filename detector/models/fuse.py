"""Batch norms folded into the convolutions before them, for inference."""

from __future__ import annotations

import itertools
from typing import cast

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.utils.fusion import fuse_conv_bn_eval

from detector.models.norms import BATCH_NORMS


def fold_batch_norms(network: nn.Module) -> nn.Module:
    """Folds, in place, every batch norm that directly follows a convolution; the network must be in eval mode.

    Which follows which: a norm that is registered right after the convolution that feeds it, as in most of our blocks;
    where the two lie in different modules, their common parent names the pairs in `folds`. A norm before its
    convolution, with a ReLU between, stays: it cannot be folded. Returns the same network.
    """
    if network.training:
        raise ValueError("fold_batch_norms needs a network in eval mode")
    for parent in network.modules():
        for conv_name, norm_name in (*neighbours(parent), *getattr(parent, "folds", ())):
            conv, norm = parent.get_submodule(conv_name), parent.get_submodule(norm_name)
            if isinstance(conv, nn.Conv2d) and isinstance(norm, BATCH_NORMS):
                with torch.no_grad():
                    # Every norm of BATCH_NORMS has the statistics and weights that torch's function reads.
                    parent.set_submodule(conv_name, fuse_conv_bn_eval(conv, cast(_BatchNorm, norm)))
                parent.set_submodule(norm_name, nn.Identity())
    return network


def neighbours(parent: nn.Module) -> list[tuple[str, str]]:
    """Names of convolution and norm where one child follows the other and they fit."""
    children = list(parent.named_children())
    return [
        (conv_name, norm_name)
        for (conv_name, conv), (norm_name, norm) in itertools.pairwise(children)
        if isinstance(conv, nn.Conv2d) and isinstance(norm, BATCH_NORMS) and conv.out_channels == len(norm.weight)
    ]
