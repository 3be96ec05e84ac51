"""Which box of this picture is the object that was selected in an earlier one."""

from __future__ import annotations

import numpy as np

from camapp.live.choices import Selected
from detector.boxes import iou
from detector.types import Detections

SAME_FROM = 0.2  # IoU with its last box; a walking person moves by less than half the own width in a frame
PATIENCE_S = 1.0  # how long it may be out of sight


class Follower:
    """Keeps the selected object over pictures by the overlap of its boxes, until it is out of sight for a second."""

    def __init__(self) -> None:
        self._wish: Selected | None = None
        self._now: Selected | None = None
        self._seen_s = 0.0

    def find(self, wish: Selected | None, detections: Detections, time_s: float) -> int | None:
        """Its number in `detections`, None where it is not among them.

        Args:
            wish: what the person selected; None: nothing.
            time_s: when the picture was taken.
        """
        if wish is not self._wish:
            self._wish = self._now = wish
            self._seen_s = time_s
        if self._now is None:
            return None
        same_class = np.flatnonzero(detections.class_ids == self._now.class_id)
        if len(same_class):
            last = np.array([self._now.xyxy], np.float32)
            overlap = iou(detections.xyxy[same_class], last)[:, 0]
            best = int(overlap.argmax())
            if overlap[best] >= SAME_FROM:
                number = int(same_class[best])
                left, top, right, bottom = detections.xyxy[number].tolist()
                self._now, self._seen_s = Selected(self._now.class_id, (left, top, right, bottom)), time_s
                return number
        if time_s - self._seen_s > PATIENCE_S:
            self._now = None
        return None
