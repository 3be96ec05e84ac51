from __future__ import annotations

import numpy as np
import pytest

from camapp.ui.panel.object_keys import REMEMBERED, ObjectKeys, iou
from detector.types import Detections


def found(*xyxy: tuple[float, float, float, float], classes: tuple[int, ...] | None = None) -> Detections:
    count = len(xyxy)
    return Detections(
        np.array(xyxy, np.float32).reshape(count, 4),
        np.linspace(0.9, 0.5, count, dtype=np.float32),
        np.array(classes or (0,) * count, np.int64),
        np.zeros(count, np.bool_),
        0,
        ("person", "bottle"),
    )


def test_a_moving_object_keeps_its_number_whatever_its_place_in_the_list() -> None:
    keys = ObjectKeys()
    assert keys.update(found((0, 0, 10, 10), (50, 50, 70, 70))) == (0, 1)
    assert keys.update(found((51, 51, 71, 71), (1, 1, 11, 11))) == (1, 0)


def test_a_new_object_gets_a_new_number_and_one_that_is_missed_for_a_moment_keeps_its_own() -> None:
    keys = ObjectKeys()
    keys.update(found((0, 0, 10, 10), (50, 50, 70, 70)))
    assert keys.update(found((50, 50, 70, 70))) == (1,)
    assert keys.update(found((50, 50, 70, 70), (0, 0, 10, 10), (20, 20, 30, 30))) == (1, 0, 2)


def test_one_that_is_gone_for_longer_comes_back_as_a_new_object() -> None:
    keys = ObjectKeys()
    keys.update(found((0, 0, 10, 10)))
    for _ in range(REMEMBERED + 1):
        keys.update(Detections.empty(0))
    assert keys.update(found((0, 0, 10, 10))) == (1,)


def test_another_class_is_another_object() -> None:
    keys = ObjectKeys()
    keys.update(found((0, 0, 10, 10), classes=(0,)))
    assert keys.update(found((0, 0, 10, 10), classes=(1,))) == (1,)


def test_one_object_is_not_joined_with_two() -> None:
    keys = ObjectKeys()
    keys.update(found((0, 0, 10, 10)))
    assert keys.update(found((0, 0, 10, 10), (1, 0, 11, 10))) == (0, 1)


def test_nothing_in_view_is_no_number() -> None:
    keys = ObjectKeys()
    assert keys.update(Detections.empty(0)) == ()
    assert keys.update(found((0, 0, 10, 10))) == (0,)
    assert keys.update(Detections.empty(2)) == ()


def test_iou_of_known_boxes() -> None:
    a = np.array([[0, 0, 10, 10], [0, 0, 0, 0]], np.float32)
    b = np.array([[0, 0, 10, 10], [5, 0, 15, 10], [20, 20, 30, 30]], np.float32)
    assert iou(a, b)[0].tolist() == pytest.approx([1, 1 / 3, 0])
    assert iou(a, b)[1].tolist() == [0, 0, 0]
