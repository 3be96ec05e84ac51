"""Which box of this picture is which of the last: so that rows stay in place and a chosen object stays chosen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detector.types import Detections

SAME_FROM = 0.3  # IoU with the last box; people walking move by less than half their width in a frame
REMEMBERED = 15  # pictures, half a second: an object that is missed for so long gets its number back

Box = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class _Known:
    """An object as it was last seen: its number, class, box, and for how many pictures it has not been."""

    key: int
    class_id: int
    xyxy: Box
    missed: int = 0


class ObjectKeys:
    """Gives each object a number that it keeps while it stays in view, a short miss included."""

    def __init__(self) -> None:
        self._known: list[_Known] = []
        self._next = 0

    def update(self, detections: Detections) -> tuple[int, ...]:
        """One number for each box of the newest picture. Boxes are joined best score first, within their class."""
        keys: list[int | None] = [None] * len(detections)
        if self._known and len(detections):
            overlap = iou(detections.xyxy, np.stack([known.xyxy for known in self._known]))
            classes = np.array([known.class_id for known in self._known])
            overlap[detections.class_ids[:, None] != classes[None, :]] = 0
            for i in range(len(detections)):
                j = int(overlap[i].argmax())
                if overlap[i, j] >= SAME_FROM:
                    keys[i] = self._known[j].key
                    overlap[:, j] = 0
        numbered = tuple(self._new_key() if key is None else key for key in keys)
        seen = set(numbered)
        missed = [
            _Known(known.key, known.class_id, known.xyxy, known.missed + 1)
            for known in self._known
            if known.key not in seen and known.missed < REMEMBERED
        ]
        self._known = missed + [
            _Known(key, int(class_id), xyxy)
            for key, class_id, xyxy in zip(numbered, detections.class_ids, detections.xyxy, strict=True)
        ]
        return numbered

    def _new_key(self) -> int:
        self._next += 1
        return self._next - 1


def iou(a: Box, b: Box) -> Box:
    """a (N, 4), b (M, 4) xyxy -> (N, M)."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(axis=2)
    area_a = (a[:, 2:] - a[:, :2]).prod(axis=1)
    area_b = (b[:, 2:] - b[:, :2]).prod(axis=1)
    return (shared / np.maximum(area_a[:, None] + area_b[None, :] - shared, 1e-6)).astype(np.float32)
