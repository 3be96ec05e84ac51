"""Reads the picture's number and its time, which an emulated camera burns into its pixels.

40 cells across, three rows of them at the top, each half as high as wide: white and black in turn; a number; the
CLOCK_MONOTONIC in microseconds, 32 bits each, with a checksum. A camera without them is none that is emulated.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]
CELLS = 40
LEAST_CONTRAST = 40
FRAME = {0: True, 1: False, 38: True, 39: False}  # cells of each number that are always the same
TURN_US = 1 << 32


class BurntIn(NamedTuple):
    """What stands in a picture: its number, and when it was taken, in microseconds mod 2**32."""

    number: int
    taken_us: int

    def taken_s(self, near_s: float) -> float:
        """On the time.monotonic() clock, the time that is nearest to `near_s`."""
        off_us = (round(near_s * 1e6) - self.taken_us + TURN_US // 2) % TURN_US - TURN_US // 2
        return near_s - off_us / 1e6


def read_burnt_in(picture: Picture) -> BurntIn | None:
    """Of a whole camera picture, (H, W, C) or (H, W), at any scale; None where nothing can be read."""
    high = picture.shape[1] / (2 * CELLS)
    top = picture[: int(3 * high + 1)]
    if min(top.shape[:2]) < 3 or picture.shape[1] < 4 * CELLS:
        return None
    grey = top if top.ndim == 2 else top[..., top.shape[2] // 2]
    rows = [_cells(grey, row, high) for row in range(3)]
    bright, dark = rows[0][0::2], rows[0][1::2]
    middle = (bright.mean() + dark.mean()) / 2
    if bright.mean() - dark.mean() < LEAST_CONTRAST or bright.min() <= middle or dark.max() >= middle:
        return None
    number, taken_us = _number(rows[1] > middle, 0x5), _number(rows[2] > middle, 0xA)
    return None if number is None or taken_us is None else BurntIn(number, taken_us)


def _cells(grey: Picture, row: int, high: float) -> npt.NDArray[np.float64]:
    """How bright the middle of each cell is, float (40,): edges blur."""
    first = int((row + 0.25) * high)
    line = grey[first : max(int((row + 0.75) * high), first + 1)].mean(axis=0)
    wide = grey.shape[1] / CELLS
    spans = [(int((cell + 0.3) * wide), int((cell + 0.7) * wide)) for cell in range(CELLS)]
    return np.array([line[begin : max(end, begin + 1)].mean() for begin, end in spans])


def _number(cells: npt.NDArray[np.bool_], salt: int) -> int | None:
    """The 32 bits of a row, bool (40,); None if what frames them or the checksum is wrong."""
    if any(bool(cells[cell]) != white for cell, white in FRAME.items()):
        return None
    number = int("".join("01"[int(bit)] for bit in cells[2:34]), 2)
    for shift in range(0, 32, 4):
        salt ^= number >> shift & 15
    return number if salt == int("".join("01"[int(bit)] for bit in cells[34:38]), 2) else None
