"""A classifier in a detector's place: what it finds are the best classes of the whole picture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from detector.boxes import FloatArray
from detector.engines.base import Detector
from detector.engines.classifier import Classifier
from detector.types import Detections, Frame

BEST = 5  # classes of a picture


class WholePicture(Detector):
    """Gives each frame's best classes, best first, as Detections with whole_picture; closes the classifier with itself.

    Confidence and overlap have no meaning here: there are always as many classes.
    """

    of_whole_picture = True

    def __init__(self, classifier: Classifier) -> None:
        super().__init__(classifier.info, classifier.device, classifier.size_hw)
        self.classifier = classifier

    def infer(self, batch: npt.NDArray[np.uint8]) -> tuple[FloatArray, FloatArray]:
        """See Detector.infer: as of a single cell, with a box of no extent."""
        logits = self.classifier.infer(batch)
        return logits[:, None], np.zeros((len(batch), 1, 4), np.float32)

    def _detect_chunk(
        self, frames: Sequence[Frame], shape_hw: tuple[int, int], score: float, iou: float
    ) -> list[Detections]:
        scores = self.classifier.classify([frame.image for frame in frames])
        return [best_of(row, frame, self.class_names) for row, frame in zip(scores, frames, strict=True)]

    def _release(self) -> None:
        self.classifier.close()


def best_of(scores: FloatArray, frame: Frame, class_names: tuple[str, ...]) -> Detections:
    """The best classes of a frame by scores (K,)."""
    best = np.argsort(-scores, kind="stable")[:BEST]
    return Detections(
        xyxy=np.tile(np.array([0, 0, *frame.size_wh], np.float32), (len(best), 1)),
        scores=scores[best],
        class_ids=best.astype(np.int64),
        predicted=np.zeros(len(best), np.bool_),
        frame_index=frame.index,
        class_names=class_names,
        whole_picture=True,
    )
