"""From frames of any size to the network's input: a fitting shape, equal scale, grey padding. Shared by all engines.

The picture stays uint8 here; mean and std are the engine's matter, on the device that computes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from detector.boxes import STRIDES, Letterbox
from detector.errors import UsageError

PAD_VALUE = 114  # the grey that training pads with; near the mean of natural pictures
LARGEST_AUTO = 320 * 416  # input pixels: what a two-core CPU detects at a camera's rate; more must be asked for
NEARLY = 0.95  # share of the most pixels that is enough: 16:10 gains 3 % from 320x416, which costs 25 %
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


@lru_cache(maxsize=256)
def parse_size(text: str) -> tuple[int, int]:
    """ "256x416", height x width, -> (256, 416).

    Raises:
        UsageError: not two numbers, or no input shape.
    """
    parts = text.lower().split("x")
    if len(parts) != 2 or not all(part.strip().isdigit() for part in parts):
        raise UsageError("size_invalid", size=text)
    return check_shape([int(part) for part in parts])


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
    inner = cv2.resize(image, place.inner_wh, interpolation=cv2.INTER_LINEAR)
    if inner.ndim == 2:  # OpenCV drops a single channel
        inner = inner[:, :, None]
    if inner.shape[2] != channels:  # after the resize: fewer pixels to convert
        inner = cv2.cvtColor(inner, cv2.COLOR_GRAY2BGR if channels == 3 else cv2.COLOR_BGR2GRAY)
    padded = np.full((*shape_hw, channels), PAD_VALUE, np.uint8)
    padded[: place.inner_wh[1], : place.inner_wh[0]] = inner.reshape(*place.inner_wh[::-1], channels)
    return padded, place
