from __future__ import annotations

import numpy as np
import pytest

from detector.engines.preprocess import PAD_VALUE, check_shape, choose_shape, letterbox, parse_size
from detector.errors import UsageError
from detector.modelfile import ModelInfo

SIZES = ModelInfo("resnet18", 64, ("person",)).sizes_hw


@pytest.mark.parametrize(
    ("size_wh", "shape_hw"),
    [
        ((1920, 1080), (256, 416)),
        ((1280, 720), (256, 416)),
        ((1280, 800), (256, 416)),
        ((640, 480), (320, 416)),
        ((12000, 9000), (320, 416)),
        ((480, 640), (416, 320)),
        ((1080, 1920), (416, 256)),
    ],
)
def test_the_input_follows_the_aspect(size_wh: tuple[int, int], shape_hw: tuple[int, int]) -> None:
    assert choose_shape(size_wh, SIZES) == shape_hw


def test_a_model_of_large_shapes_only_gets_the_best_of_them() -> None:
    assert choose_shape((1280, 720), ((736, 1280), (960, 1280))) == (736, 1280)


@pytest.mark.parametrize("size_hw", [(250, 416), (0, 416), (-32, 32), (256,), (256, 416, 3), (32, 32000)])
def test_a_size_not_in_multiples_of_32_is_refused(size_hw: tuple[int, ...]) -> None:
    with pytest.raises(UsageError) as said:
        check_shape(size_hw)
    assert said.value.code == "size_invalid"
    assert said.value.exit_code == 2


def test_a_size_is_read_as_height_x_width() -> None:
    assert parse_size("256x416") == (256, 416)


@pytest.mark.parametrize("size", ["250x416", "256", "axb", "", "256x416x3"])
def test_a_text_that_is_no_size_is_refused(size: str) -> None:
    with pytest.raises(UsageError, match=f"'{size}' cannot be used"):
        parse_size(size)


def test_the_picture_lies_top_left_and_the_rest_is_grey() -> None:
    image = np.full((90, 160, 3), (10, 20, 30), np.uint8)
    padded, place = letterbox(image, (128, 160), 3)
    assert padded.shape == (128, 160, 3)
    assert place.inner_wh == (160, 90)
    assert (padded[:90] == (10, 20, 30)).all()
    assert (padded[90:] == PAD_VALUE).all()


def test_the_left_half_stays_left_and_the_top_stays_top() -> None:
    image = np.zeros((40, 80, 3), np.uint8)
    image[:20, :40] = 255
    padded, _ = letterbox(image, (64, 64), 3)
    assert padded[4, 4, 0] == 255
    assert padded[4, 60, 0] == padded[28, 4, 0] == 0


@pytest.mark.parametrize("have", [1, 3])
@pytest.mark.parametrize("want", [1, 3])
def test_grey_and_colour_become_what_the_network_takes(have: int, want: int) -> None:
    image = np.full((32, 64, have), 77, np.uint8)
    padded, _ = letterbox(image, (32, 64), want)
    assert padded.shape == (32, 64, want)
    assert (padded == 77).all()


@pytest.mark.parametrize("size_wh", [(1, 1), (12000, 9000), (1, 5000), (5000, 1)])
def test_pictures_of_any_size_fit(size_wh: tuple[int, int]) -> None:
    image = np.zeros((size_wh[1], size_wh[0], 3), np.uint8)
    padded, place = letterbox(image, (64, 96), 3)
    assert padded.shape == (64, 96, 3)
    assert place.size_wh == size_wh


def test_fine_stripes_of_a_large_picture_become_grey_and_no_false_pattern() -> None:
    stripes = np.zeros((720, 1280, 3), np.uint8)
    stripes[:, ::2] = 255
    padded, place = letterbox(stripes, (256, 416), 3)
    assert np.ptp(padded[: place.inner_wh[1]].astype(int)) <= 2


def test_a_read_only_picture_is_taken_and_left_as_it_is() -> None:
    image = np.full((50, 50, 3), 9, np.uint8)
    image.flags.writeable = False
    letterbox(image, (64, 64), 3)
    assert (image == 9).all()
