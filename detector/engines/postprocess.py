"""From the network's raw outputs to boxes on the source picture. Shared by all engines; numpy and OpenCV only."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from detector.boxes import FloatArray, Letterbox, anchor_points, ltrb_to_xyxy
from detector.types import Detections

MOST_CANDIDATES = 1000  # best cells that NMS looks at: a large object is found by some tens of cells
MOST_BOXES = 300  # best boxes kept of a picture


class Candidates(NamedTuple):
    """The cells whose best class passes the threshold, best first.

    Attributes:
        xyxy: float32 (N, 4), pixels of the network's input.
        scores: float32 (N,), in 0..1.
        class_ids: int64 (N,).
    """

    xyxy: FloatArray
    scores: FloatArray
    class_ids: npt.NDArray[np.int64]


def decode(logits: FloatArray, ltrb: FloatArray, shape_hw: tuple[int, int], score: float) -> Candidates:
    """Thresholds before the sigmoid and decodes only what passes.

    Args:
        logits: float32 (A, K), one picture's class logits.
        ltrb: float32 (A, 4), distances in strides.
        shape_hw: of the network's input.
        score: the threshold, in 0..1; a cell passes with its best class at or above it.
    """
    with np.errstate(divide="ignore"):  # 0 and 1 are -inf and inf: everything or nothing passes
        lowest = float(np.log(score) - np.log1p(-score))
    # All cells and classes against the threshold first, and the best class of those few: four times as fast.
    cells = np.unique(np.flatnonzero(logits >= lowest) // logits.shape[1])
    best = logits[cells].max(axis=1)
    order = np.argsort(-best, kind="stable")[:MOST_CANDIDATES]
    cells, best = cells[order], best[order]
    points, strides = anchor_points(shape_hw)
    return Candidates(
        xyxy=ltrb_to_xyxy(points[cells], strides[cells], ltrb[cells]),
        scores=1 / (1 + np.exp(-best)),
        class_ids=logits[cells].argmax(axis=1),
    )


def suppress(candidates: Candidates, iou: float) -> Candidates:
    """Class-wise NMS: of two boxes of one class that overlap by more than `iou`, the better one stays."""
    if len(candidates.scores) == 0:
        return candidates
    xyxy = candidates.xyxy
    xywh = np.concatenate([xyxy[:, :2], xyxy[:, 2:] - xyxy[:, :2]], axis=1)
    picked = cv2.dnn.NMSBoxesBatched(
        xywh.tolist(), candidates.scores.tolist(), candidates.class_ids.tolist(), -1.0, iou
    )
    kept = np.asarray(picked, np.int64).reshape(-1)[:MOST_BOXES]
    return Candidates(xyxy[kept], candidates.scores[kept], candidates.class_ids[kept])


def to_detections(found: Candidates, place: Letterbox, frame_index: int, class_names: tuple[str, ...]) -> Detections:
    """Boxes in pixels of the source, clipped to it; those that lie outside it are left out."""
    xyxy = place.to_source(found.xyxy)
    xyxy = np.clip(xyxy, 0, np.array(place.size_wh * 2, np.float32)).astype(np.float32)
    visible = (xyxy[:, 2] > xyxy[:, 0]) & (xyxy[:, 3] > xyxy[:, 1])
    return Detections(
        xyxy=xyxy[visible],
        scores=found.scores[visible].astype(np.float32),
        class_ids=found.class_ids[visible].astype(np.int64),
        predicted=np.zeros(int(visible.sum()), np.bool_),
        frame_index=frame_index,
        class_names=class_names,
    )
