"""What a model's card says of it."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from detector.boxes import iou
from detector.data.labelled import LabelledPicture
from detector.judging import card_pictures
from detector.judging.verdicts import Looked, judge, matches
from detector.modelfile import ModelInfo
from detector.types import Detections

NAMES = ("cup", "phone")
INFO = ModelInfo("resnet18", 32, NAMES, classes_on=NAMES, score_threshold=0.5)


@pytest.fixture
def looked(tmp_path: Path) -> list[Looked]:
    """Two cups and a phone: one cup found, one called a phone, the phone missed, and a cup where there is none."""
    cv2.imwrite(str(tmp_path / "a.png"), np.full((100, 200, 3), 120, np.uint8))
    truth = np.array([[0, 0, 20, 20], [40, 0, 60, 20], [80, 0, 120, 40]], np.float32)
    labels = np.array([0, 0, 1])
    picture = LabelledPicture(tmp_path / "a.png", 1, (200, 100), truth, labels, np.ones(2, bool))
    xyxy = np.array([[0, 0, 20, 20], [40, 0, 60, 18], [150, 50, 190, 90], [80, 0, 120, 40]], np.float32)
    scores = np.array([0.9, 0.8, 0.7, 0.1], np.float32)
    found = Detections(xyxy, scores, np.array([0, 1, 0, 1]), np.zeros(4, np.bool_), 0, NAMES)
    return [Looked(picture, found)]


def test_a_box_is_right_for_one_object_of_its_class(looked: list[Looked]) -> None:
    assert iou(looked[0].found.xyxy, looked[0].picture.xyxy)[1, 1] > 0.5, "it covers a cup, but says phone"
    assert matches(looked[0]).tolist() == [0, -1, -1, 2]
    assert judge(looked).right.tolist() == [True, False, False, True]


def test_every_picture_of_the_card_is_drawn(tmp_path: Path, looked: list[Looked]) -> None:
    verdicts = judge(looked)
    card_pictures.curves(INFO, looked, verdicts, tmp_path / "curves.png")
    card_pictures.calibration(verdicts, tmp_path / "calibration.png")
    card_pictures.confusion(INFO, looked, tmp_path / "confusion.png")
    card_pictures.mistakes(INFO, looked, tmp_path / "mistakes.webp")
    for name in ("curves.png", "calibration.png", "confusion.png", "mistakes.webp"):
        drawn = cv2.imread(str(tmp_path / name))
        assert drawn is not None, name
        assert drawn.std() > 5, name


def test_what_is_taken_for_what_is_counted(looked: list[Looked]) -> None:
    counts = card_pictures.count_confusion(INFO, looked)
    assert counts.tolist() == [[1, 1, 0], [0, 0, 1], [1, 0, 0]]
