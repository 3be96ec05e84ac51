"""Where a zone lies in the picture: the same things, however the picture is turned, mirrored, cropped or sized."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from camapp.live.choices import Choices
from camapp.live.reading.transform import Transform
from camapp.live.zone import detect_frame, share_of, zone_of
from tests.detector.test_tiles import BrightThings, frame_with

SIZE_WH = (640, 480)
TURNS = [Transform(mirror, rotate) for mirror, rotate in itertools.product((False, True), (0, 90, 180, 270))]


def image_with_zone(zone: tuple[int, int, int, int]) -> np.ndarray:
    image = np.zeros((SIZE_WH[1], SIZE_WH[0], 1), np.uint8)
    x, y, width, height = zone
    image[y : y + height, x : x + width] = 255
    return image


def bright_part(image: np.ndarray) -> tuple[int, int, int, int]:
    ys, xs = np.nonzero(image[:, :, 0])
    return int(xs.min()), int(ys.min()), int(xs.max() - xs.min() + 1), int(ys.max() - ys.min() + 1)


@pytest.mark.parametrize("transform", TURNS, ids=str)
@pytest.mark.parametrize("crop", [None, (30, 60, 300, 350)])
def test_a_zone_holds_the_same_things_however_the_picture_is_turned(
    transform: Transform, crop: tuple[int, int, int, int] | None
) -> None:
    transform = Transform(transform.mirror, transform.rotate, crop)
    raw = (200, 150, 100, 80)
    share = share_of(raw, Transform(), SIZE_WH)
    assert share is not None
    seen = transform.apply(image_with_zone(raw))
    zone = zone_of(share, transform, SIZE_WH)
    if not seen.any():
        assert zone is None
        return
    assert zone == bright_part(seen)
    if zone[2:] in ((100, 80), (80, 100)):  # nothing of it was cropped away
        assert share_of(zone, transform, SIZE_WH) == pytest.approx(share)


def test_a_zone_in_another_mode_of_the_camera_lies_at_the_same_place() -> None:
    share = share_of((200, 150, 100, 80), Transform(), SIZE_WH)
    assert share is not None
    assert zone_of(share, Transform(), (1280, 960)) == (400, 300, 200, 160)


def test_a_zone_outside_the_crop_is_not_seen() -> None:
    share = share_of((0, 0, 50, 50), Transform(), SIZE_WH)
    assert share is not None
    assert zone_of(share, Transform(crop_xywh=(300, 300, 200, 100)), SIZE_WH) is None


def test_a_zone_that_sticks_out_is_cut_off_and_one_of_no_size_is_none() -> None:
    assert share_of((-100, -100, 200, 200), Transform(), SIZE_WH) == (0, 0, 100 / 640, 100 / 480)
    assert share_of((10, 10, 0, 0), Transform(), SIZE_WH) is None
    assert share_of((700, 10, 50, 50), Transform(), SIZE_WH) is None


def test_every_frame_of_a_file_is_seen_as_a_whole_and_in_all_tiles() -> None:
    detector = BrightThings()
    frame = frame_with((100, 100, 12, 12), (1000, 400, 200, 200))
    found = detect_frame(detector, frame, Choices(zone=(0, 0, 400, 300)))
    assert sorted(found.xywh.tolist()) == [[100, 100, 12, 12], [1000, 400, 200, 200]]
    assert not found.predicted.any()
    assert len(detect_frame(detector, frame, Choices())) == 1
