"""The benchmark of tiles: frames whose things are known to be small, counted rightly."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.small_things import COUNTED_PX, SIZE_WH, THING_PX, Labelled, frames_of, judged, markdown, measure
from detector.data.read import read_data
from detector.errors import DataError
from detector.types import Frame
from tests.detector.test_tiles import NAMES, BrightThings, detections

ALL = (0, 0, *SIZE_WH)
CLASSES = frozenset({"person"})


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Dark photographs, each with one bright person; one of them is too small to be shrunk, another is a car."""
    (tmp_path / "images").mkdir()
    boxes = [(100, 80, 120, 120), (50, 100, 60, 90), (10, 10, 12, 12), (200, 60, 100, 150)]
    images, annotations = [], []
    for i, (x, y, width, height) in enumerate(boxes):
        picture = np.zeros((300, 400, 3), np.uint8)
        picture[y : y + height, x : x + width] = 255
        cv2.imwrite(str(tmp_path / "images" / f"{i}.png"), picture)
        images.append({"id": i, "file_name": f"{i}.png", "width": 400, "height": 300})
        bbox, kind = [x, y, width, height], 2 if i == 3 else 1
        annotations.append({"id": i + 1, "image_id": i, "category_id": kind, "bbox": bbox, "area": width * height})
    categories = [{"id": 1, "name": "person"}, {"id": 2, "name": "car"}]
    path = tmp_path / "test.json"
    path.write_text(json.dumps({"images": images, "annotations": annotations, "categories": categories}))
    return path


def test_each_thing_is_as_high_as_asked_for_where_its_label_says(data: Path) -> None:
    (truth,) = frames_of(read_data(data, "test"), NAMES, CLASSES, 9)
    assert truth.frame.size_wh == SIZE_WH
    assert truth.counted.tolist() == [True, True]
    for x1, y1, x2, y2 in truth.xyxy:
        assert COUNTED_PX[0] <= y2 - y1 <= COUNTED_PX[1]
        inside = truth.frame.image[round(y1) : round(y2), round(x1) : round(x2)]
        assert inside.mean() > 200
        assert abs((y2 - y1) - THING_PX) <= 1


def test_hits_and_false_boxes_are_told_apart() -> None:
    xyxy = np.array([[100, 100, 112, 112], [300, 300, 312, 312], [600, 600, 700, 700]], np.float32)
    frame = Frame(np.zeros((SIZE_WH[1], SIZE_WH[0], 3), np.uint8), 0, 0.0, 0.0)
    truth = Labelled(frame, xyxy, np.zeros(3, np.int64), np.array([True, True, False]))

    def judge(*rows: tuple[float, float, float, float, float], class_id: int = 0) -> tuple[int, int]:
        return judged(detections(*rows, class_id=class_id), truth, ALL)

    assert judge() == (0, 0)
    assert judge((100, 100, 112, 112, 0.9), (101, 100, 113, 112, 0.8)) == (1, 0)  # found twice counts once
    assert judge((600, 600, 700, 700, 0.9)) == (0, 0)  # large, neither for nor against
    assert judge((900, 900, 912, 912, 0.9)) == (0, 1)
    assert judge((100, 100, 112, 112, 0.9), class_id=1) == (0, 1)
    assert judged(detections((100, 100, 112, 112, 0.9)), truth, (200, 200, 300, 300)) == (0, 0)  # outside the zone


def test_tiles_find_what_is_lost_without_them_and_the_table_says_so(data: Path) -> None:
    frames = frames_of(read_data(data, "test"), NAMES, CLASSES, 1)
    rows = measure(BrightThings(), frames, CLASSES, 0.3, 1)
    assert [row.found for row in rows[:3]] == [0, 2, 2]
    assert {row.things for row in rows} == {2}
    assert [row.tiles for row in rows] == sorted(row.tiles for row in rows)
    assert rows[0].scale < 1 < rows[1].scale <= rows[2].scale
    text = markdown(rows)
    assert "| without tiles | 0 | 0.22 | 0 of 2 |" in text
    assert all(isinstance(row.median_ms, float) for row in rows)


def test_data_without_a_thing_of_the_classes_is_one_sentence(data: Path) -> None:
    with pytest.raises(DataError):
        frames_of(read_data(data, "test"), NAMES, frozenset({"zebra"}), 1)
