"""Several data sets that label different things, in one model."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from detector.data.augment import PictureCache
from detector.data.coco import read_coco
from detector.data.labelled import join
from detector.modelfile import ModelInfo
from detector.models.checkpoint import save_model, start_from
from detector.models.head import HeadOutput
from detector.models.network import DetectorNetwork
from detector.training.batches import Sampler, ViewShares, make_batch
from detector.training.losses import anchor_points, detection_loss

Boxes = Mapping[str, Sequence[tuple[str, tuple[int, int, int, int]]]]


def write_set(path: Path, names: Sequence[str], boxes: Boxes) -> Path:
    """A COCO file: file name -> (class, x y w h)."""
    (path.parent / "images").mkdir(parents=True, exist_ok=True)
    images, annotations = [], []
    for image_id, (file, objects) in enumerate(boxes.items(), start=1):
        cv2.imwrite(str(path.parent / "images" / file), np.full((64, 64, 3), 60, np.uint8))
        images.append({"id": image_id, "file_name": file, "width": 64, "height": 64})
        for name, bbox in objects:
            number = {"id": len(annotations) + 1, "image_id": image_id, "category_id": names.index(name) + 1}
            annotations.append({**number, "bbox": bbox, "area": bbox[2] * bbox[3], "iscrowd": 0})
    categories = [{"id": i, "name": name} for i, name in enumerate(names, start=1)]
    path.write_text(json.dumps({"images": images, "annotations": annotations, "categories": categories}))
    return path


@pytest.fixture
def three_sets(tmp_path: Path) -> list[Path]:
    """Objects; faces on the first of the same pictures; hands on others."""
    person, face = ("person", (0, 0, 40, 60)), ("face", (10, 0, 12, 12))
    return [
        write_set(tmp_path / "a/objects.json", ["cup", "person"], {"1.png": [person], "2.png": [], "3.png": []}),
        write_set(tmp_path / "a/faces.json", ["face"], {"1.png": [face]}),
        write_set(tmp_path / "b/hands.json", ["hand"], {"4.png": [("hand", (5, 5, 20, 20))]}),
    ]


def test_a_picture_that_two_sets_label_gets_the_boxes_of_both(three_sets: list[Path]) -> None:
    data = join([read_coco(path) for path in three_sets])
    assert data.class_names == ("cup", "person", "face", "hand")
    by_name = {p.path.name: p for p in data.pictures}
    assert len(data.pictures) == 4
    assert [data.class_names[i] for i in by_name["1.png"].class_ids] == ["person", "face"]
    assert by_name["1.png"].xyxy.tolist() == [[0, 0, 40, 60], [10, 0, 22, 12]]
    assert by_name["1.png"].labelled.tolist() == [True, True, True, False]
    assert by_name["2.png"].labelled.tolist() == [True, True, False, False]
    assert by_name["4.png"].labelled.tolist() == [False, False, False, True]


def test_the_same_file_twice_changes_nothing(three_sets: list[Path]) -> None:
    once, twice = (join([read_coco(three_sets[0])] * times) for times in (1, 2))
    assert [p.xyxy.tolist() for p in twice.pictures] == [p.xyxy.tolist() for p in once.pictures]


def test_where_a_class_was_not_looked_for_its_scores_learn_nothing() -> None:
    points, _ = anchor_points((64, 64), (8, 16, 32), torch.device("cpu"))
    logits = torch.zeros(2, len(points), 3, requires_grad=True)
    output = HeadOutput(logits, torch.full((2, len(points), 4), 2.0))
    truth, ids = torch.tensor([[[8.0, 8, 40, 40]], [[0.0, 0, 0, 0]]]), torch.tensor([[0], [-1]])
    labelled = torch.tensor([[True, True, False], [False, False, True]])
    detection_loss(output, (64, 64), (8, 16, 32), truth, ids, True, labelled).total.backward()
    assert logits.grad is not None
    learned = (logits.grad != 0).any(1)
    assert learned.tolist() == labelled.tolist()


def test_all_pictures_of_a_view_have_the_same_classes_labelled(three_sets: list[Path]) -> None:
    data = join([read_coco(path) for path in three_sets])
    sampler, rng = Sampler(data.pictures, extra_share=0.5), np.random.default_rng(0)
    kinds = []
    for _ in range(400):
        labelled = {data.pictures[i].labelled.tobytes() for i in sampler.several(4, rng)}
        assert len(labelled) == 1
        kinds.append(labelled.pop())
    largest = data.pictures[1].labelled.tobytes()
    assert kinds.count(largest) / len(kinds) == pytest.approx(0.5, abs=0.1)
    batch = make_batch(PictureCache(data.pictures), sampler, 64, 8, ViewShares(mosaic=0.5), rng)
    assert {bytes(row.numpy().tobytes()) for row in batch.labelled} <= set(kinds)


def test_a_start_with_fewer_classes_keeps_what_it_knows_of_them(tmp_path: Path) -> None:
    torch.manual_seed(0)
    start = DetectorNetwork("resnet18", 2, 32)
    save_model(tmp_path / "m.safetensors", start, ModelInfo("resnet18", 32, ("cup", "person")))
    network = DetectorNetwork("resnet18", 3, 32)
    fresh = network.head.cls_outs[0].weight[1].clone()
    start_from(network, tmp_path / "m.safetensors", ("person", "face", "cup"))
    rows, known = network.head.cls_outs[0].weight, start.head.cls_outs[0].weight
    torch.testing.assert_close(rows[[2, 0]], known.half().float())
    torch.testing.assert_close(rows[1], fresh)


def test_a_start_that_knows_other_classes_alone_brings_no_class_outputs(tmp_path: Path) -> None:
    start = DetectorNetwork("resnet18", 2, 32)
    save_model(tmp_path / "m.safetensors", start, ModelInfo("resnet18", 32, ("cup", "person")))
    network = DetectorNetwork("resnet18", 2, 32)  # as many classes, so that the shapes would fit
    fresh = network.head.cls_outs[0].weight.clone()
    start_from(network, tmp_path / "m.safetensors", ("face", "dog"))
    torch.testing.assert_close(network.head.cls_outs[0].weight, fresh)
    torch.testing.assert_close(network.head.box_outs[0].weight, start.head.box_outs[0].weight.half().float())
