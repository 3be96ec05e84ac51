"""Pictures are turned, mirrored and cropped before anything else, and all coordinates are those of what is seen."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from camapp.live.reading.transform import Transform


def picture(width: int = 60, height: int = 40, channels: int = 3) -> npt.NDArray[np.uint8]:
    """Each pixel of its own value, so that every change of places shows."""
    count = width * height * channels
    return (np.arange(count) % 251).astype(np.uint8).reshape(height, width, channels)


def test_a_picture_is_mirrored_and_turned_clockwise() -> None:
    image = picture()
    np.testing.assert_array_equal(Transform(mirror=True).apply(image), image[:, ::-1])
    np.testing.assert_array_equal(Transform(rotate=90).apply(image), np.rot90(image, -1))
    np.testing.assert_array_equal(Transform(rotate=180).apply(image), image[::-1, ::-1])
    np.testing.assert_array_equal(Transform(rotate=270).apply(image), np.rot90(image))


def test_the_crop_is_in_pixels_of_the_turned_and_mirrored_picture() -> None:
    image = picture()
    turned = np.rot90(image, -1)[:, ::-1]
    cropped = Transform(mirror=True, rotate=90, crop_xywh=(5, 10, 20, 30)).apply(image)
    np.testing.assert_array_equal(cropped, turned[10:40, 5:25])
    assert cropped.flags.c_contiguous


def test_a_crop_of_a_cropped_picture_is_found_in_the_whole_one() -> None:
    image = picture()
    once = Transform(rotate=180, crop_xywh=(8, 4, 50, 34))
    twice = once.cropped_further((2, 3, 20, 18))
    np.testing.assert_array_equal(twice.apply(image), once.apply(image)[3:21, 2:22])


@pytest.mark.parametrize("rotate", [0, 90])
def test_mirroring_keeps_what_is_in_the_crop(rotate: int) -> None:
    once = Transform(rotate=rotate, crop_xywh=(3, 4, 20, 30))  # type: ignore[arg-type]
    flipped = once.flipped((60, 40))
    assert flipped.mirror
    np.testing.assert_array_equal(flipped.apply(picture()), once.apply(picture())[:, ::-1])
    assert flipped.flipped((60, 40)) == once
    assert Transform().flipped((60, 40)) == Transform(mirror=True)


@pytest.mark.parametrize("crop", [(-10, -5, 40, 30), (30, 10, 500, 500), (5, 5, 16, 16)])
def test_a_crop_is_cut_off_at_the_border(crop: tuple[int, int, int, int]) -> None:
    transform = Transform(crop_xywh=crop)
    image = transform.apply(picture())
    assert (image.shape[1], image.shape[0]) == transform.size_after((60, 40))
    assert image.size < picture().size


@pytest.mark.parametrize("crop", [(0, 0, 3, 3), (100, 100, 50, 50), (50, 0, 40, 40), (0, 0, -20, 20)])
def test_a_crop_that_leaves_next_to_nothing_leaves_all(crop: tuple[int, int, int, int]) -> None:
    assert Transform(crop_xywh=crop).apply(picture()).shape == (40, 60, 3)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("mirror", [False, True])
def test_grey_and_colour_pictures_keep_their_axes(channels: int, rotate: int, mirror: bool) -> None:
    transform = Transform(mirror, rotate, (2, 2, 30, 30))  # type: ignore[arg-type]
    image = transform.apply(picture(channels=channels))
    assert image.shape == (*transform.size_after((60, 40))[::-1], channels)


def test_nothing_to_do_copies_nothing() -> None:
    image = picture()
    assert Transform().apply(image) is image
    assert Transform().is_identity
    assert not Transform(rotate=90).is_identity


def test_other_angles_are_refused() -> None:
    with pytest.raises(ValueError, match="got 45"):
        Transform(rotate=45)  # type: ignore[arg-type]
