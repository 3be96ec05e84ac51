"""Where the thing is: an auxiliary task in pre-training, so that the maps keep places as a detector needs them."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torchvision.ops import generalized_box_iou_loss

from detector.training.losses import anchor_points, decode_ltrb

START_STRIDES = 2.0  # from a cell to each edge of its box at the start


class BoxHead(nn.Module):
    """One linear layer on each map: is the cell inside the thing, and how far are its edges (Tian 2019, class-free).

    Linear, so that the maps themselves must hold the answer.
    """

    def __init__(self, channels: tuple[int, ...]) -> None:
        super().__init__()
        self.outs = nn.ModuleList(nn.Conv2d(c, 5, 1) for c in channels)
        for part in self.outs.children():
            nn.init.normal_(part.get_parameter("weight"), std=0.01)
            with torch.no_grad():  # softplus gives START_STRIDES back
                part.get_parameter("bias").copy_(torch.tensor([0.0, *[math.log(math.expm1(START_STRIDES))] * 4]))

    def forward(self, maps: tuple[Tensor, ...]) -> Tensor:
        """C3, C4, C5 -> (B, A, 5): logit of being inside, then left, top, right, bottom in strides, not negative."""
        raw = torch.cat([out(features).flatten(2) for out, features in zip(self.outs, maps, strict=True)], dim=2)
        inside, ltrb = raw.transpose(1, 2).float().split([1, 4], dim=-1)
        return torch.cat([inside, F.softplus(ltrb)], dim=-1)


def box_loss(output: Tensor, size: int, strides: tuple[int, ...], xyxy: Tensor) -> Tensor:
    """Binary cross entropy on all cells and GIoU loss on those inside the box, each averaged over a picture's cells.

    Args:
        output: (B, A, 5) of BoxHead, for views of `size` pixels a side.
        xyxy: (B, 4) in pixels of the view; of pictures without a box, zeros: they teach nothing.

    Returns:
        A scalar, summed over the pictures with a box.
    """
    points, cell_strides = anchor_points((size, size), strides, output.device)
    known = xyxy[:, 2] > xyxy[:, 0]
    corners = xyxy[:, None]  # (B, 1, 4)
    inside = ((points > corners[..., :2]) & (points < corners[..., 2:])).all(-1) & known[:, None]  # (B, A)
    sure = F.binary_cross_entropy_with_logits(output[..., 0], inside.float(), reduction="none").mean(1)
    found = decode_ltrb(points, cell_strides, output[..., 1:])
    giou = generalized_box_iou_loss(found, corners.expand_as(found), reduction="none") * inside
    return ((sure + giou.sum(1) / inside.sum(1).clamp(min=1)) * known).sum()
