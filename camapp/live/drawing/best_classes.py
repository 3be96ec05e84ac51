"""The best classes of a whole picture: a small panel in its corner, alike in the window and in recordings."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

from camapp.live.drawing import labels
from detector.types import Detections

Picture = npt.NDArray[np.uint8]
Bgr = tuple[int, int, int]

GROUND: Bgr = (20, 20, 20)
INK: Bgr = (255, 255, 255)
DIM: Bgr = (190, 190, 190)
TROUGH: Bgr = (70, 70, 70)
SURE: Bgr = (233, 180, 86)  # sky blue of the palette: a bar, not a class
GROUND_SHARE = 0.72  # of the ground's paint; the picture shines through
WIDEST = 0.6  # of the picture
LONGEST_NAME = 14  # heights of the text; what is longer ends in dots
PERCENT = "100 %"


def draw_best_classes(
    image_bgr: Picture,
    best: Detections,
    name_of: Callable[[Detections, int], str],
    text_px: int,
    covered: tuple[labels.Box, ...] = (),
) -> None:
    """Draws the panel into the top-left corner of `image_bgr`, uint8 (H, W, 3), or below what lies over it there.

    Its width follows from the picture's alone, so that it stands still while names and numbers change.

    Args:
        best: classes of a whole picture, best first.
        name_of: a class's name in the person's language, by its id.
        text_px: height of capital letters.
        covered: left, top, right, bottom of what lies over the picture.
    """
    height, width = image_bgr.shape[:2]
    pad = text_px * 2 // 3
    row = text_px * 21 // 10
    percent_w = labels.text_width(PERCENT, text_px)
    panel_w = min(LONGEST_NAME * text_px + percent_w, int(width * WIDEST)) + 3 * pad
    panel_h = row * len(best) + pad
    left = top = pad
    for x0, y0, x1, y1 in covered:
        if x0 < left + panel_w and left < x1 and y0 < top + panel_h and top < y1:
            top = y1 + pad
    right, bottom = min(left + panel_w, width), min(top + panel_h, height)
    if not len(best) or right - left < percent_w + 4 * pad or top + row > bottom:
        return
    under = image_bgr[top:bottom, left:right]
    paint = np.full_like(under, GROUND)
    under[...] = cv2.addWeighted(under, 1 - GROUND_SHARE, paint, GROUND_SHARE, 0)
    bar_px = max(text_px // 6, 2)
    for number, (class_id, score) in enumerate(zip(best.class_ids.tolist(), best.scores.tolist(), strict=True)):
        base = pad // 2 + number * row + text_px + text_px // 3
        if top + base + text_px // 2 + bar_px > bottom:
            return
        ink = DIM if number else INK
        room = right - left - percent_w - 3 * pad
        cv2.putText(under, shortened(name_of(best, class_id), room, text_px), (pad, base), ink, labels.face(), text_px)
        said = f"{100 * score:.0f} %"
        at = right - left - pad - labels.text_width(said, text_px)
        cv2.putText(under, said, (at, base), ink, labels.face(), text_px)
        low, end = base + text_px // 2, right - left - pad  # below the tail of a g
        cv2.rectangle(under, (pad, low), (end - 1, low + bar_px - 1), TROUGH, cv2.FILLED)
        full = pad + round((end - pad) * min(max(score, 0.0), 1.0))
        if full > pad:
            cv2.rectangle(under, (pad, low), (full - 1, low + bar_px - 1), SURE, cv2.FILLED)


def shortened(text: str, room: int, text_px: int) -> str:
    """The text, or its beginning and three dots where it is wider than the room."""
    if labels.text_width(text, text_px) <= room:
        return text
    length = len(text)
    while length and labels.text_width(text[:length].rstrip() + "...", text_px) > room:
        length -= 1
    return text[:length].rstrip() + "..." if length else ""
