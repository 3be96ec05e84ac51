"""Reads the frame number and the capture time that the emulated camera burns into its pictures.

40 cells across, three rows of them at the top: white and black in turn; a 32-bit frame number; 32 bits of
CLOCK_MONOTONIC in microseconds; both with a checksum. It outlives H.264 and being scaled.
"""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import av
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]


class Code(NamedTuple):
    """What is burnt in: the frame's number, and when it was taken, in microseconds mod 2**32."""

    number: int
    taken_us: int


def decode(picture: Picture) -> Code | None:
    """The code at the top of a whole camera picture, (H, W, 3) or (H, W); None where it cannot be read."""
    cell_height = picture.shape[1] / 80
    top = picture[: int(3 * cell_height + 1)]
    grey = top if top.ndim == 2 else top[..., 1]
    rows = [_cells(grey, row, cell_height) for row in range(3)]
    dark, bright = rows[0][1::2].mean(), rows[0][0::2].mean()
    middle = (dark + bright) / 2
    if bright - dark < 40 or (rows[0][0::2] <= middle).any() or (rows[0][1::2] >= middle).any():
        return None
    number, taken_us = _value(rows[1] > middle, 0x5), _value(rows[2] > middle, 0xA)
    return None if number is None or taken_us is None else Code(number, taken_us)


def age_ms(taken_us: int) -> float:
    """How long ago a picture was taken, on the machine that it was taken on."""
    return ((time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000 - taken_us) & 0xFFFFFFFF) / 1000


@dataclass(frozen=True)
class Measured:
    """What the codes in a recording say.

    Attributes:
        frames: pictures in the file.
        unreadable: those without a readable code.
        numbers: the camera's numbers of the others, in the order of the file.
        duplicates, backwards, missing: pictures that came twice, came too late, or are not there.
        taken_s: when each was taken, 0 at the first.
        times_s: the file's own time of each, 0 at the first.
    """

    frames: int
    unreadable: int
    numbers: list[int]
    duplicates: int
    backwards: int
    missing: int
    taken_s: list[float]
    times_s: list[float]


def measure(path: Path) -> Measured:
    """Reads the codes of all frames of a recording of the emulated camera."""
    codes: list[Code] = []
    times_s: list[float] = []
    frames = 0
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            frames += 1
            code = decode(frame.to_ndarray(format="gray"))
            if code is not None:
                codes.append(code)
                times_s.append(frame.time)
    steps = [after.number - before.number for before, after in itertools.pairwise(codes)]
    return Measured(
        frames=frames,
        unreadable=frames - len(codes),
        numbers=[code.number for code in codes],
        duplicates=steps.count(0),
        backwards=sum(step < 0 for step in steps),
        missing=sum(step - 1 for step in steps if step > 1),
        taken_s=[((code.taken_us - codes[0].taken_us) & 0xFFFFFFFF) / 1e6 for code in codes],
        times_s=[t - times_s[0] for t in times_s],
    )


def _cells(grey: Picture, row: int, height: float) -> npt.NDArray[Any]:
    """Mean brightness of the 40 cells of a row, float (40,): of their middle halves, as edges blur."""
    top, bottom = int((row + 0.25) * height), max(int((row + 0.75) * height), int((row + 0.25) * height) + 1)
    line = grey[top:bottom].mean(axis=0)
    width = grey.shape[1] / 40
    return np.array(
        [
            line[int((k + 0.3) * width) : max(int((k + 0.7) * width), int((k + 0.3) * width) + 1)].mean()
            for k in range(40)
        ]
    )


def _value(cells: npt.NDArray[np.bool_], salt: int) -> int | None:
    """The 32-bit number in a row of cells, bool (40,); None if its frame or its checksum is wrong."""
    if [bool(cells[k]) for k in (0, 1, 38, 39)] != [True, False, True, False]:
        return None
    number = int("".join("1" if bit else "0" for bit in cells[2:34]), 2)
    checksum = int("".join("1" if bit else "0" for bit in cells[34:38]), 2)
    for shift in range(0, 32, 4):
        salt ^= number >> shift & 15
    return number if salt == checksum else None
