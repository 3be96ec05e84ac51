"""The best cells of a network's output as boxes, on the device that computes: a fixed number, so nothing is waited for.

postprocess.py does the rest on the host: NMS by class, and back to the source's pixels.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from detector.boxes import FloatArray, anchor_points
from detector.engines.postprocess import Candidates

MOST_ROWS = 300  # of a picture: live pictures have less than half as many at the lowest score asked for
LEAST_SCORE = 1e-30  # below it a cell found nothing, or no number
COLUMNS = 6  # xyxy in pixels of the network's input, score, class


class Cells(NamedTuple):
    """Where the cells of an input shape lie, on the device.

    Attributes:
        points: float32 (A, 2), centres x y in input pixels.
        strides: float32 (A, 1), input pixels per cell.
    """

    points: Tensor
    strides: Tensor

    @classmethod
    def of(cls, shape_hw: tuple[int, int], device: torch.device) -> Cells:
        """Of the network's input."""
        points, strides = anchor_points(shape_hw)
        return cls(torch.tensor(points, device=device), torch.tensor(strides, device=device)[:, None])

    @property
    def rows(self) -> int:
        """How many boxes best_rows gives of a picture."""
        return min(MOST_ROWS, len(self.points))


def best_rows(logits: Tensor, ltrb: Tensor, cells: Cells) -> Tensor:
    """The cells with the best scores, best first; a cell whose class is no number comes last, with score 0.

    Args:
        logits: (B, A, K), any float.
        ltrb: (B, A, 4), distances in strides.
        cells: of the input.

    Returns:
        float32 (B, cells.rows, COLUMNS).
    """
    best, class_ids = logits.max(dim=2)  # no number where one of its logits is none
    best, chosen = best.float().nan_to_num(nan=-torch.inf).topk(cells.rows, dim=1)  # (B, N)
    distances = ltrb.gather(1, chosen[:, :, None].expand(-1, -1, 4)).float() * cells.strides[chosen]
    points = cells.points[chosen]
    columns = (
        points - distances[:, :, :2],
        points + distances[:, :, 2:],
        best.sigmoid()[:, :, None],
        class_ids.gather(1, chosen)[:, :, None].float(),
    )
    return torch.cat(columns, dim=2)


def passing(rows: FloatArray, score: float) -> Candidates | None:
    """Those of one picture's `rows` that pass; None: all do, and there may be more that are not among them.

    Args:
        rows: float32 (N, COLUMNS), as of best_rows, on the host.
        score: the threshold, in 0..1.
    """
    count = int((rows[:, 4] >= max(score, LEAST_SCORE)).sum())
    if count == MOST_ROWS:
        return None
    kept = rows[:count].copy()  # the next picture's rows come to the same place
    return Candidates(kept[:, :4], kept[:, 4], kept[:, 5].astype(np.int64))
