"""Colours of classes: always the same, and told apart with every kind of colour vision."""

from __future__ import annotations

import itertools

import cv2
import numpy as np
import pytest

from camapp.live.drawing.overlay import PALETTE, class_colour

# Viénot, Brettel and Mollon, "Digital video colourmaps for checking the legibility of displays by dichromats", 1999:
# linear RGB as seen without the long or the middle cones.
SEEN_BY = {
    "all": np.eye(3),
    "protan": np.array([[0.11238, 0.88762, 0.0], [0.11238, 0.88762, 0.0], [0.00401, -0.00401, 1.0]]),
    "deutan": np.array([[0.29275, 0.70725, 0.0], [0.29275, 0.70725, 0.0], [-0.02234, 0.02234, 1.0]]),
}
CLEARLY = 10.0  # distance in CIELAB; 2.3 is just noticed side by side


@pytest.mark.parametrize("vision", SEEN_BY)
def test_neighbouring_classes_have_colours_that_can_be_told_apart(vision: str) -> None:
    srgb = np.array(PALETTE, np.float64)[:, ::-1] / 255
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(linear @ SEEN_BY[vision].T, 0, 1)
    back = np.where(seen <= 0.0031308, 12.92 * seen, 1.055 * seen ** (1 / 2.4) - 0.055)
    lab = cv2.cvtColor(back[None].astype(np.float32), cv2.COLOR_RGB2LAB)[0]
    for a, b in itertools.combinations(range(len(PALETTE)), 2):
        assert np.linalg.norm(lab[a] - lab[b]) > CLEARLY, (vision, PALETTE[a], PALETTE[b])


def test_a_class_keeps_its_colour() -> None:
    assert [class_colour(number) for number in range(80)] == [class_colour(number) for number in range(80)]
    assert len({class_colour(number) for number in range(len(PALETTE))}) == len(PALETTE)
