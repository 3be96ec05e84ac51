"""Which boxes belong to a frame that the detector did not take."""

from __future__ import annotations

from dataclasses import replace
from threading import Thread

import numpy as np
import pytest

from camapp.live.tracks import HISTORY, LastBoxes
from detector.types import Frame
from tests.camapp.live.fakes import some_boxes


def frame_at(index: int, captured_at_s: float) -> Frame:
    return Frame(np.zeros((4, 4, 3), np.uint8), index, captured_at_s, captured_at_s)


def test_a_frame_gets_its_own_boxes_as_detected() -> None:
    boxes = LastBoxes()
    boxes.add(some_boxes(3), 1.0)
    boxes.add(some_boxes(4), 1.1)
    own = boxes.for_frame(frame_at(3, 1.0))
    assert own.frame_index == 3
    assert own.predicted.tolist() == [False]


@pytest.mark.parametrize(("age_s", "count"), [(0.1, 1), (0.5, 1), (0.51, 0)])
def test_the_last_boxes_are_carried_over_marked_for_at_most_half_a_second(age_s: float, count: int) -> None:
    boxes = LastBoxes()
    boxes.add(some_boxes(3), 1.0)
    carried = boxes.for_frame(frame_at(5, 1.0 + age_s))
    assert carried.frame_index == 5
    assert carried.predicted.tolist() == [True] * count
    assert carried.class_names == some_boxes(3).class_names


def test_carried_boxes_keep_their_numbers() -> None:
    boxes = LastBoxes()
    boxes.add(replace(some_boxes(3), track_ids=np.array([7], np.int64)), 1.0)
    carried = boxes.for_frame(frame_at(5, 1.1))
    assert carried.track_ids is not None
    assert carried.track_ids.tolist() == [7]


def test_frames_are_apart_where_something_else_began_between_them() -> None:
    boxes = LastBoxes()
    boxes.begin_anew(5)
    assert boxes.are_apart(4, 5)
    assert boxes.are_apart(4, 9)
    assert not boxes.are_apart(3, 4)
    assert not boxes.are_apart(5, 9)


def test_boxes_are_never_carried_back_in_time() -> None:
    boxes = LastBoxes()
    boxes.add(some_boxes(3), 1.0)
    assert len(boxes.for_frame(frame_at(2, 0.9))) == 0


def test_a_frame_is_decided_when_the_detector_took_a_newer_one() -> None:
    boxes = LastBoxes()
    assert not boxes.wait(0, 0)
    boxes.mark_taken(2)
    assert boxes.wait(1, 0)
    assert not boxes.wait(2, 0)  # the detector works on it
    boxes.add(some_boxes(2), 1.0)
    assert boxes.wait(2, 0)
    assert not boxes.wait(3, 0)


def test_a_frame_is_decided_when_it_was_overwritten_though_an_older_one_is_in_work() -> None:
    boxes = LastBoxes()
    boxes.mark_taken(1)
    boxes.mark_skipped(2)
    assert boxes.wait(2, 0)
    assert not boxes.wait(1, 0)


def test_a_frame_on_which_the_detector_failed_is_waited_for_no_longer() -> None:
    boxes = LastBoxes()
    boxes.mark_taken(1)
    boxes.mark_skipped(1)
    assert boxes.wait(1, 0)


def test_who_waits_is_woken_by_the_result() -> None:
    boxes = LastBoxes()
    boxes.mark_taken(0)
    answers: list[bool] = []
    thread = Thread(target=lambda: answers.append(boxes.wait(0, 10)))
    thread.start()
    boxes.add(some_boxes(0), 1.0)
    thread.join(10)
    assert answers == [True]


def test_the_memory_is_bounded() -> None:
    boxes = LastBoxes()
    for i in range(HISTORY + 10):
        boxes.add(some_boxes(i), i / 30)
    assert len(boxes.for_frame(frame_at(9, 9 / 30))) == 0
    assert len(boxes.for_frame(frame_at(10, 10 / 30))) == 1
