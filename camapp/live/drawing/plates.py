"""A label's text on its plate, kept for when it is drawn again: most labels say the same for many frames."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from camapp.live.drawing import labels
from camapp.live.drawing.box_lines import DARK, Bgr

Picture = npt.NDArray[np.uint8]
WHITE: Bgr = (255, 255, 255)
BLACK: Bgr = (0, 0, 0)
KEPT = 1024  # plates: some 15 kB each on 1080p
LONGEST_KEPT = 24  # characters; longer labels say coordinates, which are others in the next frame


def draw_label(image: Picture, label: labels.Label, colour: Bgr, text_px: int, predicted: bool) -> None:
    """Draws a label into `image`, uint8 (H, W, 3); where the box is predicted it is dark with a rim of the colour."""
    make = kept_plate if len(label.text) <= LONGEST_KEPT else new_plate
    plate = make(label.text, label.w, label.h, colour, text_px, predicted)
    left, top = label.x - 1, label.y - 1
    height, width = image.shape[:2]
    if left < 0 or top < 0:
        plate = plate[max(-top, 0) :, max(-left, 0) :]
        left, top = max(left, 0), max(top, 0)
    plate = plate[: max(height - top, 0), : max(width - left, 0)]
    image[top : top + plate.shape[0], left : left + plate.shape[1]] = plate


def new_plate(text: str, w: int, h: int, colour: Bgr, text_px: int, predicted: bool) -> Picture:
    """uint8 (h + 2, w + 2, 3), read-only: the rim is a pixel wide."""
    ground, rim, ink = (DARK, colour, WHITE) if predicted else (colour, DARK, ink_on(colour))
    plate = np.full((h + 2, w + 2, 3), rim, np.uint8)
    plate[1:-1, 1:-1] = ground
    beside, above = labels.padding(text_px)
    # Only what lies within the rim is handed over: nothing can be drawn outside.
    cv2.putText(plate[1:-1, 1:-1], text, (beside, above + text_px), ink, labels.face(), text_px)
    plate.flags.writeable = False  # shared by all threads
    return plate


kept_plate = lru_cache(maxsize=KEPT)(new_plate)


@lru_cache(maxsize=64)
def ink_on(colour: Bgr) -> Bgr:
    """Black or white, whichever has the greater contrast (WCAG 2.1, relative luminance)."""
    linear = [((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]
    luminance = 0.0722 * linear[0] + 0.7152 * linear[1] + 0.2126 * linear[2]
    return BLACK if (luminance + 0.05) / 0.05 > 1.05 / (luminance + 0.05) else WHITE
