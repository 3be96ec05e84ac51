"""A number goes onto the screen and comes back out of a camera's picture, or not at all."""

from __future__ import annotations

import itertools

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from camapp.live.delay.code import NUMBERS, bits_of, draw_code, number_of
from camapp.live.delay.reader import CodeReader

Picture = npt.NDArray[np.uint8]
SOME = (0, 1, 77, 511, 512, 682, 1023)
NOISE = np.random.default_rng(0).normal(50, 16, (480, 640, 3)).clip(0, 255).astype(np.uint8)
MODULE = 12  # pixels, before the camera


def turned(degrees: float) -> npt.NDArray[np.float64]:
    angle = np.deg2rad(degrees)
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def camera(code: Picture, side: float = 220, degrees: float = 10, blur: float = 1.5, noise: float = 0.5) -> Picture:
    """A 640x480 picture of the square, `side` pixels large: askew, turned, not sharp, dark, noisy."""
    large = cv2.resize(code, None, fx=MODULE, fy=MODULE, interpolation=cv2.INTER_NEAREST)
    edge = large.shape[0]
    corners = np.array([(0, 0), (edge, 0), (edge, edge), (0, edge)], np.float32)
    askew = np.array([(-1, -1), (1, -0.85), (0.85, 1), (-0.93, 0.93)]) * side / 2
    places = (askew @ turned(degrees).T + (320, 240)).astype(np.float32)
    wall = np.full((480, 640, 3), 90, np.uint8)
    seen = cv2.warpPerspective(
        cv2.cvtColor(large, cv2.COLOR_GRAY2BGR), cv2.getPerspectiveTransform(corners, places), (640, 480),
        dst=wall, borderMode=cv2.BORDER_TRANSPARENT, flags=cv2.INTER_AREA,
    )  # fmt: skip
    return cv2.addWeighted(cv2.GaussianBlur(seen, (0, 0), blur), 0.7, NOISE, noise, 25)


def test_every_number_comes_back_out_of_its_bits() -> None:
    assert [number_of(np.array(bits_of(number))) for number in range(NUMBERS)] == list(range(NUMBERS))


def test_neighbours_differ_in_one_bit_and_in_being_odd() -> None:
    for one, next_one in itertools.pairwise([*range(NUMBERS), 0]):
        different = [a != b for a, b in zip(bits_of(one), bits_of(next_one), strict=True)]
        assert sum(different[:-1]) == 1
        assert different[-1]


def test_the_square_is_as_bright_with_every_number() -> None:
    assert len({int(draw_code(number).sum()) for number in range(NUMBERS)}) == 1


@pytest.mark.parametrize("number", [-1, NUMBERS])
def test_a_number_that_does_not_fit_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match=str(number)):
        draw_code(number)


@pytest.mark.parametrize("side", [130, 220, 430])
@pytest.mark.parametrize("degrees", [0, 95, 180])
def test_a_number_is_read_however_the_camera_is_held(side: float, degrees: float) -> None:
    reader = CodeReader()
    blur = 1.0 if side < 200 else 2.5
    assert [reader.read(camera(draw_code(number), side, degrees, blur)) for number in SOME] == list(SOME)


def test_a_mirrored_picture_is_read_too() -> None:
    reader = CodeReader()
    assert [reader.read(camera(draw_code(n))[:, ::-1]) for n in SOME] == list(SOME)


def test_a_grey_and_a_full_hd_picture_are_read() -> None:
    picture = camera(draw_code(300))
    assert CodeReader().read(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)[..., None]) == 300
    assert CodeReader().read(cv2.resize(picture, (1920, 1440))) == 300


def test_a_square_that_moves_away_is_found_again() -> None:
    reader = CodeReader()
    pictures = [np.roll(camera(draw_code(n)), 20 * n, axis=1) for n in range(5)]
    assert [reader.read(picture) for picture in pictures] == list(range(5))


@pytest.mark.parametrize("share", [0.1, 0.4, 0.5, 0.6, 0.9])
def test_an_exposure_over_two_numbers_gives_one_of_them(share: float) -> None:
    reader = CodeReader()
    for number in (0, 1, 127, 511, 1023):
        after = (number + 1) % NUMBERS
        both = cv2.addWeighted(draw_code(number), 1 - share, draw_code(after), share, 0)
        assert reader.read(camera(both, noise=0.25)) in (number, after)


def test_an_exposure_over_three_numbers_gives_one_of_them() -> None:
    reader = CodeReader()
    for number in range(100, 108):
        codes = [draw_code(number + more).astype(np.float32) for more in range(3)]
        blended = (0.25 * codes[0] + 0.5 * codes[1] + 0.25 * codes[2]).astype(np.uint8)
        assert reader.read(camera(blended, noise=0.25)) in (number, number + 1, number + 2)


def test_of_a_smaller_copy_in_the_same_picture_the_number_is_not_taken() -> None:
    """As where the camera also sees the window that shows what it saw a moment ago."""
    picture = np.roll(camera(draw_code(700), side=300), 140, axis=1)
    picture[20:200, 10:250] = cv2.resize(camera(draw_code(690), side=400), (240, 180), interpolation=cv2.INTER_AREA)
    reader = CodeReader()
    assert [reader.read(picture) for _ in range(2)] == [700, 700]


@pytest.mark.parametrize("blur", [3, 5])
def test_what_is_too_blurred_is_not_read_wrong(blur: float) -> None:
    reader = CodeReader()
    assert all(reader.read(camera(draw_code(n), side=180, blur=blur)) in (n, None) for n in SOME[2:5])


def test_a_picture_without_a_square_has_no_number() -> None:
    noisy = cv2.GaussianBlur(np.random.default_rng(0).integers(0, 255, (480, 640, 3)).astype(np.uint8), (0, 0), 2)
    assert CodeReader().read(noisy) is None
    assert CodeReader().read(np.zeros((8, 8, 3), np.uint8)) is None
    reader = CodeReader()
    assert reader.read(camera(draw_code(5))) == 5
    assert reader.read(noisy) is None
    assert reader.read(camera(draw_code(6))) == 6  # where it was
    assert reader.read(noisy) is None
    there = [reader.read(camera(draw_code(n), degrees=60)) for n in range(7, 11)]
    assert there == [None, None, 9, 10]  # elsewhere: it is looked for now and then


def test_a_hand_over_the_bits_hides_the_number() -> None:
    picture = camera(draw_code(333), degrees=0)
    picture[210:275, 230:410] = 120
    assert CodeReader().read(picture) is None
