from __future__ import annotations

import numpy as np
import pytest

from detector.boxes import Letterbox, anchor_points, iou, ltrb_to_xyxy, xyxy_to_ltrb


def test_anchor_points_are_cell_centres_row_by_row_level_by_level() -> None:
    points, strides = anchor_points((64, 96))
    assert points.shape == (8 * 12 + 4 * 6 + 2 * 3, 2)
    assert points.dtype == strides.dtype == np.float32
    np.testing.assert_array_equal(points[:2], [[4, 4], [12, 4]])
    np.testing.assert_array_equal(points[12], [4, 12])
    np.testing.assert_array_equal(points[96], [8, 8])
    np.testing.assert_array_equal(points[-1], [80, 48])
    np.testing.assert_array_equal(np.unique(strides, return_counts=True), [[8, 16, 32], [96, 24, 6]])


def test_anchor_points_are_shared_and_read_only() -> None:
    points, _ = anchor_points((64, 96))
    assert points is anchor_points((64, 96))[0]
    with pytest.raises(ValueError, match="read-only"):
        points[0, 0] = 1


def test_ltrb_there_and_back() -> None:
    points, strides = anchor_points((64, 96))
    xyxy = np.random.default_rng(0).uniform(0, 96, (len(points), 4)).astype(np.float32)
    np.testing.assert_allclose(
        ltrb_to_xyxy(points, strides, xyxy_to_ltrb(points, strides, xyxy)), xyxy, rtol=0, atol=1e-4
    )


def test_ltrb_is_in_strides_left_top_right_bottom() -> None:
    points, strides = np.array([[40, 24]], np.float32), np.array([16], np.float32)
    ltrb = np.array([[1, 0.5, 2, 1.5]], np.float32)
    np.testing.assert_array_equal(ltrb_to_xyxy(points, strides, ltrb), [[24, 16, 72, 48]])


def test_iou_of_every_pair() -> None:
    first = np.array([[0, 0, 10, 10], [20, 20, 30, 30]], np.float32)
    second = np.array([[0, 0, 10, 10], [5, 0, 15, 10], [3, 3, 3, 9]], np.float32)
    np.testing.assert_allclose(iou(first, second), [[1, 1 / 3, 0], [0, 0, 0]], rtol=1e-6)


def test_iou_with_no_boxes_is_empty() -> None:
    none = np.zeros((0, 4), np.float32)
    assert iou(none, np.ones((3, 4), np.float32)).shape == (0, 3)


@pytest.mark.parametrize(
    ("size_wh", "inner_wh"),
    [
        ((1280, 720), (416, 234)),
        ((720, 1280), (144, 256)),
        ((416, 256), (416, 256)),
        ((1, 1), (256, 256)),
        ((12000, 1), (416, 1)),
        ((12000, 9000), (341, 256)),
    ],
)
def test_letterbox_keeps_the_aspect_and_at_least_one_pixel(size_wh: tuple[int, int], inner_wh: tuple[int, int]) -> None:
    assert Letterbox.fit(size_wh, (256, 416)).inner_wh == inner_wh


def test_letterbox_takes_boxes_there_and_back() -> None:
    place = Letterbox.fit((1279, 717), (256, 416))
    xyxy = np.array([[0, 0, 1279, 717], [10.5, 20.25, 300, 400]], np.float32)
    inside = place.to_input(xyxy)
    np.testing.assert_allclose(inside[0], [0, 0, *place.inner_wh], rtol=1e-6)
    np.testing.assert_allclose(place.to_source(inside), xyxy, rtol=1e-6)
    assert inside.dtype == np.float32
