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
BINS_WEIGHT = 0.5  # of the distribution focal loss (PP-YOLOE)
L1_WEIGHT = 2.0  # of the mean over a box's four distances, in strides: 0.2 of the IoU term's for each (YOLOX, 2021)
AUXILIARY_WEIGHT = 0.25  # of the second head's terms (YOLOv7, 2022)
NONE = torch.zeros(())  # a term that a run does not have


class Losses(NamedTuple):
    """The terms, each a scalar, for one unit of foreground quality; `total` is what is minimised.

    Attributes:
        cls, box: classes and boxes.
        bins: the distribution focal loss of a head with bins.
        l1: difference of the distances, in strides.
        auxiliary: weighted sum of the second head's cls and box.
    """

    cls: Tensor
    box: Tensor
    bins: Tensor = NONE
    l1: Tensor = NONE
    auxiliary: Tensor = NONE

    @property
    def total(self) -> Tensor:
        """Weighted sum."""
        return (
            self.cls
            + BOX_WEIGHT * self.box
            + BINS_WEIGHT * self.bins
            + L1_WEIGHT * self.l1
            + AUXILIARY_WEIGHT * self.auxiliary
        )


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


def encode_ltrb(points: Tensor, cell_strides: Tensor, xyxy: Tensor) -> Tensor:
    """The inverse of decode_ltrb; negative where a point lies outside its box."""
    return torch.cat([points - xyxy[..., :2], xyxy[..., 2:] - points], dim=-1) / cell_strides[:, None]


def detection_loss(
    output: HeadOutput, size_hw: tuple[int, int], strides: tuple[int, ...], truth_xyxy: Tensor, truth_ids: Tensor,
    centre_prior: bool, labelled: Tensor | None = None, *, bins: Tensor | None = None,
    auxiliary: HeadOutput | None = None, with_l1: bool = False,
) -> Losses:  # fmt: skip
    """Binary cross entropy towards the assigned quality on all cells, GIoU loss (Rezatofighi 2019) on foreground.

    All terms are summed and divided by the sum of the qualities, so that an object counts by how well it can be
    learned. The second head gets the cells and aims of the first.

    Args:
        output: of the network, for B pictures of `size_hw`.
        truth_xyxy: (B, M, 4) input pixels, padded with zeros.
        truth_ids: int64 (B, M), padded with -1.
        centre_prior: see assigner.assign.
        labelled: bool (B, K), classes that were looked for in each picture: only of those, background is taught.
        bins: (B, A, 4, n) logits of the distances, of a head with bins.
        auxiliary: of the second head.
        with_l1: also the L1 loss of the distances.
    """
    logits, ltrb = output.logits.float(), output.ltrb.float()
    points, cell_strides = anchor_points(size_hw, strides, logits.device)
    boxes = decode_ltrb(points, cell_strides, ltrb)
    assigned = assign(
        logits.detach().sigmoid(), boxes.detach(), points, cell_strides, truth_xyxy, truth_ids, centre_prior
    )
    quality = _floor_quality(assigned, centre_prior)
    aim = Aim(assigned, quality, assigned.class_ids >= 0, quality.sum().clamp(min=1), labelled)
    losses = Losses(cls=_class_loss(logits, aim), box=_giou_loss(boxes, aim))
    if bins is not None or with_l1:
        distances = encode_ltrb(points, cell_strides, assigned.xyxy)[aim.foreground]
        if bins is not None:
            losses = losses._replace(bins=_per_quality(bins_loss(bins.float()[aim.foreground], distances), aim))
        if with_l1:
            losses = losses._replace(l1=_per_quality((ltrb[aim.foreground] - distances).abs().mean(-1), aim))
    if auxiliary is not None:
        second = decode_ltrb(points, cell_strides, auxiliary.ltrb.float())
        terms = Losses(cls=_class_loss(auxiliary.logits.float(), aim), box=_giou_loss(second, aim))
        losses = losses._replace(auxiliary=terms.total)
    return losses


class Aim(NamedTuple):
    """What all terms need of an assignment.

    Attributes:
        assigned: see assigner.py.
        quality: (B, A), 0..1: the class score to aim at, and the weight of a cell's box.
        foreground: bool (B, A).
        amount: scalar, the sum of the qualities; at least 1, since a batch without objects still teaches background.
        labelled: as in detection_loss.
    """

    assigned: Assignment
    quality: Tensor
    foreground: Tensor
    amount: Tensor
    labelled: Tensor | None


def _class_loss(logits: Tensor, aim: Aim) -> Tensor:
    ids, quality = aim.assigned.class_ids[aim.foreground], aim.quality[aim.foreground]
    target = torch.zeros_like(logits)
    target[aim.foreground] = F.one_hot(ids, logits.shape[-1]) * quality[:, None]
    # Background that looks like an object counts most: focal weight on it alone (Zhang 2021, VarifocalNet, eq. 2).
    weight = torch.where(target > 0, target, 0.75 * logits.detach().sigmoid().pow(2))
    if aim.labelled is not None:
        weight = weight * aim.labelled[:, None, :]
    return F.binary_cross_entropy_with_logits(logits, target, weight=weight, reduction="sum") / aim.amount


def _giou_loss(boxes: Tensor, aim: Aim) -> Tensor:
    wanted = aim.assigned.xyxy[aim.foreground]
    return _per_quality(generalized_box_iou_loss(boxes[aim.foreground], wanted, reduction="none"), aim)


def _per_quality(losses: Tensor, aim: Aim) -> Tensor:
    """`losses` (F,) of the foreground cells as one number."""
    return (losses * aim.quality[aim.foreground]).sum() / aim.amount


def bins_loss(logits: Tensor, distances: Tensor) -> Tensor:
    """Distribution focal loss (Li et al., "Generalized Focal Loss", 2020, eq. 6): the two bins around the truth.

    Args:
        logits: (F, 4, bins).
        distances: (F, 4), strides; those out of the bins' reach are taken for the nearest that is in it.

    Returns:
        (F,), mean over the four.
    """
    last = logits.shape[-1] - 1
    wanted = distances.clamp(0, last)
    below = wanted.floor().clamp(max=last - 1)
    share = wanted - below  # of the bin above
    log_p = logits.log_softmax(-1)
    low, high = (log_p.gather(-1, i[..., None].long())[..., 0] for i in (below, below + 1))
    return -((1 - share) * low + share * high).mean(-1)


def _floor_quality(assigned: Assignment, centre_prior: bool) -> Tensor:
    """While boxes are still random their IoU is no aim yet: half a point for every chosen cell."""
    foreground = assigned.class_ids >= 0
    return (
        torch.where(foreground, assigned.quality.clamp(min=0.5), assigned.quality) if centre_prior else assigned.quality
    )
