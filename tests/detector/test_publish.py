"""Which classes a model shows at first, and from which confidence on."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from detector.data.labelled import Dataset, LabelledPicture
from detector.engines.base import Detector
from detector.judging.verdicts import Verdicts, find, judge
from detector.modelfile import ModelInfo
from detector.publish import choose
from detector.types import Detections

NAMES = ("cup", "phone", "rare", "seldom")
WITHOUT = dict.fromkeys(NAMES, 100)


def verdicts(rows: list[tuple[float, int, bool]]) -> Verdicts:
    scores, class_ids, right = zip(*rows, strict=True)
    return Verdicts(np.array(scores), np.array(class_ids), np.array(right))


def test_the_default_confidence_is_the_lowest_at_which_boxes_are_right() -> None:
    rows = [(0.9, 0, True)] * 8 + [(0.45, 0, True)] * 4 + [(0.3, 0, False)] * 8
    per_class = {"cup": {"AP50": 0.6, "boxes": 20}}
    threshold, classes_on = choose(verdicts(rows), per_class, WITHOUT, NAMES)
    assert threshold == 0.325
    assert classes_on == ["cup"]


def test_weak_rare_and_imprecise_classes_are_off() -> None:
    rows = [(0.9, 0, True)] * 30 + [(0.9, 1, True)] * 3 + [(0.9, 1, False)] * 3 + [(0.9, 2, True)] * 6
    rows += [(0.9, 3, True)] * 4
    per_class = {
        "cup": {"AP50": 0.6, "boxes": 30},
        "phone": {"AP50": 0.5, "boxes": 10},  # half of its boxes are wrong
        "rare": {"AP50": 0.9, "boxes": 9},  # too few to know
        "seldom": {"AP50": 0.9, "boxes": 40},  # found four times: too few to know
    }
    assert choose(verdicts(rows), per_class, WITHOUT, NAMES)[1] == ["cup"]
    per_class["cup"]["AP50"] = 0.2
    assert choose(verdicts(rows), per_class, WITHOUT, NAMES)[1] == []


def test_a_class_that_every_picture_holds_is_off() -> None:
    rows = [(0.9, 0, True)] * 30 + [(0.9, 1, True)] * 30
    per_class = {"cup": {"AP50": 0.9, "boxes": 30}, "phone": {"AP50": 0.9, "boxes": 30}}
    assert choose(verdicts(rows), per_class, {**WITHOUT, "phone": 3}, NAMES)[1] == ["cup"], "nothing else was there"


class Scripted(Detector):
    """Finds the same boxes on every picture."""

    def __init__(self, found: Detections) -> None:
        super().__init__(ModelInfo("resnet18", 32, NAMES), "test", None)
        self.found = found

    def detect(self, frames: object, score: float = 0.05, iou: float = 0.6) -> list[Detections]:
        return [self.found]

    def infer(self, batch: object) -> tuple[np.ndarray, np.ndarray]:
        raise ValueError("detect is scripted")

    def _release(self) -> None:
        """Holds nothing."""


def test_an_object_makes_only_its_best_box_right(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "a.png"), np.zeros((40, 60, 3), np.uint8))
    truth = LabelledPicture(
        tmp_path / "a.png",
        1,
        (60, 40),
        np.array([[0, 0, 20, 20]], np.float32),
        np.array([0], np.int64),
        np.ones(3, bool),
    )
    found = Detections(
        xyxy=np.array([[0, 0, 20, 20], [0, 0, 20, 18], [0, 0, 20, 20], [30, 30, 40, 40]], np.float32),
        scores=np.array([0.9, 0.8, 0.7, 0.6], np.float32),
        class_ids=np.array([0, 0, 1, 0], np.int64),
        predicted=np.zeros(4, np.bool_),
        frame_index=0,
        class_names=NAMES,
    )
    judged = judge(find(Scripted(found), [Dataset(tmp_path / "x.json", (truth,), NAMES)]))
    assert judged.right.tolist() == [True, False, False, False]
