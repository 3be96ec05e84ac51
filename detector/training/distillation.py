"""What a pupil is told by its teacher: say what I say, most of all where we disagree.

Yang et al., "Bridging Cross-task Protocol Inconsistency for Distillation in Dense Object Detection", 2023: each class
of each cell is a yes-or-no question, weighted by the disagreement, and boxes are compared by their overlap.
"""

from __future__ import annotations

import torch.nn.functional as F
from torchvision.ops import generalized_box_iou_loss

from detector.models.head import HeadOutput
from detector.training.losses import Losses, anchor_points, decode_ltrb
from detector.training.teachers import Taught

LEAST_SURE = 0.1  # of the teacher's best score in a cell; below, its box means nothing


def distillation_loss(output: HeadOutput, taught: Taught, size_hw: tuple[int, int], strides: tuple[int, ...]) -> Losses:
    """Cross entropy and GIoU loss towards the teacher, divided by the sum of its best scores.

    Args:
        output: of the pupil, for B views of `size_hw`.
        taught: of the same views.
    """
    logits, ltrb = output.logits.float()[..., taught.places], output.ltrb.float()
    disagreement = (taught.scores - logits.detach().sigmoid()).abs()
    best = taught.scores.amax(-1)  # (B, A)
    sure = best > LEAST_SURE
    amount = best[sure].sum().clamp(min=1)
    cls = F.binary_cross_entropy_with_logits(logits, taught.scores, weight=disagreement, reduction="sum") / amount
    points, cell_strides = anchor_points(size_hw, strides, logits.device)
    own, wanted = (decode_ltrb(points, cell_strides, distances)[sure] for distances in (ltrb, taught.ltrb))
    giou = generalized_box_iou_loss(own, wanted, reduction="none")
    return Losses(cls=cls, box=(giou * best[sure]).sum() / amount)
