"""Labelled pictures in whatever format they are: COCO, YOLO or Pascal VOC."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from detector.data.coco import read_coco
from detector.data.labelled import Dataset
from detector.data.voc import read_voc
from detector.data.yolo import read_yolo
from detector.errors import DataError


def read_data(path: Path, split: str, images: Path | None = None, class_names: Sequence[str] | None = None) -> Dataset:
    """Reads a COCO json file, a YOLO data.yaml or its folder, a VOC folder, or a folder with one COCO json.

    Args:
        path: of the file or folder.
        split: "train" or "val", where one file or folder holds both (YOLO, VOC).
        images: folder of a COCO file's pictures; by default `images` beside it.
        class_names: keep only these, in this order; by default all.

    Raises:
        DataError: it is none of these, or nothing in it can be used.
    """
    if path.suffix.lower() in (".yaml", ".yml"):
        return read_yolo(path, split, class_names)
    if not path.is_dir():
        return read_coco(path, images, class_names)
    if (path / "Annotations").is_dir():
        return read_voc(path, split, class_names)
    yamls, jsons = sorted([*path.glob("*.yaml"), *path.glob("*.yml")]), sorted(path.glob("*.json"))
    if len(yamls) == 1:
        return read_yolo(yamls[0], split, class_names)
    chosen = [file for file in jsons if file.stem == split] or jsons
    if len(chosen) == 1:
        return read_coco(chosen[0], images, class_names)
    raise DataError("data_format_unknown", path=path)
