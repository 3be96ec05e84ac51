"""What stands beside a box, and where: inside the picture, and not over another label."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from threading import local
from typing import NamedTuple

import cv2

from camapp.live.choices import LABEL_PARTS, LabelPart
from detector.types import Detections

MOST_COVERED = 0.25  # of the picture by all labels together; more would hide what they are about
LETTER, CHARACTER = 0.5, 1.0  # widths in heights of the text, about: Latin, Chinese
SHORT: tuple[LabelPart, ...] = ("class", "confidence", "id")  # what is left where there is no room for all
# Characters that a label has at least: "p 0.91  x 1 y 1  1x1".
FEWEST: dict[LabelPart, int] = {"class": 1, "confidence": 4, "xy": 7, "wh": 3, "id": 0}
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


@lru_cache(maxsize=1024)
def text_width(text: str, text_px: int) -> int:
    """Pixels from the start of a text to its end."""
    x, _, width, _ = cv2.getTextSize((0, 0), text, (0, 0), face(), text_px)
    return int(x + width)


@lru_cache(maxsize=64)
def padding(text_px: int) -> tuple[int, int]:
    """Beside and above the text on its plate."""
    return max(text_px // 3, 2), max(text_px // 5, 1)


@lru_cache(maxsize=64)
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
    track = 0 if detections.track_ids is None else int(detections.track_ids[number])
    values = {"class": name, "confidence": f"{float(detections.scores[number]):.2f}", "id": f"#{track}"}
    if "xy" in parts or "wh" in parts:
        x, y, right, bottom = detections.xyxy[number].tolist()
        width, height = right - x, bottom - y
        values["xy"] = f"cx {x + width / 2:.0f} cy {y + height / 2:.0f}" if centre else f"x {x:.0f} y {y:.0f}"
        values["wh"] = f"{width:.0f}x{height:.0f}"
    lines = []
    for said, rest in _variants(tuple(parts), track > 0):
        first = " ".join([values[part] for part in said])
        lines.append("  ".join([first, *[values[part] for part in rest]] if first else [values[part] for part in rest]))
    return [line for line in dict.fromkeys(lines) if line]


@lru_cache(maxsize=64)
def _variants(parts: tuple[LabelPart, ...], numbered: bool) -> tuple[tuple[list[LabelPart], list[LabelPart]], ...]:
    """What a label says, in full and ever shorter: what stands together at first, and what stands apart after it."""
    wanted = [part for part in LABEL_PARTS if part in parts and (numbered or part != "id")]
    short = [part for part in wanted if part in SHORT]
    together = ("class", "confidence")
    return tuple(
        ([part for part in variant if part in together], [part for part in variant if part not in together])
        for variant in (wanted, short, short[:1])
    )


def worth_saying(parts: Sequence[LabelPart], count: int, size_wh: tuple[int, int], text_px: int) -> Sequence[LabelPart]:
    """The parts, without those that so many labels can't have room for, whatever they say: `shortened` drops them.

    Args:
        count: of the labels.
    """
    short = [part for part in parts if part in SHORT]
    fewest = sum([FEWEST[part] for part in parts]) * LETTER * text_px + 2 * padding(text_px)[0]
    return short if short and count * fewest > _room(size_wh, text_px) else parts


def shortened(variants: list[list[str]], size_wh: tuple[int, int], text_px: int) -> list[list[str]]:
    """The same labels, all without their longest texts where these would cover too much of the picture.

    Args:
        variants: for each box its texts, the longest first.
    """
    room = _room(size_wh, text_px)
    around = 2 * padding(text_px)[0]
    while any(said[1:] for said in variants):
        if sum([_letters(said[0]) * text_px + around for said in variants if said]) <= room:
            break
        variants = [said[1:] or said for said in variants]
    return variants


def _room(size_wh: tuple[int, int], text_px: int) -> float:
    """For all labels side by side, in pixels of their width."""
    return MOST_COVERED * size_wh[0] * size_wh[1] / plate_height(text_px)


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


class Taken:
    """Where labels lie already, and what they keep away from; asked without looking at all of them.

    Args:
        covered: rectangles that are taken from the start.
        size_wh: of the picture.
        height: of the labels; the picture is divided into bands of it.
    """

    def __init__(self, covered: Sequence[Box], size_wh: tuple[int, int], height: int) -> None:
        self._height = max(height, 1)
        self._bands: list[list[Box]] = [[] for _ in range(size_wh[1] // self._height + 1)]
        for box in covered:
            self.add(box)

    def add(self, box: Box) -> None:
        """Takes left, top, right, bottom."""
        for band in self._bands[max(box[1] // self._height, 0) : max((box[3] - 1) // self._height + 1, 0)]:
            band.append(box)

    def is_free(self, box: Box) -> bool:
        """Whether nothing lies in the box, whose upper edge is in the picture, not even in part."""
        left, top, right, bottom = box
        for band in self._bands[top // self._height : (bottom - 1) // self._height + 1]:
            for start, upper, end, lower in band:
                if left < end and start < right and top < lower and upper < bottom:
                    return False
        return True


def place(variants: list[str], box: Box, size_wh: tuple[int, int], text_px: int, taken: Taken) -> Label | None:
    """A free place for the first of the texts that fits, now taken; None where none is left: no label covers another.

    Args:
        variants: the same label, the longest first.
        size_wh: of the picture.
        taken: where labels lie already.
    """
    height = plate_height(text_px)
    if height > size_wh[1]:
        return None
    beside = padding(text_px)[0]
    last_y = max(size_wh[1] - height - 1, 0)  # the rim is seen, too
    for text in variants:
        width = text_width(text, text_px) + 2 * beside
        if width > size_wh[0]:
            continue
        last_x = max(size_wh[0] - width - 1, 0)
        for place_x, place_y in _places(box, width, height, size_wh[1]):
            x, y = min(max(place_x, 1), last_x), min(max(place_y, 1), last_y)
            here = (x, y, x + width, y + height)
            if taken.is_free(here):
                taken.add(here)
                return Label(text, x, y, width, height)
    return None


def _places(box: Box, width: int, height: int, picture_height: int) -> Iterator[tuple[int, int]]:
    """Above the box; else inside, where it covers little of a tall box; else below; at last wherever there is room."""
    left, top, right, bottom = box
    near = (top, bottom) if bottom - top > TALL * height else (bottom, top)
    last = picture_height - height
    for y in (top - height, *near, bottom - height, top - 2 * height, bottom + height, top + height):
        if 0 <= y <= last:
            yield left, y
            yield right - width, y
    yield left, top - height
    yield right - width, top - height


def _letters(text: str) -> float:
    """Its width in heights, about: measuring takes ten times as long."""
    if text.isascii():
        return LETTER * len(text)
    return sum([CHARACTER if character >= "\u2e80" else LETTER for character in text])
