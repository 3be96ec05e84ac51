from __future__ import annotations

import numpy as np
import pytest

from detector.boxes import FloatArray, Letterbox, anchor_points, iou, xyxy_to_ltrb
from detector.engines.postprocess import MOST_BOXES, Candidates, decode, suppress, to_detections

SHAPE_HW = (64, 96)
NAMES = ("person", "bottle", "cup")


def outputs(placed: dict[int, tuple[tuple[float, ...], int, float]]) -> tuple[FloatArray, FloatArray]:
    """Network outputs with, at each given cell, a box (xyxy), its class and its logit; -9 elsewhere."""
    points, strides = anchor_points(SHAPE_HW)
    logits = np.full((len(points), len(NAMES)), -9, np.float32)
    xyxy = np.concatenate([points, points], axis=1)
    for cell, (box, class_id, logit) in placed.items():
        logits[cell, class_id], xyxy[cell] = logit, box
    return logits, xyxy_to_ltrb(points, strides, xyxy)


def candidates(boxes: list[tuple[float, ...]], scores: list[float], class_ids: list[int]) -> Candidates:
    return Candidates(
        np.array(boxes, np.float32).reshape(-1, 4), np.array(scores, np.float32), np.array(class_ids, np.int64)
    )


def test_boxes_come_out_where_they_were_put_best_first() -> None:
    logits, ltrb = outputs({3: ((1, 2, 30, 40), 1, 0.0), 100: ((20, 10, 90, 60), 2, 2.0), 7: ((0, 0, 5, 5), 0, -2.0)})
    found = decode(logits, ltrb, SHAPE_HW, 0.3)
    np.testing.assert_allclose(found.xyxy, [(20, 10, 90, 60), (1, 2, 30, 40)], atol=1e-4)
    np.testing.assert_allclose(found.scores, [1 / (1 + np.exp(-2)), 0.5], rtol=1e-6)
    assert found.class_ids.tolist() == [2, 1]


@pytest.mark.parametrize(("score", "count"), [(0.0, 126), (0.5, 1), (0.51, 0), (1.0, 0)])
def test_the_threshold_holds_and_its_ends_work(score: float, count: int) -> None:
    logits, ltrb = outputs({3: ((1, 2, 30, 40), 1, 0.0)})
    assert len(decode(logits, ltrb, SHAPE_HW, score).scores) == count


def test_a_cell_that_is_no_number_finds_nothing() -> None:
    logits, ltrb = outputs({})
    logits[5], ltrb[6], logits[6] = np.nan, np.nan, 3
    found = suppress(decode(logits, ltrb, SHAPE_HW, 0.3), 0.6)
    assert len(to_detections(found, Letterbox.fit((96, 64), SHAPE_HW), 0, NAMES)) == 0


def test_nms_keeps_the_better_of_one_class_and_both_of_two() -> None:
    found = candidates([(0, 0, 20, 20), (1, 0, 21, 20), (1, 0, 21, 20)], [0.9, 0.8, 0.7], [0, 0, 1])
    kept = suppress(found, 0.6)
    assert kept.class_ids.tolist() == [0, 1]
    np.testing.assert_allclose(kept.scores, [0.9, 0.7])


def test_nms_equals_its_definition_on_random_boxes() -> None:
    rng = np.random.default_rng(0)
    corner = rng.uniform(-20, 60, (200, 2))
    boxes = np.concatenate([corner, corner + rng.uniform(5, 40, (200, 2))], axis=1).astype(np.float32)
    found = Candidates(boxes, np.sort(rng.random(200).astype(np.float32))[::-1], rng.integers(0, 3, 200))
    overlaps, chosen = iou(boxes, boxes), []
    for i in range(200):
        if all(overlaps[i, j] <= 0.5 or found.class_ids[i] != found.class_ids[j] for j in chosen):
            chosen.append(i)
    np.testing.assert_array_equal(suppress(found, 0.5).xyxy, boxes[chosen])


def test_at_most_300_boxes_and_none_of_none() -> None:
    boxes = [(float(4 * i), 0.0, 4.0 * i + 3, 3.0) for i in range(400)]
    kept = suppress(candidates(boxes, list(np.linspace(0.9, 0.1, 400)), [0] * 400), 0.6)
    assert len(kept.scores) == MOST_BOXES == 300
    assert kept.scores.min() > 0.3
    assert len(suppress(candidates([], [], []), 0.6).scores) == 0


def test_boxes_end_at_the_edge_of_the_source_and_those_outside_it_are_gone() -> None:
    place = Letterbox.fit((480, 160), SHAPE_HW)  # 96x32 of the 96x64 input
    found = candidates(
        [(-5, -5, 48, 16), (10, 40, 20, 60), (90, 20, 120, 64), (30, 8, 30, 12)], [0.9, 0.8, 0.7, 0.6], [0] * 4
    )
    detections = to_detections(found, place, 12, NAMES)
    np.testing.assert_allclose(detections.xyxy, [(0, 0, 240, 80), (450, 100, 480, 160)], rtol=1e-6)
    assert detections.frame_index == 12
    assert detections.class_names == NAMES
    assert not detections.predicted.any()
