"""Which cell learns which object: task-aligned assignment.

Feng et al., "TOOD: Task-aligned One-stage Object Detection", 2021, section 3.2: an object goes to the cells inside it
whose score and box already fit it best. In the first steps, before scores and boxes mean anything, the nearest cells
to the object's centre are taken (`centre_prior`).
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

TOP_K = 10  # cells an object may get
ALPHA, BETA = 1.0, 6.0  # weight of the score and of the IoU in the alignment (TOOD, table 5)
MIN_INSIDE = 8.0  # px; a box thinner than the finest stride is widened to hold at least one anchor point


class Assignment(NamedTuple):
    """For each cell what it shall say.

    Attributes:
        class_ids: int64 (B, A); -1 for background.
        xyxy: float (B, A, 4), the object's box in input pixels; zeros for background.
        quality: float (B, A), 0..1: the class score to aim at.
    """

    class_ids: Tensor
    xyxy: Tensor
    quality: Tensor


@torch.no_grad()
def assign(
    scores: Tensor, boxes: Tensor, points: Tensor, cell_strides: Tensor, truth_xyxy: Tensor, truth_ids: Tensor,
    centre_prior: bool = False,
) -> Assignment:  # fmt: skip
    """Assigns B pictures at once.

    Args:
        scores: (B, A, K) in 0..1.
        boxes: (B, A, 4) xyxy that the cells predict now, input pixels.
        points: (A, 2) anchor points x y, input pixels.
        cell_strides: (A,).
        truth_xyxy: (B, M, 4), padded with zeros.
        truth_ids: int64 (B, M), padded with -1.
        centre_prior: rank cells by nearness to the centre instead of by alignment.
    """
    b, a, _ = scores.shape
    m = truth_ids.shape[1]
    if m == 0:
        return Assignment(torch.full((b, a), -1, device=scores.device), boxes.new_zeros(b, a, 4), boxes.new_zeros(b, a))
    real = truth_ids >= 0  # (B, M)
    inside = _inside(points, truth_xyxy) & real[..., None]  # (B, M, A)
    iou = pairwise_iou(truth_xyxy, boxes) * inside  # (B, M, A)
    class_scores = scores.transpose(1, 2).gather(1, truth_ids.clamp(min=0)[..., None].expand(b, m, a))
    alignment = class_scores.pow(ALPHA) * iou.pow(BETA)
    rank = _nearness(points, cell_strides, truth_xyxy) * inside if centre_prior else alignment
    top = rank.topk(min(TOP_K, a), dim=-1)
    chosen = torch.zeros_like(inside).scatter_(-1, top.indices, top.values > 0)  # (B, M, A)
    # A cell that several objects want goes to the one it overlaps most (nearest, while boxes mean nothing).
    wish = torch.where(chosen, (rank if centre_prior else iou) + 1e-9, torch.zeros_like(iou))
    best_value, best_truth = wish.max(dim=1)  # (B, A)
    foreground = best_value > 0
    owned = chosen & (torch.arange(m, device=scores.device)[None, :, None] == best_truth[:, None])
    quality = _quality(alignment * owned, iou * owned).gather(1, best_truth[:, None])[:, 0]
    class_ids = truth_ids.gather(1, best_truth).masked_fill(~foreground, -1)
    xyxy = truth_xyxy.gather(1, best_truth[..., None].expand(b, a, 4)) * foreground[..., None]
    return Assignment(class_ids, xyxy, quality * foreground)


def _quality(alignment: Tensor, iou: Tensor) -> Tensor:
    """Alignment scaled so that an object's best cell aims at its best IoU (TOOD, eq. 3); (B, M, A) each."""
    return alignment / alignment.amax(-1, keepdim=True).clamp(min=1e-9) * iou.amax(-1, keepdim=True)


def _inside(points: Tensor, xyxy: Tensor) -> Tensor:
    """bool (B, M, A): which anchor points lie in which box, thin boxes widened."""
    centre, half = (xyxy[..., :2] + xyxy[..., 2:]) / 2, (xyxy[..., 2:] - xyxy[..., :2]) / 2
    half = half.clamp(min=MIN_INSIDE / 2)
    return ((points[None, None] - centre[:, :, None]).abs() <= half[:, :, None]).all(-1)


def _nearness(points: Tensor, cell_strides: Tensor, xyxy: Tensor) -> Tensor:
    """(B, M, A) in 0..1: high where the point is near the centre and the box's size suits the level."""
    centre = (xyxy[..., :2] + xyxy[..., 2:]) / 2
    distance = (points[None, None] - centre[:, :, None]).norm(dim=-1) / cell_strides
    side = (xyxy[..., 2:] - xyxy[..., :2]).prod(-1).clamp(min=1).sqrt()
    # A level suits boxes of about 5 strides; twice or half of it is one step off.
    steps_off = (side[..., None] / (5 * cell_strides)).log2().abs()
    return torch.exp(-0.5 * distance - steps_off)


def pairwise_iou(first: Tensor, second: Tensor) -> Tensor:
    """IoU of xyxy boxes: (B, M, 4), (B, A, 4) -> (B, M, A)."""
    top_left = torch.maximum(first[:, :, None, :2], second[:, None, :, :2])
    bottom_right = torch.minimum(first[:, :, None, 2:], second[:, None, :, 2:])
    common = (bottom_right - top_left).clamp(min=0).prod(-1)
    areas = [(xyxy[..., 2:] - xyxy[..., :2]).clamp(min=0).prod(-1) for xyxy in (first, second)]
    return common / (areas[0][:, :, None] + areas[1][:, None] - common).clamp(min=1e-9)
