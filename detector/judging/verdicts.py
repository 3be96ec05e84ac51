"""Which boxes that a detector found are right, which objects it missed, and what it took for what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from detector.boxes import iou
from detector.data.labelled import Dataset, LabelledPicture
from detector.engines.base import Detector
from detector.errors import DataError
from detector.judging.calibration import expected_calibration_error
from detector.types import Detections, Frame

LOWEST_SCORE = 0.02  # of the boxes that are judged
RIGHT_IOU = 0.5


@dataclass(frozen=True, eq=False)
class Looked:
    """One picture and what was found on it, best score first."""

    picture: LabelledPicture
    found: Detections


@dataclass(frozen=True, eq=False)
class Verdicts:
    """Every box found, right or not.

    Attributes:
        scores: float32 (N,).
        class_ids: int64 (N,).
        right: bool (N,), whether it is the best match of an object of its class with IoU 0.5 or more.
    """

    scores: npt.NDArray[np.float32]
    class_ids: npt.NDArray[np.int64]
    right: npt.NDArray[np.bool_]

    def calibration_error(self) -> float:
        """How far scores are from the share of right boxes."""
        return expected_calibration_error(self.scores, self.right)

    def precision(self, score: float, class_ids: Sequence[int], least: int = 1) -> float:
        """Share of right boxes among those of these classes at or above `score`; 0 if there are less than `least`."""
        chosen = (self.scores >= score) & np.isin(self.class_ids, class_ids)
        return float(self.right[chosen].mean()) if chosen.sum() >= least else 0.0


def find(detector: Detector, datasets: Sequence[Dataset]) -> list[Looked]:
    """What the detector finds on every picture; boxes of classes that a set does not label are no matter of it.

    The datasets must name the classes in the detector's order.

    Raises:
        DataError: a picture cannot be read.
    """
    looked = []
    for picture in (picture for dataset in datasets for picture in dataset.pictures):
        image = cv2.imread(str(picture.path), cv2.IMREAD_COLOR)
        if image is None:
            raise DataError("picture_unreadable", path=picture.path)
        frame = Frame(image.astype(np.uint8, copy=False), 0, 0.0, 0.0)
        found = detector.detect([frame], score=LOWEST_SCORE)[0]
        looked.append(Looked(picture, found.keep(picture.labelled[found.class_ids])))
    return looked


def judge(looked: Sequence[Looked]) -> Verdicts:
    """Matches boxes to objects, best score first, each object once, as COCO does at IoU 0.5."""
    right = [matches(one) >= 0 for one in looked]
    return Verdicts(
        np.concatenate([one.found.scores for one in looked]),
        np.concatenate([one.found.class_ids for one in looked]),
        np.concatenate(right),
    )


def matches(looked: Looked) -> npt.NDArray[np.int64]:
    """For each box found the place of its object in the picture's labels, or -1; int64 (N,)."""
    picture, found = looked.picture, looked.found
    overlaps = iou(found.xyxy, picture.xyxy) * (found.class_ids[:, None] == picture.class_ids[None])
    places = np.full(len(found), -1)
    for i in range(len(found) if len(picture.class_ids) else 0):
        best = int(overlaps[i].argmax())
        if overlaps[i, best] >= RIGHT_IOU:
            places[i] = best
            overlaps[:, best] = 0  # taken
    return places
