"""A label's plate, drawn anew or taken from those that are kept."""

from __future__ import annotations

import numpy as np

from camapp.live.drawing.box_lines import DARK
from camapp.live.drawing.labels import Label
from camapp.live.drawing.plates import draw_label, kept_plate

COLOUR = (233, 180, 86)


def test_a_label_that_comes_again_looks_the_same_and_costs_no_drawing() -> None:
    first, second = np.zeros((60, 200, 3), np.uint8), np.zeros((60, 200, 3), np.uint8)
    draw_label(first, Label("cup 0.91", 20, 10, 90, 24), COLOUR, 16, predicted=False)
    before = kept_plate.cache_info().hits
    draw_label(second, Label("cup 0.91", 50, 30, 90, 24), COLOUR, 16, predicted=False)
    assert kept_plate.cache_info().hits == before + 1
    np.testing.assert_array_equal(first[9:35, 19:111], second[29:55, 49:141])
    assert not first[:, 111:].any()


def test_labels_with_coordinates_are_not_kept() -> None:
    image = np.zeros((60, 400, 3), np.uint8)
    before = kept_plate.cache_info()
    draw_label(image, Label("bottle 0.91  x 312 y 140  84x210", 20, 10, 300, 24), COLOUR, 16, predicted=False)
    assert kept_plate.cache_info() == before
    assert image[15:30, 280:310].any()


def test_what_is_drawn_over_a_label_does_not_stay_on_the_next() -> None:
    image = np.zeros((60, 200, 3), np.uint8)
    label = Label("cup 0.92", 20, 10, 90, 24)
    draw_label(image, label, COLOUR, 16, predicted=False)
    first = image.copy()
    image[:] = 7
    draw_label(image, label, COLOUR, 16, predicted=False)
    np.testing.assert_array_equal(image[9:35, 19:111], first[9:35, 19:111])


def test_the_label_of_a_predicted_box_is_dark_with_a_rim_of_the_colour() -> None:
    image = np.zeros((60, 200, 3), np.uint8)
    draw_label(image, Label("cup", 20, 10, 90, 24), COLOUR, 16, predicted=True)
    assert tuple(image[9, 60]) == COLOUR
    assert tuple(image[10, 100]) == DARK


def test_a_label_at_the_edge_ends_there() -> None:
    image = np.zeros((24, 50, 3), np.uint8)
    draw_label(image, Label("cup 0.91", 0, 0, 90, 24), COLOUR, 16, predicted=False)
    assert tuple(image[0, 0]) == COLOUR  # the rim lies outside
