"""Labelled pictures from a Pascal VOC folder: JPEGImages, Annotations (one xml a picture), perhaps ImageSets/Main."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from detector.data.labelled import Dataset, LabelledPicture, LeftOut, dataset_of, labelled_picture
from detector.data.pictures import size_of
from detector.errors import DataError

SPLITS = {"train": ("train", "trainval"), "val": ("val", "test")}  # the first list that exists
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp")
SIDES = ("xmin", "ymin", "xmax", "ymax")


def read_voc(path: Path, split: str, class_names: Sequence[str] | None = None) -> Dataset:
    """Reads the boxes of one split; of all pictures if the folder has no lists of them.

    Args:
        path: the folder that holds Annotations.
        split: "train" or "val".
        class_names: keep only these, in this order; by default all that occur, by name.

    Raises:
        DataError: no list for this split, no picture found, or no usable box.
    """
    left_out = LeftOut()
    read = [(name, _objects(path / "Annotations" / f"{name}.xml", left_out)) for name in _names(path, split)]
    present = {label for _, objects in read for label, _ in objects}
    kept = tuple(class_names) if class_names is not None else tuple(sorted(present))
    labelled = (
        np.array([name in present for name in kept], bool) if class_names is not None else np.ones(len(kept), bool)
    )
    folder = path / "JPEGImages"
    pictures: list[LabelledPicture] = []
    for name, objects in read:
        file = next((f for f in (folder / f"{name}{s}" for s in SUFFIXES) if f.is_file()), None)
        size = None if file is None else size_of(file)
        if file is None or size is None:
            left_out.add("pictures that are missing or cannot be read", name)
            continue
        # VOC counts pixels from 1, both ends included; our edges are continuous.
        boxes = [([x1 - 1, y1 - 1, x2, y2], kept.index(label)) for label, (x1, y1, x2, y2) in objects if label in kept]
        pictures.append(labelled_picture(file, len(pictures) + 1, size, boxes, labelled, left_out))
    return dataset_of(path, folder, pictures, kept, left_out)


def _names(path: Path, split: str) -> list[str]:
    lists = path / "ImageSets" / "Main"
    if lists.is_dir():
        for name in SPLITS[split]:
            if (lists / f"{name}.txt").is_file():
                return [
                    line.split()[0] for line in (lists / f"{name}.txt").read_text("utf-8").splitlines() if line.strip()
                ]
        raise DataError("split_missing", path=path, split=split)
    return sorted(file.stem for file in (path / "Annotations").glob("*.xml"))


def _objects(file: Path, left_out: LeftOut) -> list[tuple[str, tuple[float, ...]]]:
    try:
        tree = ElementTree.parse(file)
        return [
            (str(found.findtext("name")), tuple(float(found.findtext(f"bndbox/{side}") or "") for side in SIDES))
            for found in tree.iter("object")
        ]
    except (OSError, ElementTree.ParseError, ValueError):
        left_out.add("annotation files that are missing or cannot be read", file.name)
        return []
