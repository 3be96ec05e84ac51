from __future__ import annotations

import numpy as np
import pytest

from camapp.live.choices import Choices
from camapp.live.drawing.compose import compose
from camapp.live.drawing.visible import MOST_ZOOM, Visible
from detector.types import Detections, Frame

FRAME_WH, VIEW_WH = (320, 240), (800, 400)


def frame(image: np.ndarray | None = None) -> Frame:
    if image is None:
        image = np.random.default_rng(0).integers(0, 255, (FRAME_WH[1], FRAME_WH[0], 3), np.uint8)
    return Frame(image, 0, 0.0, 0.0)


def one_box(*xyxy: float) -> Detections:
    return Detections(
        np.array([xyxy], np.float32),
        np.array([0.9], np.float32),
        np.array([0], np.int64),
        np.array([False]),
        0,
        ("person",),
    )


def test_the_whole_picture_lies_in_the_middle() -> None:
    assert Visible().placed(FRAME_WH, VIEW_WH) == ((800 - 533) // 2, 0, pytest.approx(400 / 240))


@pytest.mark.parametrize("at", [(400.0, 200.0), (200.0, 50.0), (610.0, 390.0)])
def test_what_lies_under_the_mouse_stays_there(at: tuple[float, float]) -> None:
    before = Visible(4.0, (0.5, 0.5))
    after = before.zoomed(1.5, at, FRAME_WH, VIEW_WH)
    for axis in (0, 1):
        places = [
            (at[axis] - v.placed(FRAME_WH, VIEW_WH)[axis]) / v.placed(FRAME_WH, VIEW_WH).scale for v in (before, after)
        ]
        assert places[0] == pytest.approx(places[1], abs=0.3)


def test_zoom_has_its_limits_and_the_way_back_ends_at_the_whole() -> None:
    far = Visible().zoomed(1000, (10, 10), FRAME_WH, VIEW_WH)
    assert far.zoom == MOST_ZOOM
    assert far.zoomed(1 / 1000, (700, 300), FRAME_WH, VIEW_WH) == Visible()


def test_the_picture_is_not_pulled_off_the_view_and_comes_back_at_once() -> None:
    edge = Visible(4.0).moved((100_000, 100_000), FRAME_WH, VIEW_WH)
    left, top, scale = edge.placed(FRAME_WH, VIEW_WH)
    assert (left, top) == (0, 0)
    back = edge.moved((-50, -50), FRAME_WH, VIEW_WH).placed(FRAME_WH, VIEW_WH)
    assert back == (-50, -50, scale)


def test_an_axis_that_fits_stays_in_the_middle() -> None:
    wide = Visible(1.2, (0.1, 0.9)).placed(FRAME_WH, VIEW_WH)
    assert wide.left == (800 - 640) // 2
    assert wide.top < 0


@pytest.mark.parametrize("zoom", [1.0, 1.2, 2.0, 3.7, 16.0])
@pytest.mark.parametrize("centre", [(0.5, 0.5), (0.0, 0.0), (0.0, 1.0), (0.31, 0.64)])
def test_each_zoom_fills_the_view_and_maps_places_there_and_back(zoom: float, centre: tuple[float, float]) -> None:
    shown = compose(frame(), Detections.empty(0), VIEW_WH, Choices(), visible=Visible(zoom, centre))
    assert shown.picture.shape == (400, 800, 4)
    assert shown.to_source(*shown.to_picture(100, 50)) == pytest.approx((100, 50))
    corner_x, corner_y = (shown.offset_xy[axis] + FRAME_WH[axis] * shown.scale for axis in (0, 1))
    assert (
        shown.picture[min(round(corner_y), 400) - 2, min(round(corner_x), 800) - 2, :3] != Choices().background_bgr
    ).any()


def test_a_zoomed_picture_shows_the_pixels_that_its_mapping_says() -> None:
    image = np.zeros((240, 320, 3), np.uint8)
    image[100:110, 200:210] = 255
    shown = compose(frame(image), Detections.empty(0), VIEW_WH, Choices(), visible=Visible(6.0, (205 / 320, 105 / 240)))
    x, y = (round(value) for value in shown.to_picture(205, 105))
    assert shown.picture[y, x].tolist() == [255] * 4
    white = np.argwhere(shown.picture[:, :, 0] > 127)
    assert white.min(axis=0)[::-1] == pytest.approx(shown.to_picture(200, 100), abs=2)
    assert white.max(axis=0)[::-1] + 1 == pytest.approx(shown.to_picture(210, 110), abs=2)


def test_an_edge_of_a_box_that_is_out_of_sight_is_not_drawn_at_the_rim() -> None:
    grey = frame(np.full((240, 320, 3), 90, np.uint8))
    inside_it = Visible(8.0, (0.5, 0.5))
    choices = Choices(label=())
    shown = compose(grey, one_box(10, 10, 310, 230), VIEW_WH, choices, visible=inside_it)
    assert (shown.picture[:, :, :3] == 90).all()
    corner = compose(grey, one_box(160, 120, 310, 230), VIEW_WH, choices, visible=inside_it)
    x, y = (round(value) for value in corner.to_picture(160, 120))
    assert (corner.picture[y + 40, x] != [90, 90, 90, 255]).any()  # its left edge
    assert (corner.picture[y + 40, -3:, :3] == 90).all()  # none at the rim


def test_the_label_of_a_box_that_is_cut_off_stays_in_sight_and_one_beside_has_none() -> None:
    grey = frame(np.full((240, 320, 3), 90, np.uint8))
    near = Visible(8.0, (0.5, 0.5))
    shown = compose(grey, one_box(10, 10, 310, 230), VIEW_WH, Choices(), visible=near)
    assert (shown.picture[:, :, :3] != 90).any()
    beside = compose(grey, one_box(10, 10, 40, 40), VIEW_WH, Choices(), visible=near)
    assert (beside.picture[:, :, :3] == 90).all()


def test_letters_keep_their_size_when_the_picture_is_zoomed() -> None:
    grey = frame(np.full((240, 320, 3), 90, np.uint8))
    heights = []
    for zoom in (1.0, 2.0):
        choices = Choices(label=("class",), line_scale=0.1)
        shown = compose(grey, one_box(140, 100, 200, 140), VIEW_WH, choices, visible=Visible(zoom))
        left, top = (int(value) for value in shown.to_picture(140, 100))
        plate = np.flatnonzero((shown.picture[: top - 1, left + 4, :3] != 90).any(axis=1))
        heights.append(len(plate))
    assert heights[0] == pytest.approx(heights[1], abs=1)
