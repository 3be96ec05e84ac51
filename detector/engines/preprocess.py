"""From frames of any size to the network's input: a fitting shape, equal scale, grey padding. Shared by all engines.

The picture stays uint8 here; mean and std are the engine's matter, on the device that computes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from detector.boxes import STRIDES, Letterbox
from detector.errors import UsageError

PAD_VALUE = 114  # the grey that training pads with; near the mean of natural pictures
LARGEST_AUTO = 320 * 416  # input pixels: what a two-core CPU detects at a camera's rate; more must be asked for
NEARLY = 0.95  # share of the most pixels that is enough: 16:10 gains 3 % from 320x416, which costs 25 %
HALVE_BELOW = 0.6  # scale under which a picture is first halved by averaging; as in training
LARGEST_SIDE = 4096  # input pixels; above it a single frame needs gigabytes


def check_shape(shape_hw: Sequence[int]) -> tuple[int, int]:
    """`shape_hw` as a tuple, if a network takes it.

    Raises:
        UsageError: no height and width in multiples of 32, up to 4096.
    """
    multiple = max(STRIDES)
    fits = len(shape_hw) == 2 and all(0 < n <= LARGEST_SIDE and n % multiple == 0 for n in shape_hw)
    if not fits:
        raise UsageError("size_invalid", size="x".join(str(n) for n in shape_hw))
    return int(shape_hw[0]), int(shape_hw[1])


def parse_size(text: str) -> tuple[int, int]:
    """ "256x416", height x width, -> (256, 416).

    Raises:
        UsageError: not two numbers, or no input shape.
    """
    parts = text.lower().split("x")
    if len(parts) != 2 or not all(part.strip().isdecimal() for part in parts):
        raise UsageError("size_invalid", size=text)
    return check_shape([int(part) for part in parts])


@lru_cache(maxsize=256)
def choose_shape(size_wh: tuple[int, int], sizes_hw: tuple[tuple[int, int], ...]) -> tuple[int, int]:
    """The smallest shape in which a picture of this aspect gets (nearly) the most pixels.

    Considers the shapes up to LARGEST_AUTO input pixels (all, if all are larger), upright and lying, so that a portrait
    picture is not squeezed into a landscape shape: 16:9 -> 256x416, 4:3 -> 320x416, 9:16 -> 416x256.
    """
    shapes = {shape for h, w in sizes_hw for shape in ((h, w), (w, h))}
    allowed = [s for s in shapes if s[0] * s[1] <= LARGEST_AUTO] or shapes

    def picture_pixels(shape_hw: tuple[int, int]) -> int:
        width, height = Letterbox.fit(size_wh, shape_hw).inner_wh
        return width * height

    enough = NEARLY * max(map(picture_pixels, allowed))
    return min((s for s in allowed if picture_pixels(s) >= enough), key=lambda s: (s[0] * s[1], -picture_pixels(s), s))


def letterbox(
    image: npt.NDArray[np.uint8], shape_hw: tuple[int, int], channels: int
) -> tuple[npt.NDArray[np.uint8], Letterbox]:
    """The picture at equal scale in the top left of a grey input.

    Args:
        image: uint8 (H, W, 3) BGR or (H, W, 1) grey.
        shape_hw: of the network's input.
        channels: 3 or 1, what the network takes; the picture is converted.

    Returns:
        uint8 (h, w, channels), and where the picture lies in it.
    """
    place = Letterbox.fit((image.shape[1], image.shape[0]), shape_hw)
    # Bilinear samples four pixels: halve first, as training does, or fine detail turns into noise.
    while max(place.inner_wh[0] / image.shape[1], place.inner_wh[1] / image.shape[0]) < HALVE_BELOW:
        image = resize(image, (max(1, image.shape[1] // 2), max(1, image.shape[0] // 2)), cv2.INTER_AREA)
    inner = resize(image, place.inner_wh, cv2.INTER_LINEAR)
    if inner.shape[2] != channels:  # after the resize: fewer pixels to convert
        inner = with_channels(cv2.cvtColor(inner, cv2.COLOR_GRAY2BGR if channels == 3 else cv2.COLOR_BGR2GRAY))
    padded = np.full((*shape_hw, channels), PAD_VALUE, np.uint8)
    padded[: place.inner_wh[1], : place.inner_wh[0]] = inner
    return padded, place


def resize(image: npt.NDArray[np.uint8], size_wh: tuple[int, int], interpolation: int) -> npt.NDArray[np.uint8]:
    """cv2.resize of uint8 (H, W, C) that keeps a single channel's axis."""
    return with_channels(cv2.resize(image, size_wh, interpolation=interpolation))


def with_channels(image: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """uint8 (H, W, C) of what OpenCV gives: it drops the axis of a single channel."""
    return np.asarray(image if image.ndim == 3 else image[:, :, None], np.uint8)
