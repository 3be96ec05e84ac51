"""What stands beside a box, and where: inside the picture, and not over another label."""

from __future__ import annotations

from collections.abc import Sequence
from threading import local
from typing import NamedTuple

import cv2

from camapp.live.choices import LABEL_PARTS, LabelPart
from detector.types import Detections

MOST_COVERED = 0.25  # of the picture by all labels together; more would hide what they are about
LETTER, CHARACTER = 0.5, 1.0  # widths in heights of the text, about: Latin, Chinese
TALL = 4  # labels: a box that is higher than this can have its own inside
Box = tuple[int, int, int, int]  # left, top, right, bottom in picture pixels
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


def texts(
    detections: Detections, number: int, name: str, parts: Sequence[LabelPart] = LABEL_PARTS, centre: bool = False
) -> list[str]:
    """The label of one box, in full and ever shorter: `bottle 0.91  x 312 y 140  84x210`, `bottle 0.91`, `bottle`.

    Args:
        name: of its class, in the person's language.
        parts: what is wanted; an id only where it is known.
    """
    x, y, right, bottom = detections.xyxy[number].tolist()
    width, height = right - x, bottom - y
    values = {
        "class": name,
        "confidence": f"{detections.scores[number]:.2f}",
        "xy": f"cx {x + width / 2:.0f} cy {y + height / 2:.0f}" if centre else f"x {x:.0f} y {y:.0f}",
        "wh": f"{width:.0f}x{height:.0f}",
    }
    if detections.track_ids is not None and detections.track_ids[number]:
        values["id"] = f"#{detections.track_ids[number]}"
    wanted = [part for part in LABEL_PARTS if part in parts and part in values]
    short = [part for part in wanted if part in ("class", "confidence", "id")]
    variants = (wanted, short, short[:1])
    said = [" ".join(values[part] for part in variant if part in ("class", "confidence")) for variant in variants]
    rest = ["  ".join(values[part] for part in variant if part in ("xy", "wh", "id")) for variant in variants]
    lines = ["  ".join(filter(None, pair)) for pair in zip(said, rest, strict=True)]
    return [line for line in dict.fromkeys(lines) if line]


def shortened(variants: list[list[str]], size_wh: tuple[int, int], text_px: int) -> list[list[str]]:
    """The same labels, all without their longest texts where these would cover too much of the picture.

    Args:
        variants: for each box its texts, the longest first.
    """
    room = MOST_COVERED * size_wh[0] * size_wh[1]
    while sum(_area(said[0], text_px) for said in variants if said) > room and any(said[1:] for said in variants):
        variants = [said[1:] or said for said in variants]
    return variants


def uncovered(box: Box, covered: Sequence[Box]) -> Box | None:
    """The box without what lies over its upper edge; None where all of it is out of sight.

    Args:
        covered: the same kind of rectangles, of what the window lays over the picture.
    """
    left, top, right, bottom = box
    for start, upper, end, lower in covered:
        if upper <= top < lower and left < end and start < right:
            if start <= left and right <= end:
                top = lower
            elif start <= left:
                left = end
            elif right <= end:
                right = start
    return (left, top, right, bottom) if top < bottom else None


def place(variants: list[str], box: Box, size_wh: tuple[int, int], text_px: int, taken: list[Label]) -> Label | None:
    """A free place for the first of the texts that fits; None where none is left: no label covers another.

    Args:
        variants: the same label, the longest first.
        size_wh: of the picture.
        taken: labels that are placed already.
    """
    height = plate_height(text_px)
    if height > size_wh[1]:
        return None
    for text in variants:
        width = text_width(text, text_px) + 2 * padding(text_px)[0]
        if width > size_wh[0]:
            continue
        last_x, last_y = max(size_wh[0] - width - 1, 0), max(size_wh[1] - height - 1, 0)  # the rim is seen, too
        for x, y in _places(box, width, height, size_wh[1]):
            label = Label(text, min(max(x, 1), last_x), min(max(y, 1), last_y), width, height)
            if not any(_overlap(label, other) for other in taken):
                return label
    return None


def _places(box: Box, width: int, height: int, picture_height: int) -> list[tuple[int, int]]:
    """Above the box; else inside, where it covers little of a tall box; else below; at last wherever there is room."""
    left, top, right, bottom = box
    near = [top, bottom] if bottom - top > TALL * height else [bottom, top]
    rows = [top - height, *near, bottom - height, top - 2 * height, bottom + height, top + height]
    inside = [y for y in rows if 0 <= y <= picture_height - height]
    return [(x, y) for y in (*inside, top - height) for x in (left, right - width)]


def _area(text: str, text_px: int) -> float:
    """About, as measuring takes ten times as long."""
    width = sum(CHARACTER if character >= "\u2e80" else LETTER for character in text) * text_px
    return (width + 2 * padding(text_px)[0]) * plate_height(text_px)


def _overlap(a: Label, b: Label) -> bool:
    return a.x < b.x + b.w and b.x < a.x + a.w and a.y < b.y + b.h and b.y < a.y + a.h
