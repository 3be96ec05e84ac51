from __future__ import annotations

import pytest

from camapp.ui.picture.part import Part

WH = (320, 240)
PART = Part(100, 50, 200, 150)


def test_a_part_goes_from_corner_to_corner_in_any_direction_and_stays_inside() -> None:
    assert Part.between((200.4, 50.2), (99.8, 150), WH) == PART
    assert Part.between((-30, -9), (400, 300), WH) == Part(0, 0, 320, 240)
    assert Part.of((100, 50, 100, 100), WH) == PART
    assert Part.of((300, 200, 100, 100), WH) == Part(300, 200, 320, 240)
    assert PART.xywh == (100, 50, 100, 100)


def test_a_moved_part_keeps_its_size_up_to_the_edges() -> None:
    assert PART.moved((10, -20), WH) == Part(110, 30, 210, 130)
    assert PART.moved((-500, 500), WH) == Part(0, 140, 100, 240)


@pytest.mark.parametrize(
    ("sides", "stretched"),
    [
        ((-1, 0), Part(110, 50, 200, 150)),
        ((1, 1), Part(100, 50, 210, 170)),
        ((0, -1), Part(100, 70, 200, 150)),
        ((0, 0), PART),
    ],
)
def test_the_sides_that_are_held_move(sides: tuple[int, int], stretched: Part) -> None:
    assert PART.stretched(sides, (10, 20), WH) == stretched


def test_a_side_may_cross_the_opposite_one() -> None:
    assert PART.stretched((-1, 0), (150, 0), WH) == Part(200, 50, 250, 150)


def test_a_part_too_small_to_see_anything_is_not_used() -> None:
    assert Part(0, 0, 16, 16).is_large_enough
    assert not Part(0, 0, 15, 200).is_large_enough
