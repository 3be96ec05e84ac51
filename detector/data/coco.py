"""Labelled pictures from COCO json files, several of which may label different things."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from detector.errors import DataError

log = logging.getLogger(__name__)
MIN_SIDE = 1.0  # px; thinner boxes teach nothing


@dataclass(frozen=True, eq=False)
class LabelledPicture:
    """A picture's file and its boxes.

    Attributes:
        path: of the picture file.
        image_id: its id in the COCO file.
        size_wh: as the file says, in pixels.
        xyxy: float32 (N, 4), pixels, inside the picture.
        class_ids: int64 (N,), index into Dataset.class_names.
        labelled: bool (K,), which classes were looked for in it: of the others, silence says nothing.
    """

    path: Path
    image_id: int
    size_wh: tuple[int, int]
    xyxy: npt.NDArray[np.float32]
    class_ids: npt.NDArray[np.int64]
    labelled: npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Dataset:
    """All pictures of one COCO file, or of several.

    Attributes:
        path: of the json file, the first one of several.
        pictures: those whose file is there, in the file's order.
        class_names: in the order of the category ids.
    """

    path: Path
    pictures: tuple[LabelledPicture, ...]
    class_names: tuple[str, ...]


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
    categories = sorted(content["categories"], key=lambda c: int(c["id"]))
    names = tuple(class_names) if class_names is not None else tuple(str(c["name"]) for c in categories)
    ids_by_name = {str(c["name"]): int(c["id"]) for c in categories}
    class_of = {ids_by_name[name]: i for i, name in enumerate(names) if name in ids_by_name}
    labelled = np.array([name in ids_by_name for name in names], bool)
    boxes: dict[int, list[tuple[list[float], int]]] = {}
    left_out = 0
    for entry in content["annotations"]:
        class_id = class_of.get(int(entry["category_id"]))
        if class_id is None or entry.get("iscrowd"):
            left_out += 1
            continue
        boxes.setdefault(int(entry["image_id"]), []).append((entry["bbox"], class_id))
    pictures, absent = [], 0
    for image in content["images"]:
        file = folder / str(image["file_name"])
        if not file.is_file():
            absent += 1
            continue
        size = (int(image["width"]), int(image["height"]))
        xyxy, class_ids = _usable(boxes.get(int(image["id"]), []), size)
        left_out += len(boxes.get(int(image["id"]), [])) - len(xyxy)
        pictures.append(LabelledPicture(file, int(image["id"]), size, xyxy, class_ids, labelled))
    if not pictures:
        raise DataError("pictures_missing", path=path, folder=folder)
    if not any(len(p.class_ids) for p in pictures):
        raise DataError("data_empty", path=path)
    if left_out or absent:
        log.info("%s: %d boxes left out (crowds, other classes, no area), %d pictures absent", path, left_out, absent)
    return Dataset(path, tuple(pictures), names)


def join(datasets: Sequence[Dataset]) -> Dataset:
    """One data set with all their pictures and classes; a picture that several have gets the labels of all.

    Each picture keeps which classes were looked for in it, so that a set without hands does not teach "no hands".
    """
    names = tuple(dict.fromkeys(name for dataset in datasets for name in dataset.class_names))
    joined: dict[Path, LabelledPicture] = {}
    for dataset in datasets:
        places = np.array([names.index(name) for name in dataset.class_names], np.int64)
        for picture in dataset.pictures:
            labelled = np.zeros(len(names), bool)
            labelled[places[picture.labelled]] = True
            moved = replace(picture, class_ids=places[picture.class_ids], labelled=labelled)
            file = picture.path.resolve()
            joined[file] = _both(joined[file], moved) if file in joined else moved
    return Dataset(datasets[0].path, tuple(joined.values()), names)


def _both(first: LabelledPicture, second: LabelledPicture) -> LabelledPicture:
    new = ~first.labelled[second.class_ids]  # what the first set labels, too, is there already
    return replace(
        first,
        xyxy=np.concatenate([first.xyxy, second.xyxy[new]]),
        class_ids=np.concatenate([first.class_ids, second.class_ids[new]]),
        labelled=first.labelled | second.labelled,
    )


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


def _usable(
    boxes: list[tuple[list[float], int]], size_wh: tuple[int, int]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    xywh = np.array([b for b, _ in boxes], np.float32).reshape(-1, 4)
    class_ids = np.array([c for _, c in boxes], np.int64)
    limits = np.array(size_wh * 2, np.float32)
    xyxy = np.clip(np.concatenate([xywh[:, :2], xywh[:, :2] + xywh[:, 2:]], axis=1), 0, limits)
    large = ((xyxy[:, 2:] - xyxy[:, :2]) >= MIN_SIDE).all(axis=1)
    return xyxy[large], class_ids[large]
