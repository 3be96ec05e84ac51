"""Labelled pictures from a COCO json file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from detector.data.labelled import Dataset, LeftOut, dataset_of, labelled_picture
from detector.errors import DataError


def read_coco(path: Path, images: Path | None = None, class_names: Sequence[str] | None = None) -> Dataset:
    """Reads annotations; boxes are clipped to the picture, crowds and empty boxes left out, as a warning says.

    Args:
        path: the json file.
        images: folder of the pictures; by default `images` beside the file.
        class_names: keep only these, in this order; by default all that the file has.

    Raises:
        DataError: no such file, no COCO json, no picture found, or no usable box.
    """
    content = _load(path)
    folder = images if images is not None else path.parent / "images"
    try:
        categories = sorted(content["categories"], key=lambda c: int(c["id"]))
        ids_by_name = {str(c["name"]): int(c["id"]) for c in categories}
    except (KeyError, TypeError, ValueError) as error:
        raise DataError("data_unreadable", path=path, reason="its categories need an id and a name each") from error
    names = tuple(class_names) if class_names is not None else tuple(ids_by_name)
    class_of = {ids_by_name[name]: i for i, name in enumerate(names) if name in ids_by_name}
    labelled = np.array([name in ids_by_name for name in names], bool)
    boxes: dict[int, list[tuple[list[float], int]]] = {}
    left_out = LeftOut()
    for number, entry in enumerate(content["annotations"]):
        try:
            x, y, w, h = (float(v) for v in entry["bbox"])
            image_id, category_id = int(entry["image_id"]), int(entry["category_id"])
        except (KeyError, TypeError, ValueError):
            left_out.add("annotations that cannot be read", f"number {number}")
            continue
        if category_id not in class_of:
            left_out.add("boxes of other classes", f"category {category_id}")
        elif entry.get("iscrowd"):
            left_out.add("boxes of crowds", f"image {image_id}")
        else:
            boxes.setdefault(image_id, []).append(([x, y, x + w, y + h], class_of[category_id]))
    pictures = []
    for number, image in enumerate(content["images"]):
        try:
            file, image_id = folder / str(image["file_name"]), int(image["id"])
            size = (int(image["width"]), int(image["height"]))
        except (KeyError, TypeError, ValueError):
            left_out.add("pictures whose entry cannot be read", f"number {number}")
            continue
        if not file.is_file():
            left_out.add("pictures that are not there", file.name)
            continue
        pictures.append(labelled_picture(file, image_id, size, boxes.get(image_id, []), labelled, left_out))
    return dataset_of(path, folder, pictures, names, left_out)


def _load(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise DataError("data_missing", path=path) from error
    except (OSError, ValueError) as error:
        raise DataError("data_unreadable", path=path, reason=error) from error
    needed = ("images", "annotations", "categories")
    if not isinstance(content, dict) or any(not isinstance(content.get(key), list) for key in needed):
        raise DataError("data_unreadable", path=path, reason=f"it needs lists named {', '.join(needed)}")
    return content
