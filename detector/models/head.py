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


class RawOutput(NamedTuple):
    """What the two branches say, for A cells as in HeadOutput.

    Attributes:
        logits: (B, A, K) class logits.
        distances: (B, A, 4) before softplus; with bins (B, A, 4, bins) logits, of distances of 0, 1, 2... strides.
    """

    logits: Tensor
    distances: Tensor


def output_conv(width: int, outputs: int, bias: float) -> nn.Conv2d:
    """A 1x1 convolution that says nearly `bias` at the start."""
    conv = nn.Conv2d(width, outputs, 1)
    nn.init.normal_(conv.weight, std=0.01)
    nn.init.constant_(conv.bias, bias)  # type: ignore[arg-type]
    return conv


def bins_conv(width: int, bins: int) -> nn.Conv2d:
    """A 1x1 convolution to the bins of four distances, side by side; at the start each expects START_LTRB."""
    conv = output_conv(width, 4 * bins, bias=0.0)
    slope = math.log(START_LTRB / (1 + START_LTRB))  # a geometric distribution with that mean
    with torch.no_grad():
        conv.bias += slope * torch.arange(bins).repeat(4)  # type: ignore[operator]
    return conv


class DecoupledHead(nn.Module):
    """One 3x3 convolution a branch and level, then 1x1 to the outputs.

    Args:
        width: channels of P3 to P5.
        num_classes: K.
        levels: of the pyramid.
        norm: makes the norm layers.
        bins: 0: each distance is one number. Else it is what a distribution over 0 to bins - 1 strides expects (Li et
            al., "Generalized Focal Loss", 2020, section 3.2), so that no edge is further than bins - 1 strides away.
    """

    bin_strides: Tensor  # what the bins stand for

    def __init__(
        self, width: int, num_classes: int, levels: int = 3, norm: Norm = nn.BatchNorm2d, bins: int = 0
    ) -> None:
        super().__init__()
        self.bins = bins
        self.cls_convs = nn.ModuleList(conv_bn_relu(width, width, 3, norm=norm) for _ in range(levels))
        self.box_convs = nn.ModuleList(conv_bn_relu(width, width, 3, norm=norm) for _ in range(levels))
        self.cls_outs = nn.ModuleList(
            output_conv(width, num_classes, bias=-math.log((1 - PRIOR) / PRIOR)) for _ in range(levels)
        )
        start = math.log(math.expm1(START_LTRB))  # softplus gives START_LTRB back
        self.box_outs = nn.ModuleList(
            bins_conv(width, bins) if bins else output_conv(width, 4, bias=start) for _ in range(levels)
        )
        # No weight, so that it is in no file.
        self.register_buffer("bin_strides", torch.arange(bins, dtype=torch.float32), persistent=False)

    def forward(self, maps: tuple[Tensor, ...]) -> HeadOutput:
        """maps: P3, P4, P5 (B, width, H/8.., W/8..) -> HeadOutput."""
        return self.decode(self.raw(maps))

    def raw(self, maps: tuple[Tensor, ...]) -> RawOutput:
        """maps as in forward -> what the branches say, for losses that need more than the boxes."""
        logits, distances = [], []
        for i, features in enumerate(maps):
            logits.append(self.cls_outs[i](self.cls_convs[i](features)).flatten(2))  # (B, K, h * w)
            distances.append(self.box_outs[i](self.box_convs[i](features)).flatten(2))
        raw = torch.cat(distances, dim=2).transpose(1, 2)  # (B, A, 4) or (B, A, 4 * bins)
        if self.bins:
            raw = raw.reshape(raw.shape[0], -1, 4, self.bins)
        return RawOutput(torch.cat(logits, dim=2).transpose(1, 2), raw)

    def decode(self, raw: RawOutput) -> HeadOutput:
        """The distances that the box branch means."""
        if not self.bins:
            return HeadOutput(raw.logits, F.softplus(raw.distances))
        return HeadOutput(raw.logits, (raw.distances.softmax(-1) * self.bin_strides).sum(-1))
