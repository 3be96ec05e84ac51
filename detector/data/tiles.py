"""Class sheets: small labelled pictures, one JPEG sheet for each class, to pre-train a backbone."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from detector.errors import DataError

log = logging.getLogger(__name__)
TILES_A_ROW = 10


@dataclass(frozen=True, eq=False)
class Tiles:
    """Labelled small pictures.

    Attributes:
        pictures: uint8 (t, t, 3) BGR each; t differs between classes.
        labels: int64 (N,), index into class_names.
        class_names: English names, in the order of their sheets' names.
        xyxy: float32 (N, 4), the box of the thing, pixels of the tile; zeros where none is known.
    """

    pictures: tuple[npt.NDArray[np.uint8], ...]
    labels: npt.NDArray[np.int64]
    class_names: tuple[str, ...]
    xyxy: npt.NDArray[np.float32]


def read_tiles(folder: Path, split: str) -> Tiles:
    """All tiles of `split` ("train" or "val"): sheets FOLDER/SPLIT/ID.jpg, names and counts in FOLDER/index.json.

    Boxes are read from FOLDER/boxes-SPLIT.txt where there is such a file.

    Raises:
        DataError: no index, no tile, or a sheet that cannot be read or is smaller than its tiles.
    """
    try:
        index: dict[str, dict[str, object]] = json.loads((folder / "index.json").read_text("utf-8"))
    except FileNotFoundError as error:
        raise DataError("data_missing", path=folder / "index.json") from error
    except ValueError as error:
        raise DataError("data_unreadable", path=folder / "index.json", reason=error) from error
    pictures: list[npt.NDArray[np.uint8]] = []
    labels: list[int] = []
    firsts: dict[str, int] = {}
    for label, sheet_id in enumerate(sorted(index)):
        sheet = cv2.imread(str(folder / split / f"{sheet_id}.jpg"), cv2.IMREAD_COLOR)
        counts = index[sheet_id]["count"]
        count = counts[split] if isinstance(counts, dict) else 0
        if sheet is None or -(-count // TILES_A_ROW) * (sheet.shape[1] // TILES_A_ROW) > sheet.shape[0]:
            raise DataError("picture_unreadable", path=folder / split / f"{sheet_id}.jpg")
        firsts[sheet_id] = len(pictures)
        size = sheet.shape[1] // TILES_A_ROW
        for i in range(count):
            y, x = (i // TILES_A_ROW) * size, (i % TILES_A_ROW) * size
            pictures.append(sheet[y : y + size, x : x + size].astype(np.uint8))
        labels += [label] * count
    names = tuple(str(index[sheet_id]["name"]) for sheet_id in sorted(index))
    if not pictures:
        raise DataError("split_missing", path=folder / "index.json", split=split)
    boxes = read_boxes(folder / f"boxes-{split}.txt", pictures, firsts)
    return Tiles(tuple(pictures), np.array(labels, np.int64), names, boxes)


def read_boxes(
    path: Path, pictures: Sequence[npt.NDArray[np.uint8]], firsts: Mapping[str, int]
) -> npt.NDArray[np.float32]:
    """Lines "ID tile x1 y1 x2 y2", whole pixels, the last ones included -> xyxy with edges, clipped to the tile.

    Lines that name no tile of a sheet, or no area of it, are left out and counted.

    Args:
        pictures: all tiles, for their sizes.
        firsts: the place among them of each sheet's first tile.

    Raises:
        DataError: the file is no text.
    """
    boxes = np.zeros((len(pictures), 4), np.float32)
    try:
        lines = path.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return boxes
    except (OSError, ValueError) as error:
        raise DataError("data_unreadable", path=path, reason=error) from error
    ends = dict(zip(firsts, [*list(firsts.values())[1:], len(pictures)], strict=True))
    left_out = 0
    for line in lines:
        sheet_id, *numbers = line.split() or [""]
        try:
            tile, x1, y1, x2, y2 = (int(number) for number in numbers)
        except ValueError:
            left_out += 1
            continue
        place = firsts.get(sheet_id, len(pictures)) + tile
        if tile < 0 or place >= ends.get(sheet_id, 0):
            left_out += 1
            continue
        height, width = pictures[place].shape[:2]
        xyxy = np.clip((x1, y1, x2 + 1, y2 + 1), 0, (width, height, width, height))
        if (xyxy[2:] > xyxy[:2]).all():
            boxes[place] = xyxy
        else:
            left_out += 1
    if left_out:
        log.warning("%d of %d lines of %s name no tile or no area of one: left out", left_out, len(lines), path)
    return boxes
