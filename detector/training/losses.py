"""What a cell is told: be as sure as your box is good, and make the box good."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor
from torchvision.ops import generalized_box_iou_loss

from detector.models.head import HeadOutput
from detector.training.assigner import Assignment, assign

BOX_WEIGHT = 2.5  # of the GIoU term beside the class term (PP-YOLOE, 2022)


class Losses(NamedTuple):
    """The terms, each a scalar, for one unit of foreground quality; `total` is what is minimised."""

    cls: Tensor
    box: Tensor

    @property
    def total(self) -> Tensor:
        """Weighted sum."""
        return self.cls + BOX_WEIGHT * self.box


def anchor_points(size_hw: tuple[int, int], strides: tuple[int, ...], device: torch.device) -> tuple[Tensor, Tensor]:
    """Centres of all cells, levels one after the other, row by row: points (A, 2) x y in input pixels, strides (A,)."""
    points, cell_strides = [], []
    for stride in strides:
        h, w = size_hw[0] // stride, size_hw[1] // stride
        y, x = torch.meshgrid(torch.arange(h, device=device), torch.arange(w, device=device), indexing="ij")
        points.append((torch.stack([x, y], dim=-1).reshape(-1, 2) + 0.5) * stride)
        cell_strides.append(torch.full((h * w,), float(stride), device=device))
    return torch.cat(points), torch.cat(cell_strides)


def decode_ltrb(points: Tensor, cell_strides: Tensor, ltrb: Tensor) -> Tensor:
    """Distances in strides (B, A, 4) -> boxes xyxy in input pixels (B, A, 4)."""
    distances = ltrb * cell_strides[:, None]
    return torch.cat([points - distances[..., :2], points + distances[..., 2:]], dim=-1)


def detection_loss(
    output: HeadOutput, size_hw: tuple[int, int], strides: tuple[int, ...], truth_xyxy: Tensor, truth_ids: Tensor,
    centre_prior: bool, labelled: Tensor | None = None,
) -> Losses:  # fmt: skip
    """Binary cross entropy towards the assigned quality on all cells, GIoU loss (Rezatofighi 2019) on foreground.

    Both are summed and divided by the sum of the qualities, so that an object counts by how well it can be learned.

    Args:
        output: of the network, for B pictures of `size_hw`.
        truth_xyxy: (B, M, 4) input pixels, padded with zeros.
        truth_ids: int64 (B, M), padded with -1.
        centre_prior: see assigner.assign.
        labelled: bool (B, K), classes that were looked for in each picture: only of those, background is taught.
    """
    logits, ltrb = output.logits.float(), output.ltrb.float()
    points, cell_strides = anchor_points(size_hw, strides, logits.device)
    boxes = decode_ltrb(points, cell_strides, ltrb)
    assigned = assign(
        logits.detach().sigmoid(), boxes.detach(), points, cell_strides, truth_xyxy, truth_ids, centre_prior
    )
    foreground = assigned.class_ids >= 0
    quality = _floor_quality(assigned, centre_prior)
    target = torch.zeros_like(logits)
    target[foreground] = F.one_hot(assigned.class_ids[foreground], logits.shape[-1]) * quality[foreground][:, None]
    amount = quality.sum().clamp(min=1)  # a batch without objects still teaches background
    # Background that looks like an object counts most: focal weight on it alone (Zhang 2021, VarifocalNet, eq. 2).
    weight = torch.where(target > 0, target, 0.75 * logits.detach().sigmoid().pow(2))
    if labelled is not None:
        weight = weight * labelled[:, None, :]
    cls = F.binary_cross_entropy_with_logits(logits, target, weight=weight, reduction="sum") / amount
    giou = generalized_box_iou_loss(boxes[foreground], assigned.xyxy[foreground], reduction="none")
    return Losses(cls=cls, box=(giou * quality[foreground]).sum() / amount)


def _floor_quality(assigned: Assignment, centre_prior: bool) -> Tensor:
    """While boxes are still random their IoU is no aim yet: half a point for every chosen cell."""
    foreground = assigned.class_ids >= 0
    return (
        torch.where(foreground, assigned.quality.clamp(min=0.5), assigned.quality) if centre_prior else assigned.quality
    )
