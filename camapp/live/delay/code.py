"""The square that changes on the screen while the delay is measured: a number that a camera can read.

Four ArUco markers hold the corners, so that it is found and straightened however the camera is held. Between them lie
two rows of cells: the number's bits, and under each its opposite. So a bit is a comparison of two neighbours, which
neither light nor blur turns round, and the square stays as bright as it was. All bits lie at one height: a camera that
reads its rows one after another reads them at one time. The number is in Gray code: where a picture was exposed while
the number changed, one cell is grey, and either way of reading it is off by one at most.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]

BITS = 10
NUMBERS = 1 << BITS  # as many until it begins anew: 17 s at 60 a second
SIDE = 22  # modules along an edge, without the white around it
QUIET = 2  # modules of white around it, which the finder needs
MARKER = 6  # modules along an edge of a marker
DICTIONARY = cv2.aruco.DICT_4X4_50
CORNERS = ((0, 0), (SIDE - MARKER, 0), (SIDE - MARKER, SIDE - MARKER), (0, SIDE - MARKER))  # of markers 0 to 3: x, y
CELL_WIDE, CELL_HIGH = 2, 3  # modules
FIRST_ROW = 8  # of the bits, in modules; their opposites lie below
CELLS = BITS + 1  # the last one says whether the number is odd


def draw_code(number: int) -> Picture:
    """The square, one pixel a module, white around it: uint8 (26, 26), 0 or 255.

    Raises:
        ValueError: the number is not in 0..1023.
    """
    if not 0 <= number < NUMBERS:
        raise ValueError(f"a number in 0..{NUMBERS - 1} is needed, got {number}")
    picture = FRAME.copy()
    for cell, bit in enumerate(bits_of(number)):
        x, y = QUIET + cell * CELL_WIDE, QUIET + FIRST_ROW
        top = y if not bit else y + CELL_HIGH
        picture[top : top + CELL_HIGH, x : x + CELL_WIDE] = 0
    return picture


def bits_of(number: int) -> tuple[bool, ...]:
    """The cells of a number, most significant bit first, then whether it is odd."""
    grey = number ^ number >> 1
    return (*(bool(grey >> place & 1) for place in reversed(range(BITS))), bool(number & 1))


def number_of(bits: npt.NDArray[np.bool_]) -> int:
    """The inverse of bits_of, whose last cell is not looked at: bool (11,) -> number."""
    number = 0
    for bit in bits[:BITS].tolist():
        number = number << 1 | (number & 1 ^ bit)
    return number


def _frame() -> Picture:
    """What does not change: uint8 (26, 26)."""
    picture = np.full((SIDE + 2 * QUIET, SIDE + 2 * QUIET), 255, np.uint8)
    dictionary = cv2.aruco.getPredefinedDictionary(DICTIONARY)
    for number, (x, y) in enumerate(CORNERS):
        marker = cv2.aruco.generateImageMarker(dictionary, number, MARKER)
        picture[QUIET + y : QUIET + y + MARKER, QUIET + x : QUIET + x + MARKER] = marker
    return picture


FRAME = _frame()
FRAME.setflags(write=False)
