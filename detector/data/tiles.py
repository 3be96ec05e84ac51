"""Class sheets: small labelled pictures, one JPEG sheet for each class, to pre-train a backbone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from detector.errors import DataError

TILES_A_ROW = 10


@dataclass(frozen=True, eq=False)
class Tiles:
    """Labelled small pictures.

    Attributes:
        pictures: uint8 (t, t, 3) BGR each; t differs between classes.
        labels: int64 (N,), index into class_names.
        class_names: English names, in the order of their sheets' names.
    """

    pictures: tuple[npt.NDArray[np.uint8], ...]
    labels: npt.NDArray[np.int64]
    class_names: tuple[str, ...]


def read_tiles(folder: Path, split: str) -> Tiles:
    """All tiles of `split` ("train" or "val"): sheets FOLDER/SPLIT/ID.jpg, names and counts in FOLDER/index.json.

    Raises:
        DataError: no index, or a sheet that cannot be read.
    """
    try:
        index: dict[str, dict[str, object]] = json.loads((folder / "index.json").read_text("utf-8"))
    except FileNotFoundError as error:
        raise DataError("data_missing", path=folder / "index.json") from error
    except ValueError as error:
        raise DataError("data_unreadable", path=folder / "index.json", reason=error) from error
    pictures: list[npt.NDArray[np.uint8]] = []
    labels: list[int] = []
    for label, sheet_id in enumerate(sorted(index)):
        sheet = cv2.imread(str(folder / split / f"{sheet_id}.jpg"), cv2.IMREAD_COLOR)
        if sheet is None:
            raise DataError("picture_unreadable", path=folder / split / f"{sheet_id}.jpg")
        counts = index[sheet_id]["count"]
        count = counts[split] if isinstance(counts, dict) else 0
        size = sheet.shape[1] // TILES_A_ROW
        for i in range(count):
            y, x = (i // TILES_A_ROW) * size, (i % TILES_A_ROW) * size
            pictures.append(sheet[y : y + size, x : x + size].astype(np.uint8))
        labels += [label] * count
    names = tuple(str(index[sheet_id]["name"]) for sheet_id in sorted(index))
    return Tiles(tuple(pictures), np.array(labels, np.int64), names)
