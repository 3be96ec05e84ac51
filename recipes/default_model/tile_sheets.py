"""Small pictures of one object each as training pictures for a detector: `python -m recipes.default_model.tile_sheets`.

The everyday pictures show some classes a few dozen times only. The pre-training tiles show some of the same classes a
hundred times each, with a box: here they are put side by side on sheets, as one COCO data set. Only classes whose
silence can be believed are taken: a cat lies on a sofa that nobody marked, and bottles stand in rows of which one is
marked.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
import typer

from detector.data.augment import GREY
from detector.errors import DataError

SEED = 0
GRIDS = ((6, 4), (5, 3), (4, 3), (3, 2))  # tiles a sheet, across and down: they show at several sizes
CLASSES = {
    "dog": ("n02085620", "n02094433", "n02099712", "n02106662", "n02113799"),
    "cat": ("n02123045", "n02123394", "n02124075"),
    "bird": ("n02002724", "n02056570", "n02058221"),
    "cow": ("n02403003",),
    "bear": ("n02132136",),
    "elephant": ("n02504458",),
    "train": ("n02917067", "n03393912"),
    "car": ("n02814533", "n03100240", "n03670208", "n04285008"),
    "truck": ("n03796401",),
    "bus": ("n04487081",),
    "boat": ("n03447447", "n03662601"),
    "backpack": ("n02769748",),
    "umbrella": ("n04507155",),
    "tie": ("n02883205",),
    "keyboard": ("n03085013",),
    "refrigerator": ("n04070727",),
    "parking meter": ("n03891332",),
    "teddy bear": ("n04399382",),
    "banana": ("n07753592",),
    "pizza": ("n07873807",),
    "spoon": ("n04597913",),
}


def read_boxes(folder: Path) -> dict[tuple[str, int], tuple[int, int, int, int]]:
    """The box of each tile (class, number), xywh in its pixels."""
    boxes = {}
    for line in (folder / "boxes-train.txt").read_text("utf-8").splitlines():
        wnid, *numbers = line.split()
        tile, x1, y1, x2, y2 = (int(number) for number in numbers)
        boxes[wnid, tile] = x1, y1, x2 - x1 + 1, y2 - y1 + 1  # the last pixel belongs to the box
    return boxes


class Tile(NamedTuple):
    """One small picture.

    Attributes:
        pixels: uint8 (S, S, 3) BGR.
        class_id: place in CLASSES.
        xywh: its object, in its pixels.
    """

    pixels: npt.NDArray[np.uint8]
    class_id: int
    xywh: tuple[int, int, int, int]


def read_tiles(folder: Path) -> list[Tile]:
    """All tiles of CLASSES that have a box.

    Raises:
        DataError: a sheet cannot be read.
    """
    index = json.loads((folder / "index.json").read_text("utf-8"))
    boxes = read_boxes(folder)
    found = []
    for class_id, wnids in enumerate(CLASSES.values()):
        for wnid in wnids:
            side, path = index[wnid]["tile"], folder / "train" / f"{wnid}.jpg"
            sheet = cv2.imread(str(path), cv2.IMREAD_COLOR)
            if sheet is None:
                raise DataError("data_missing", path=path)
            for number in range(index[wnid]["count"]["train"]):
                y, x = number // 10 * side, number % 10 * side
                if (wnid, number) in boxes:
                    pixels = sheet[y : y + side, x : x + side].astype(np.uint8)
                    found.append(Tile(pixels, class_id, boxes[wnid, number]))
    return found


def main(tiles: Path, out: Path) -> None:
    """Writes OUT/train.json and OUT/images.

    Args:
        tiles: the folder with index.json, boxes-train.txt and train/WNID.jpg.
        out: a new folder.
    """
    found = read_tiles(tiles)
    side = found[0].pixels.shape[0]
    rng = np.random.default_rng(SEED)
    order = list(rng.permutation(len(found)))
    (out / "images").mkdir(parents=True)
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    while order:
        across, down = GRIDS[int(rng.integers(len(GRIDS)))]
        picture = np.full((down * side, across * side, 3), GREY, np.uint8)
        for place in range(min(across * down, len(order))):
            tile = found[order.pop()]
            left, top = place % across * side, place // across * side
            picture[top : top + side, left : left + side] = tile.pixels
            x, y, w, h = tile.xywh
            box = {"bbox": [left + x, top + y, w, h], "area": w * h, "iscrowd": 0}
            number = len(annotations) + 1
            annotations.append({"id": number, "image_id": len(images), "category_id": tile.class_id + 1, **box})
        file = f"sheet{len(images):04d}.png"
        cv2.imwrite(str(out / "images" / file), picture)
        images.append({"id": len(images), "file_name": file, "width": across * side, "height": down * side})
    categories = [{"id": number, "name": name} for number, name in enumerate(CLASSES, start=1)]
    content = {"images": images, "annotations": annotations, "categories": categories}
    (out / "train.json").write_text(json.dumps(content), "utf-8")
    typer.echo(f"{len(annotations)} boxes on {len(images)} sheets")


if __name__ == "__main__":
    typer.run(main)
