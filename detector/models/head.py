"""Class logits and box distances for every cell: anchor-free, decoupled, one anchor point a cell.

Tian et al., "FCOS", 2019 (distances to the four edges); Ge et al., "YOLOX", 2021 (separate branches). The class score
is trained to be the quality of the box as well (Zhang et al., "VarifocalNet", 2021), so there is no objectness.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from detector.models.neck import conv_bn_relu
from detector.models.norms import Norm

PRIOR = 0.01  # share of foreground at the start; the bias is -log((1 - p) / p)
START_LTRB = 2.0  # strides from point to edge at the start: a box of 4 cells, the middle of what a level sees


class HeadOutput(NamedTuple):
    """For A cells, the levels one after the other, row by row.

    Attributes:
        logits: (B, A, K) class logits.
        ltrb: (B, A, 4) distances from the anchor point to left, top, right and bottom edge, in strides, not negative.
    """

    logits: Tensor
    ltrb: Tensor


def output_conv(width: int, outputs: int, bias: float) -> nn.Conv2d:
    """A 1x1 convolution that says nearly `bias` at the start."""
    conv = nn.Conv2d(width, outputs, 1)
    nn.init.normal_(conv.weight, std=0.01)
    nn.init.constant_(conv.bias, bias)  # type: ignore[arg-type]
    return conv


class DecoupledHead(nn.Module):
    """One 3x3 convolution a branch and level, then 1x1 to the outputs."""

    def __init__(self, width: int, num_classes: int, levels: int = 3, norm: Norm = nn.BatchNorm2d) -> None:
        super().__init__()
        self.cls_convs = nn.ModuleList(conv_bn_relu(width, width, 3, norm=norm) for _ in range(levels))
        self.box_convs = nn.ModuleList(conv_bn_relu(width, width, 3, norm=norm) for _ in range(levels))
        self.cls_outs = nn.ModuleList(
            output_conv(width, num_classes, bias=-math.log((1 - PRIOR) / PRIOR)) for _ in range(levels)
        )
        self.box_outs = nn.ModuleList(
            output_conv(width, 4, bias=math.log(math.expm1(START_LTRB)))
            for _ in range(levels)  # softplus gives it back
        )

    def forward(self, maps: tuple[Tensor, ...]) -> HeadOutput:
        """maps: P3, P4, P5 (B, width, H/8.., W/8..) -> HeadOutput."""
        logits, distances = [], []
        for i, features in enumerate(maps):
            logits.append(self.cls_outs[i](self.cls_convs[i](features)).flatten(2))  # (B, K, h * w)
            distances.append(self.box_outs[i](self.box_convs[i](features)).flatten(2))
        ltrb = F.softplus(torch.cat(distances, dim=2).transpose(1, 2))
        return HeadOutput(torch.cat(logits, dim=2).transpose(1, 2), ltrb)
