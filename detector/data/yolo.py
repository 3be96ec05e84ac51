"""Labelled pictures from a YOLO folder: data.yaml, pictures in images/..., a text file for each in labels/..."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from detector.data.labelled import Dataset, LabelledPicture, LeftOut, dataset_of, labelled_picture
from detector.data.pictures import picture_files, size_of
from detector.errors import DataError


def read_yolo(path: Path, split: str, class_names: Sequence[str] | None = None) -> Dataset:
    """Reads lines "class cx cy w h", fractions of the picture; polygons become the box around them.

    Args:
        path: the yaml file: `names`, and a folder (or a list file) for each split.
        split: "train" or "val".
        class_names: keep only these, in this order; by default all that the file has.

    Raises:
        DataError: no such file, no such split, no picture found, or no usable box.
    """
    names, places = _load(path, split)
    kept = tuple(class_names) if class_names is not None else tuple(names.values())
    class_of = {number: kept.index(name) for number, name in names.items() if name in kept}
    labelled = np.array([name in names.values() for name in kept], bool)
    left_out = LeftOut()
    pictures: list[LabelledPicture] = []
    for file in (file for place in places for file in _files(place)):
        size = size_of(file)
        if size is None:
            left_out.add("pictures that cannot be read", file.name)
            continue
        boxes = [
            ((box * np.tile(size, 2)).tolist(), class_of[number])
            for number, box in _boxes(label_file(file), left_out)
            if number in class_of
        ]
        pictures.append(labelled_picture(file, len(pictures) + 1, size, boxes, labelled, left_out))
    return dataset_of(path, places[0], pictures, kept, left_out)


def label_file(picture: Path) -> Path:
    """Where the boxes of a picture are: the last folder named "images" becomes "labels"."""
    parts = list(picture.with_suffix(".txt").parts)
    for i in range(len(parts) - 2, -1, -1):
        if parts[i] == "images":
            parts[i] = "labels"
            break
    return Path(*parts)


def _load(path: Path, split: str) -> tuple[dict[int, str], list[Path]]:
    try:
        content: Any = yaml.safe_load(path.read_text("utf-8"))
        names = content["names"]
        by_number = {int(k): str(v) for k, v in (names if isinstance(names, dict) else dict(enumerate(names))).items()}
        root = path.parent / str(content.get("path") or ".")
        chosen = content.get(split) or (content.get("valid") if split == "val" else None)
    except FileNotFoundError as error:
        raise DataError("data_missing", path=path) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError, yaml.YAMLError) as error:
        raise DataError("yolo_unreadable", path=path, reason=str(error).splitlines()[0]) from error
    if not chosen:
        raise DataError("split_missing", path=path, split=split)
    places = [chosen] if isinstance(chosen, str) else list(chosen)
    return by_number, [_place(root, path.parent, str(place)) for place in places]


def _place(root: Path, beside: Path, name: str) -> Path:
    """Many such files name a folder of the computer where they were made: what lies beside the file counts then."""
    return next((place for place in (root / name, beside / name) if place.exists()), root / name)


def _files(place: Path) -> list[Path]:
    if place.is_file():
        lines = place.read_text("utf-8").splitlines()
        return [place.parent / line.strip() for line in lines if line.strip()]
    return picture_files(place)


def _boxes(file: Path, left_out: LeftOut) -> list[tuple[int, Any]]:
    """(class number, xyxy as fractions) of a label file; no file means no object."""
    try:
        lines = file.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return []
    except (OSError, ValueError):
        left_out.add("label files that cannot be read", file.name)
        return []
    found = []
    for line in lines:
        try:
            number, *values = line.split()
            numbers = np.array(values, np.float64)
            if len(numbers) == 4:
                centre, half = numbers[:2], numbers[2:] / 2
                found.append((int(float(number)), np.concatenate([centre - half, centre + half])))
            else:
                points = numbers.reshape(-1, 2)
                found.append((int(float(number)), np.concatenate([points.min(axis=0), points.max(axis=0)])))
        except ValueError:
            if line.strip():
                left_out.add("lines of label files that cannot be read", f"{file.name}: {line.strip()[:40]}")
    return found
