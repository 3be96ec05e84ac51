"""Whether the picture shows the same at two places."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from camapp.live.presence import Look, is_changed, look

Picture = npt.NDArray[np.uint8]
BOX = np.array([20.0, 30.0, 120.0, 200.0])


@pytest.fixture
def picture() -> Picture:
    """Soft patterns, as of things."""
    y, x = np.mgrid[0:240, 0:320]
    grey = 120 + 60 * np.sin(x / 25) * np.cos(y / 30)
    return np.repeat(grey[..., None], 3, axis=2).astype(np.uint8)


def seen(image: Picture, xyxy: npt.NDArray[np.float64] = BOX) -> Look:
    one = look(image, xyxy)
    assert one is not None
    assert one.shape == (8, 8)
    assert one.dtype == np.float32
    return one


def test_noise_and_other_light_change_nothing(picture: Picture) -> None:
    noise = np.random.default_rng(0).normal(0, 12, picture.shape)
    noisy = np.clip(picture + noise, 0, 255).astype(np.uint8)
    brighter = np.clip(picture.astype(int) + 12, 0, 255).astype(np.uint8)
    assert not is_changed(seen(picture), seen(noisy))
    assert not is_changed(seen(picture), seen(brighter))


def test_a_thing_that_has_moved_along_with_its_box_is_the_same(picture: Picture) -> None:
    moved = np.roll(picture, (9, 14), axis=(0, 1))
    assert not is_changed(seen(picture), seen(moved, BOX + np.array([14.0, 9.0, 14.0, 9.0])))


def test_the_ground_behind_it_is_something_else(picture: Picture) -> None:
    assert is_changed(seen(picture), seen(np.full_like(picture, 120)))


def test_grey_pictures_and_boxes_that_reach_outside_are_looked_at_too(picture: Picture) -> None:
    assert look(picture[..., :1], BOX) is not None
    assert look(picture, np.array([-50.0, -50.0, 40.0, 40.0])) is not None


@pytest.mark.parametrize("box", [(10, 10, 14, 200), (-80, 10, -20, 60), (315, 10, 400, 60), (50, 50, 40, 40)])
def test_of_next_to_nothing_there_is_no_look(picture: Picture, box: tuple[float, ...]) -> None:
    assert look(picture, np.array(box, np.float64)) is None
