"""A box in sight is drawn the fast way, all others side by side: nobody can tell which."""

from __future__ import annotations

import numpy as np
import pytest

from camapp.live.drawing.box_lines import DARK, DASH, Box, Picture, _dash, draw_box, fill

COLOUR = (233, 180, 86)


def noise(height: int = 90, width: int = 140) -> Picture:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)


def by_definition(image: Picture, box: Box, thickness: int, dashed: bool) -> None:
    """A dark ring, and one of the colour in its middle."""
    left, top, right, bottom = box
    for inset, line, paint in ((-1, thickness + 2, DARK), (0, thickness, COLOUR)):
        x0, y0, x1, y1 = left + inset, top + inset, right - inset, bottom - inset
        level = ((x0, y0, x1, y0 + line), (x0, y1 - line, x1, y1))
        for number, side in enumerate((*level, (x0, y0, x0 + line, y1), (x1 - line, y0, x1, y1))):
            if dashed and inset == 0:
                _dash(image, side, paint, DASH * thickness, upright=number >= 2)
            else:
                fill(image, side, paint)


@pytest.mark.parametrize("dashed", [False, True])
@pytest.mark.parametrize("thickness", [1, 2, 3, 5])
@pytest.mark.parametrize(
    "box", [(1, 1, 139, 89), (20, 30, 60, 50), (7, 9, 19, 21), (100, 5, 139, 40), (30, 20, 103, 84), (40, 40, 90, 55)]
)
def test_a_box_in_sight_is_two_rings_whatever_its_size(box: Box, thickness: int, dashed: bool) -> None:
    drawn, expected = noise(), noise()
    draw_box(drawn, box, COLOUR, thickness, dashed)
    by_definition(expected, box, thickness, dashed)
    np.testing.assert_array_equal(drawn, expected)


@pytest.mark.parametrize("box", [(0, 0, 140, 90), (-20, 10, 40, 60), (120, 70, 200, 200), (50, 40, 52, 41)])
def test_nothing_is_drawn_outside_and_small_boxes_are_seen(box: Box) -> None:
    around = noise(290, 340)
    image, before = around[100:190, 100:240], around.copy()
    for dashed in (False, True):
        draw_box(image, box, COLOUR, 3, dashed)
    assert (image != before[100:190, 100:240]).any()
    around[100:190, 100:240] = before[100:190, 100:240]
    np.testing.assert_array_equal(around, before)


def test_dashes_have_gaps_of_their_own_length() -> None:
    image = np.zeros((90, 140, 3), np.uint8)
    draw_box(image, (10, 10, 130, 80), COLOUR, 2, dashed=True)
    on = (image[10, 10:130] == COLOUR).all(axis=1)
    np.testing.assert_array_equal(on[:48], np.repeat([True, False] * 3, 8))
