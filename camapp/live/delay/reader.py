"""Finds the changing square in a camera's picture and reads its number."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from camapp.live.delay.code import (
    CELL_HIGH,
    CELL_WIDE,
    CELLS,
    CORNERS,
    DICTIONARY,
    FIRST_ROW,
    FRAME,
    MARKER,
    QUIET,
    SIDE,
    number_of,
)  # fmt: skip

Picture = npt.NDArray[np.uint8]
Matrix = npt.NDArray[np.float64]

LOOKED_AT = 1000  # pixels along the longer edge in which the markers are looked for: more costs time, and finds no more
LOOK_EVERY = 3  # pictures, while it is out of sight: looking takes long
FEWEST_MARKERS = 3  # with two, the far end of the cells would be guessed
SMALLER = 0.35  # of the largest marker's area: a copy, as the window shows what the camera sees, square and all
SHARP = 6  # pixels a module in the straightened square
LEAST_CONTRAST = 25.0  # between white and black, of 255
AGREE = 0.97  # share of the unchanging modules that must look as they should
UNCLEAR = 0.3  # of the contrast: a cell that was exposed while it changed
MOST_UNCLEAR = 2  # a long exposure spans three numbers; more is blur
WHOLE = SIDE + 2 * QUIET
CHANGING = np.zeros((WHOLE, WHOLE), np.bool_)
CHANGING[QUIET + FIRST_ROW : QUIET + FIRST_ROW + 2 * CELL_HIGH, QUIET : QUIET + SIDE] = True


class CodeReader:
    """Reads picture after picture; where the square was, it is looked for first, which costs next to nothing."""

    def __init__(self) -> None:
        self._place: Matrix | None = None  # (3, 3), straightened square -> pixels of the picture
        self._mirrored = False
        self._searches = 0  # pictures since it was out of sight
        self._detector = cv2.aruco.ArucoDetector(cv2.aruco.getPredefinedDictionary(DICTIONARY))

    def read(self, picture: Picture) -> int | None:
        """The number in a picture, uint8 (H, W, 3) or (H, W, 1); None where there is none that can be trusted."""
        if self._place is not None:
            cells = read_cells(picture, self._place)
            if cells is not None:
                self._searches = 0
                return _trusted(cells)
        if self._searches and self._searches % LOOK_EVERY:
            self._searches += 1
            return None
        grey = np.ascontiguousarray(picture[..., picture.shape[2] // 2])  # green says most of the light
        place = self._find(grey)
        if place is None:
            self._searches += 1
            return None
        self._searches, self._place = 0, place
        cells = read_cells(picture, place)
        return None if cells is None else _trusted(cells)

    def _find(self, grey: Picture) -> Matrix | None:
        """Where the largest square lies; as it is, then mirrored, whichever it was last first."""
        step = max(round(max(grey.shape) / LOOKED_AT), 1)
        small = grey if step == 1 else cv2.resize(grey, None, fx=1 / step, fy=1 / step, interpolation=cv2.INTER_AREA)
        for mirrored in (self._mirrored, not self._mirrored):
            looked_at = np.ascontiguousarray(small[:, ::-1]) if mirrored else small
            corners, numbers, _rejected = self._detector.detectMarkers(looked_at)
            quads = [np.asarray(quad, np.float32).reshape(4, 2) for quad in corners]
            place = None if numbers is None else _place_of(quads, np.ravel(numbers).astype(np.int64).tolist())
            if place is not None:
                self._mirrored = mirrored
                turned = np.array([[-1, 0, looked_at.shape[1]], [0, 1, 0], [0, 0, 1]]) if mirrored else np.eye(3)
                return np.diag([grey.shape[1] / small.shape[1], grey.shape[0] / small.shape[0], 1.0]) @ turned @ place
        return None


def read_cells(picture: Picture, place: Matrix) -> npt.NDArray[np.float64] | None:
    """How much brighter each bit is than its opposite, float (11,), in -1..1; None where no square lies there.

    Args:
        picture: uint8 (H, W, 3) or (H, W, 1).
        place: (3, 3), modules of the square with its white, from its top-left corner -> pixels.
    """
    scaled = place @ np.diag([1 / SHARP, 1 / SHARP, 1.0])
    side = WHOLE * SHARP
    straight = cv2.warpPerspective(picture, scaled, (side, side), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    green = straight if straight.ndim == 2 else straight[..., straight.shape[2] // 2]
    inner = green.reshape(WHOLE, SHARP, WHOLE, SHARP)[:, 1:-1, :, 1:-1]  # edges blur
    modules = inner.mean(axis=(1, 3), dtype=np.float64)
    white, black = modules[~CHANGING & (FRAME > 0)].mean(), modules[~CHANGING & (FRAME == 0)].mean()
    contrast = white - black
    if contrast < LEAST_CONTRAST:
        return None
    looks_white = modules > (white + black) / 2
    if np.mean((looks_white == (FRAME > 0))[~CHANGING]) < AGREE:
        return None
    top = QUIET + FIRST_ROW
    band = modules[top : top + 2 * CELL_HIGH, QUIET : QUIET + SIDE].reshape(2, CELL_HIGH, CELLS, CELL_WIDE)
    bright, dark = band.mean(axis=(1, 3))
    return np.clip((bright - dark) / contrast, -1, 1)


def _trusted(cells: npt.NDArray[np.float64]) -> int | None:
    """The number, unless too much of it is blurred or the odd cell contradicts it plainly."""
    bits = cells > 0
    if int((np.abs(cells[:-1]) < UNCLEAR).sum()) > MOST_UNCLEAR:
        return None
    number = number_of(bits)
    clear = abs(cells[-1]) >= 2 * UNCLEAR and bool((np.abs(cells[:-1]) >= 2 * UNCLEAR).all())
    return None if clear and bits[-1] != bool(number & 1) else number


def _place_of(corners: Sequence[npt.NDArray[np.float32]], numbers: Sequence[int]) -> Matrix | None:
    """(3, 3), modules -> pixels, from the markers found: the largest of each number, and no copies much smaller."""
    largest: dict[int, tuple[float, npt.NDArray[np.float32]]] = {}
    for quad, number in zip(corners, numbers, strict=True):
        area = float(cv2.contourArea(quad))
        if number < len(CORNERS) and area > largest.get(number, (0.0, quad))[0]:
            largest[number] = area, quad
    biggest = max((area for area, _ in largest.values()), default=0.0)
    used = {number: quad for number, (area, quad) in largest.items() if area >= SMALLER * biggest}
    if len(used) < FEWEST_MARKERS:
        return None
    edge = np.array([(0, 0), (MARKER, 0), (MARKER, MARKER), (0, MARKER)], np.float32)
    modules = np.concatenate([np.array(CORNERS[number], np.float32) + QUIET + edge for number in used])
    # The finder's corners are middles of pixels, ours their edges.
    pixels = np.concatenate(list(used.values())) + 0.5
    place, _inliers = cv2.findHomography(modules, pixels)
    return None if place is None or not np.isfinite(place).all() else place.astype(np.float64)
