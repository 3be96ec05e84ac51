"""What stands beside a box, and where: inside the picture, and not over another label."""

from __future__ import annotations

from threading import local
from typing import NamedTuple

import cv2

from detector.types import Detections

TALL = 4  # labels: a box that is higher than this can have its own inside
_faces = local()  # a FontFace keeps the state of its last text: one for each thread


class Label(NamedTuple):
    """A text and the plate behind it, x, y, w, h in picture pixels."""

    text: str
    x: int
    y: int
    w: int
    h: int


def face() -> cv2.FontFace:
    """The font that has Latin and Chinese letters, for this thread."""
    if not hasattr(_faces, "uni"):
        _faces.uni = cv2.FontFace("uni")
    return _faces.uni


def text_width(text: str, text_px: int) -> int:
    """Pixels from the start of a text to its end."""
    x, _, width, _ = cv2.getTextSize((0, 0), text, (0, 0), face(), text_px)
    return int(x + width)


def padding(text_px: int) -> tuple[int, int]:
    """Beside and above the text on its plate."""
    return max(text_px // 3, 2), max(text_px // 5, 1)


def plate_height(text_px: int) -> int:
    """Room for the tallest letter, the part below the line, and the padding."""
    return text_px + text_px * 3 // 10 + 2 * padding(text_px)[1]


def texts(detections: Detections, number: int, name: str, show_numbers: bool, centre: bool) -> list[str]:
    """The label of one box, in full and shorter: `bottle 0.91  x 312 y 140  84x210`, then `bottle 0.91`."""
    short = f"{name} {detections.scores[number]:.2f}"
    if not show_numbers:
        return [short]
    x, y, right, bottom = detections.xyxy[number].tolist()
    width, height = right - x, bottom - y
    at = f"cx {x + width / 2:.0f} cy {y + height / 2:.0f}" if centre else f"x {x:.0f} y {y:.0f}"
    return [f"{short}  {at}  {width:.0f}x{height:.0f}", short]


def place(
    variants: list[str], box: tuple[int, int, int, int], size_wh: tuple[int, int], text_px: int, taken: list[Label]
) -> Label | None:
    """A free place for the first of the texts that fits; None in a picture too small for any.

    Args:
        variants: the same label, the longest first.
        box: left, top, right, bottom in picture pixels.
        size_wh: of the picture.
        taken: labels that are placed already.
    """
    height = plate_height(text_px)
    if height > size_wh[1]:
        return None
    fallback = None
    for text in variants:
        width = text_width(text, text_px) + 2 * padding(text_px)[0]
        if width > size_wh[0]:
            continue
        for x, y in _places(box, width, height, size_wh[1]):
            label = Label(text, min(max(x, 0), size_wh[0] - width), min(max(y, 0), size_wh[1] - height), width, height)
            if not any(_overlap(label, other) for other in taken):
                return label
            fallback = fallback or label
    return fallback


def _places(box: tuple[int, int, int, int], width: int, height: int, picture_height: int) -> list[tuple[int, int]]:
    """Above the box; else inside, where it covers little of a tall box; else below; at last wherever there is room."""
    left, top, right, bottom = box
    near = [top, bottom] if bottom - top > TALL * height else [bottom, top]
    rows = [top - height, *near, bottom - height, top - 2 * height, bottom + height, top + height]
    inside = [y for y in rows if 0 <= y <= picture_height - height]
    return [(x, y) for y in (*inside, top - height) for x in (left, right - width)]


def _overlap(a: Label, b: Label) -> bool:
    return a.x < b.x + b.w and b.x < a.x + a.w and a.y < b.y + b.h and b.y < a.y + a.h
