"""COCO, YOLO and VOC data, whole and with what people's data really has in it."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from detector.data.augment import PictureCache
from detector.data.coco import read_coco
from detector.data.labelled import Dataset
from detector.data.read import read_data
from detector.data.voc import read_voc
from detector.data.yolo import read_yolo
from detector.errors import DataError
from detector.judging.evaluation import coco_truth

SIZE_WH = (80, 40)


def picture(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.full((SIZE_WH[1], SIZE_WH[0], 3), 90, np.uint8))


def yolo_folder(folder: Path) -> Path:
    for split in ("train", "val"):
        for i in range(3):
            picture(folder / split / "images" / f"{i}.png")
            labels = folder / split / "labels" / f"{i}.txt"
            labels.parent.mkdir(exist_ok=True)
            labels.write_text("1 0.5 0.5 0.25 0.5\n")
    path = folder / "data.yaml"
    path.write_text("path: /nowhere\ntrain: train/images\nval: val/images\nnames: [cup, phone]\n")
    return path


def voc_folder(folder: Path) -> Path:
    for i in range(3):
        picture(folder / "JPEGImages" / f"{i}.jpg")
        xml = (
            "<annotation><object><name>phone</name><bndbox><xmin>31</xmin><ymin>11</ymin><xmax>50</xmax><ymax>30</ymax>"
        )
        (folder / "Annotations").mkdir(exist_ok=True)
        (folder / "Annotations" / f"{i}.xml").write_text(f"{xml}</bndbox></object></annotation>")
    lists = folder / "ImageSets" / "Main"
    lists.mkdir(parents=True)
    (lists / "train.txt").write_text("0\n1\n")
    (lists / "val.txt").write_text("2\n")
    return folder


def coco_file(folder: Path, annotations: list[dict[str, Any]]) -> Path:
    picture(folder / "images" / "0.png")
    images = [{"id": 1, "file_name": "0.png", "width": SIZE_WH[0], "height": SIZE_WH[1]}]
    categories = [{"id": 1, "name": "cup"}, {"id": 2, "name": "phone"}]
    path = folder / "train.json"
    path.write_text(json.dumps({"images": images, "annotations": annotations, "categories": categories}))
    return path


def only_boxes(dataset: Dataset) -> list[list[float]]:
    return [box for p in dataset.pictures for box in p.xyxy.tolist()]


def test_yolo_and_voc_give_the_same_boxes(tmp_path: Path) -> None:
    yolo, voc = read_data(yolo_folder(tmp_path / "y"), "train"), read_data(voc_folder(tmp_path / "v"), "train")
    assert only_boxes(yolo) == [[30, 10, 50, 30]] * 3
    assert only_boxes(voc) == [[30, 10, 50, 30]] * 2
    assert (yolo.class_names, voc.class_names) == (("cup", "phone"), ("phone",))
    assert len(read_data(tmp_path / "v", "val").pictures) == 1
    assert len(read_data(tmp_path / "y", "val").pictures) == 3


def test_a_yolo_polygon_becomes_the_box_around_it(tmp_path: Path) -> None:
    path = yolo_folder(tmp_path)
    (tmp_path / "train" / "labels" / "0.txt").write_text("0 0.25 0.25 0.5 0.25 0.5 0.75\n")
    assert only_boxes(read_yolo(path, "train"))[0] == [20, 10, 40, 30]


def test_other_formats_are_measured_like_coco(tmp_path: Path) -> None:
    truth = coco_truth(read_yolo(yolo_folder(tmp_path), "val"))
    assert [c["name"] for c in truth["categories"]] == ["cup", "phone"]
    assert truth["annotations"][0]["bbox"] == [30, 10, 20, 20]
    assert {a["image_id"] for a in truth["annotations"]} == {i["id"] for i in truth["images"]}


def test_one_broken_file_of_a_yolo_folder_is_left_out_and_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = yolo_folder(tmp_path)
    (tmp_path / "train" / "images" / "1.png").write_bytes(b"no picture")
    (tmp_path / "train" / "labels" / "2.txt").write_text("1 0.5 0.5 0.25 0.5\nnonsense\n")
    with caplog.at_level(logging.WARNING):
        data = read_yolo(path, "train")
    assert only_boxes(data) == [[30, 10, 50, 30]] * 2
    assert "1 pictures that cannot be read (first: 1.png)" in caplog.text
    assert "2.txt: nonsense" in caplog.text


def test_one_broken_file_of_a_voc_folder_is_left_out_and_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    voc_folder(tmp_path)
    (tmp_path / "Annotations" / "1.xml").write_text("<annotation>")
    with caplog.at_level(logging.WARNING):
        data = read_voc(tmp_path, "train")
    assert only_boxes(data) == [[30, 10, 50, 30]]
    assert "1.xml" in caplog.text


def test_boxes_that_teach_nothing_are_left_out_and_counted(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    good = {"image_id": 1, "category_id": 1, "bbox": [10, 10, 20, 20]}
    wrong: list[dict[str, Any]] = [
        {**good},  # twice
        {**good, "bbox": [100, 0, 20, 20]},  # outside
        {**good, "bbox": [5, 5, 0, 10]},  # no area
        {**good, "bbox": [5, 5, float("nan"), 10]},
        {**good, "bbox": [5, 5, 10]},
        {**good, "category_id": 9},
        {"image_id": 1},
    ]
    with caplog.at_level(logging.WARNING):
        data = read_coco(coco_file(tmp_path, [good, *wrong, {**good, "bbox": [70, 30, 40, 40]}]))
    assert only_boxes(data) == [[10, 10, 30, 30], [70, 30, 80, 40]]
    for words in (
        "4 boxes outside",
        "2 annotations that cannot be read",
        "1 boxes of other classes",
        "no box of phone",
    ):
        assert words in caplog.text


def test_what_is_no_data_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="no labelled pictures in a known form"):
        read_data(tmp_path / "empty", "train")
    with pytest.raises(DataError, match="no data file"):
        read_data(tmp_path / "absent.yaml", "train")
    path = yolo_folder(tmp_path / "y")
    path.write_text("names: [cup]\ntrain: train/images\n")
    with pytest.raises(DataError, match="no pictures for 'val'"):
        read_data(path, "val")
    path.write_text("names: [cup")
    with pytest.raises(DataError, match="not a readable YOLO data file"):
        read_data(path, "train")
    with pytest.raises(DataError, match="no picture with a usable box"):
        read_data(coco_file(tmp_path / "c", []), "train")


def test_a_damaged_picture_teaches_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = coco_file(tmp_path, [{"image_id": 1, "category_id": 1, "bbox": [10, 10, 20, 20]}])
    data = read_coco(path)
    (tmp_path / "images" / "0.png").write_bytes(b"\x89PNG damaged")
    cache = PictureCache(data.pictures)
    cache.image(0)
    assert len(cache.pictures[0].class_ids) == 0
    assert not cache.pictures[0].labelled.any()
    assert "0.png is damaged" in caplog.text
