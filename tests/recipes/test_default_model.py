"""The data sets that the recipe of the bundled model makes."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from detector.data.coco import read_coco
from recipes.default_model import hands_and_none, lighter_copy, tile_sheets


def write_tiles(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two classes of ten tiles of 16 pixels; the last tile of each has no box."""
    monkeypatch.setattr(tile_sheets, "CLASSES", {"dog": ("n1",), "bus": ("n2",)})
    (folder / "train").mkdir(parents=True)
    lines = []
    for number, wnid in enumerate(("n1", "n2")):
        sheet = np.full((16, 160, 3), 50, np.uint8)
        for tile in range(9):
            sheet[4:12, tile * 16 + 2 : tile * 16 + 10] = 120 + 100 * number
            lines.append(f"{wnid} {tile} 2 4 9 11")
        cv2.imwrite(str(folder / "train" / f"{wnid}.jpg"), sheet, [cv2.IMWRITE_JPEG_QUALITY, 100])
    (folder / "boxes-train.txt").write_text("\n".join(lines))
    classes = {wnid: {"name": wnid, "tile": 16, "count": {"train": 10, "val": 0}} for wnid in ("n1", "n2")}
    (folder / "index.json").write_text(json.dumps(classes))


def test_each_marked_tile_stands_on_one_sheet_with_its_box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tiles(tmp_path / "tiles", monkeypatch)
    tile_sheets.main(tmp_path / "tiles", tmp_path / "sheets")
    data = read_coco(tmp_path / "sheets" / "train.json")
    assert data.class_names == ("dog", "bus")
    counts = np.bincount(np.concatenate([picture.class_ids for picture in data.pictures]))
    assert counts.tolist() == [9, 9]
    for picture in data.pictures:
        image = cv2.imread(str(picture.path))
        for (x1, y1, x2, y2), class_id in zip(picture.xyxy.astype(int), picture.class_ids, strict=True):
            inside = float(image[y1 + 1 : y2 - 1, x1 + 1 : x2 - 1].mean())
            assert inside == pytest.approx(120 + 100 * class_id, abs=9)
            assert (x2 - x1, y2 - y1) == (8, 8)


def test_pictures_without_a_person_show_no_hand(tmp_path: Path) -> None:
    def write(name: str, category: str, files: list[str], boxes_on: list[int]) -> None:
        folder = tmp_path / "data" / name
        (folder / "images").mkdir(parents=True)
        for file in files:
            cv2.imwrite(str(folder / "images" / file), np.zeros((20, 30, 3), np.uint8))
        images = [{"id": i, "file_name": file, "width": 30, "height": 20} for i, file in enumerate(files)]
        box = {"category_id": 1, "bbox": [2, 2, 10, 10], "area": 100, "iscrowd": 0}
        annotations = [{"id": n, "image_id": i, **box} for n, i in enumerate(boxes_on, start=1)]
        content = {"images": images, "annotations": annotations, "categories": [{"id": 1, "name": category}]}
        for split in ("train", "val", "test"):
            (folder / f"{split}.json").write_text(json.dumps(content))

    write("hands", "hand", ["a.png"], [0])
    write("everyday", "person", ["b.png", "c.png"], [1])
    hands_and_none.main(tmp_path / "data", tmp_path / "out")
    data = read_coco(tmp_path / "out" / "hands_val.json")
    assert [picture.path.name for picture in data.pictures] == ["a.png", "b.png"]
    assert [len(picture.xyxy) for picture in data.pictures] == [1, 0]
    assert all(picture.labelled.all() and picture.path.exists() for picture in data.pictures)


def test_a_lighter_copy_has_its_boxes_where_the_things_are_and_leaves_out_what_is_damaged(tmp_path: Path) -> None:
    image = np.zeros((100, 200, 3), np.uint8)
    image[20:60, 40:120] = 255
    (tmp_path / "images").mkdir()
    cv2.imwrite(str(tmp_path / "images" / "a.png"), image)
    (tmp_path / "images" / "b.png").write_bytes(b"no picture")
    images = [{"id": i, "file_name": f"{name}.png", "width": 200, "height": 100} for i, name in enumerate("ab")]
    box = {"category_id": 1, "bbox": [40, 20, 80, 40], "area": 3200, "iscrowd": 0}
    annotations = [{"id": i + 1, "image_id": i, **box} for i in range(2)]
    content = {"images": images, "annotations": annotations, "categories": [{"id": 1, "name": "dog"}]}
    (tmp_path / "train.json").write_text(json.dumps(content))
    lighter_copy.main(tmp_path / "train.json", tmp_path / "light", None, 100, 90)
    (picture,) = read_coco(tmp_path / "light" / "train.json").pictures
    assert picture.size_wh == (100, 50)
    (x1, y1, x2, y2) = picture.xyxy[0].astype(int)
    small = cv2.imread(str(picture.path))
    assert (x1, y1, x2, y2) == (20, 10, 60, 30)
    assert small[y1 + 1 : y2 - 1, x1 + 1 : x2 - 1].min() > 230
    assert small[: y1 - 2].max() < 25
