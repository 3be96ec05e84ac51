"""Contact sheets: every marked frame of a clip with its marks, so that anyone can check them."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from benchmarks.clips.marks import Clip, Mark, Marks, read_frames
from detector.errors import OutputError
from detector.modelfile import write_aside

COLUMNS, TILE_WIDTH = 5, 384
TEXT_SIZE = 0.35
QUALITY = 72  # all sheets together stay under 3 MB
COLOURS_BGR = {"person": (0, 220, 0), "bottle": (0, 140, 255), "hand": (255, 0, 255)}
IGNORED_BGR = (255, 255, 0)
Picture = npt.NDArray[np.uint8]


def write_sheets(marks: Marks, clips: Path, out: Path) -> None:
    """One JPEG for each clip; ignored marks are cyan and their label ends in "?".

    Raises:
        OutputError: a file cannot be written.
        ClipError: a clip cannot be read.
    """
    for clip in marks.clips:
        tiles = [_tile(np.array(f.image), f.index, clip.frames[f.index]) for f in read_frames(clip, clips)]
        tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % COLUMNS)
        rows = [np.hstack(tiles[i : i + COLUMNS]) for i in range(0, len(tiles), COLUMNS)]
        path = out / sheet_name(clip)
        done, encoded = cv2.imencode(".jpg", np.vstack(rows), [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        if not done:
            raise OutputError("output_unwritable", path=path, reason="the picture cannot be encoded")
        write_aside(path, encoded.tobytes())


def sheet_name(clip: Clip) -> str:
    """The file name of a clip's sheet."""
    return f"{Path(clip.name).stem}.jpg"


def _tile(image: Picture, index: int, marks: tuple[Mark, ...]) -> Picture:
    scale = TILE_WIDTH / image.shape[1]
    size_wh = (TILE_WIDTH, round(image.shape[0] * scale))
    tile: Picture = np.asarray(cv2.resize(image, size_wh, interpolation=cv2.INTER_AREA), np.uint8)
    for number, mark in enumerate(marks):
        colour = IGNORED_BGR if mark.ignore else COLOURS_BGR[mark.name]
        x1, y1, x2, y2 = (round(v * scale) for v in mark.xyxy)
        cv2.rectangle(tile, (x1, y1), (x2 - 1, y2 - 1), colour, 1)
        _write(tile, f"{number}{mark.name[0]}{'?' if mark.ignore else ''}", (x1 + 2, y1 + 10), colour)
    _write(tile, f"frame {index}", (4, tile.shape[0] - 5), (255, 255, 255))
    return tile


def _write(tile: Picture, text: str, at: tuple[int, int], colour: tuple[int, int, int]) -> None:
    (width, height), base = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, TEXT_SIZE, 1)
    x, y = at
    cv2.rectangle(tile, (x - 1, y - height - 1), (x + width, y + base - 2), (0, 0, 0), cv2.FILLED)  # readable anywhere
    cv2.putText(tile, text, at, cv2.FONT_HERSHEY_SIMPLEX, TEXT_SIZE, colour, 1, cv2.LINE_AA)
