"""Which box of this picture is which of the last: so that rows stay in place and a chosen object stays chosen."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from detector.types import Detections

SAME_FROM = 0.3  # IoU with the last box; people walking move by less than half their width in a frame


class ObjectKeys:
    """Gives each object a number that it keeps while it stays in view."""

    def __init__(self) -> None:
        self._keys: tuple[int, ...] = ()
        self._last: Detections | None = None
        self._next = 0

    def update(self, detections: Detections) -> tuple[int, ...]:
        """One number for each box of the newest picture. Boxes are joined best score first, within their class."""
        keys: list[int | None] = [None] * len(detections)
        if self._last is not None and len(self._last) and len(detections):
            overlap = iou(detections.xyxy, self._last.xyxy)
            overlap[detections.class_ids[:, None] != self._last.class_ids[None, :]] = 0
            for i in range(len(detections)):
                j = int(overlap[i].argmax())
                if overlap[i, j] >= SAME_FROM:
                    keys[i] = self._keys[j]
                    overlap[:, j] = 0
        for i, key in enumerate(keys):
            if key is None:
                keys[i] = self._next
                self._next += 1
        self._keys = tuple(key for key in keys if key is not None)
        self._last = detections
        return self._keys


def iou(a: npt.NDArray[np.float32], b: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """a (N, 4), b (M, 4) xyxy -> (N, M)."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(axis=2)
    area_a = (a[:, 2:] - a[:, :2]).prod(axis=1)
    area_b = (b[:, 2:] - b[:, :2]).prod(axis=1)
    return (shared / np.maximum(area_a[:, None] + area_b[None, :] - shared, 1e-6)).astype(np.float32)
