"""The line around a box: of its colour, with a dark hair-line on both sides, visible on any background."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

Bgr = tuple[int, int, int]
Box = tuple[int, int, int, int]  # left, top, right, bottom in picture pixels, the last two not included
Picture = npt.NDArray[np.uint8]

DARK: Bgr = (20, 20, 20)
DARK_PIXEL = np.array(DARK, np.uint8)  # numpy takes a tuple apart each time
DASH = 4  # length of a dash in widths of the line


def draw_box(image: Picture, box: Box, colour: Bgr, thickness: int, dashed: bool) -> None:
    """Draws into `image`, uint8 (H, W, 3); what lies outside is out of sight."""
    left, top, right, bottom = box
    height, width = image.shape[:2]
    room = 2 * thickness + 2  # for the lines of both sides, dark ones included
    if left > 0 and top > 0 and right < width and bottom < height and right - left >= room and bottom - top >= room:
        _draw_whole(image, box, colour, thickness, dashed)
        return
    for inset, line, paint in ((-1, thickness + 2, DARK), (0, thickness, colour)):
        x0, y0 = max(left + inset, min(left, 0)), max(top + inset, min(top, 0))
        x1, y1 = min(right - inset, max(right, width)), min(bottom - inset, max(bottom, height))
        upper, lower = min(y0 + line, y1), max(y1 - line, y0)
        inner_left, inner_right = min(x0 + line, x1), max(x1 - line, x0)
        sides = ((x0, y0, x1, upper), (x0, lower, x1, y1), (x0, y0, inner_left, y1), (inner_right, y0, x1, y1))
        for number, side in enumerate(sides):
            if dashed and inset == 0:
                _dash(image, side, paint, DASH * thickness, upright=number >= 2)
            else:
                fill(image, side, paint)


def fill(image: Picture, part: Box, colour: Bgr) -> None:
    """Paints left, top, right, bottom, the last two not included."""
    left, top, right, bottom = part
    if left < right and top < bottom:
        cv2.rectangle(image, (left, top), (right - 1, bottom - 1), colour, cv2.FILLED)


def _draw_whole(image: Picture, box: Box, colour: Bgr, thickness: int, dashed: bool) -> None:
    """A box that is in sight with all its lines: each side with its hair-lines at once, a fifth of the time."""
    left, top, right, bottom = box
    across, down = _sides(colour, thickness, image.shape[1], image.shape[0], dashed)
    across, down = across[:, : right - left + 2], down[thickness : bottom - top - thickness]
    image[top - 1 : top + thickness + 1, left - 1 : right + 1] = across
    image[bottom - thickness - 1 : bottom + 1, left - 1 : right + 1] = across
    image[top + thickness : bottom - thickness, left - 1 : left + thickness + 1] = down
    image[top + thickness : bottom - thickness, right - thickness - 1 : right + 1] = down
    # `across` begins with a dark pixel, but goes on as long as the picture is wide.
    image[top : top + thickness, right] = DARK_PIXEL
    image[bottom - thickness : bottom, right] = DARK_PIXEL
    if dashed:  # upright sides begin with a dash at the top, and go on to the very bottom
        image[top : top + thickness, right - thickness : right] = colour
        end = _on(bottom - top, DASH * thickness)[-thickness:]
        image[bottom - thickness : bottom, right - thickness : right][end] = colour


@lru_cache(maxsize=64)
def _sides(colour: Bgr, thickness: int, width: int, height: int, dashed: bool) -> tuple[Picture, Picture]:
    """A line between dark ones, read-only.

    Returns:
        (thickness + 2, width, 3) from left to right, with a dark pixel before it, and (height, thickness + 2, 3) down.
    """
    across = np.full((thickness + 2, width, 3), DARK, np.uint8)
    down = np.full((height, thickness + 2, 3), DARK, np.uint8)
    dash = DASH * thickness
    across[1:-1, 1:][:, _on(width - 1, dash) if dashed else slice(None)] = colour
    down[:, 1:-1][_on(height, dash) if dashed else slice(None)] = colour
    for pattern in (across, down):
        pattern.flags.writeable = False  # shared by all threads
    return across, down


def _on(length: int, dash: int) -> npt.NDArray[np.bool_]:
    """Where a dashed line of that length is seen."""
    return np.asarray(np.arange(length) % (2 * dash) < dash)


def _dash(image: Picture, part: Box, colour: Bgr, dash: int, upright: bool) -> None:
    left, top, right, bottom = part
    left, top, right, bottom = max(left, 0), max(top, 0), min(right, image.shape[1]), min(bottom, image.shape[0])
    begin, end = (top, bottom) if upright else (left, right)
    for start in range(begin, end, 2 * dash):
        stop = min(start + dash, end)
        fill(image, (left, start, right, stop) if upright else (start, top, stop, bottom), colour)
