"""Mean average precision of any Detector on any labelled pictures, computed by faster-coco-eval."""

from __future__ import annotations

import contextlib
import io
import json
import logging
from collections.abc import Callable, Sequence
from typing import Any

import cv2
import numpy as np

from detector.data.labelled import Dataset
from detector.engines.base import Detector
from detector.errors import DataError
from detector.types import Detections, Frame

log = logging.getLogger(__name__)
LOWEST_SCORE = 0.01  # AP is the area under the whole curve: faint boxes belong to it
MOST_PER_PICTURE = 100  # COCO's own limit
SUMMARY = {"AP": 0, "AP50": 1, "AP75": 2, "AP_small": 3, "AP_medium": 4, "AP_large": 5}  # places in COCO's stats


def evaluate_detector(
    detector: Detector, dataset: Dataset, on_progress: Callable[[int], None] = lambda done: None
) -> dict[str, Any]:
    """Runs the detector over all pictures of the dataset.

    Args:
        detector: its classes are matched to the data's by their English names.
        dataset: a COCO json file is itself the ground truth, crowds included; other formats are turned into one.
        on_progress: called with the number of pictures done.

    Returns:
        AP, AP50, AP75, AP_small, AP_medium, AP_large: fractions; -1 where there is no such box. images, boxes: counts.
        per_class: {"person": {"AP": .., "AP50": .., "boxes": n}}. only_in_model, only_in_data: names left out.

    Raises:
        DataError: no class in common, or a picture that cannot be read.
    """
    truth = coco_truth(dataset)
    category_ids = {str(c["name"]): int(c["id"]) for c in truth["categories"]}
    common = [name for name in detector.class_names if name in category_ids]
    if not common:
        raise DataError("data_no_common_class", path=dataset.path)
    results: list[dict[str, Any]] = []
    for done, picture in enumerate(dataset.pictures, start=1):
        image = cv2.imread(str(picture.path), cv2.IMREAD_COLOR)
        if image is None:
            raise DataError("picture_unreadable", path=picture.path)
        frame = Frame(image.astype(np.uint8, copy=False), done, 0.0, 0.0)
        found = detector.detect([frame], score=LOWEST_SCORE)[0]
        results += _coco_results(found, picture.image_id, category_ids)
        on_progress(done)
    kept_images = {p.image_id for p in dataset.pictures}
    truth["images"] = [image for image in truth["images"] if image["id"] in kept_images]
    truth["annotations"] = [a for a in truth["annotations"] if a["image_id"] in kept_images]
    figures = coco_figures(truth, results, [category_ids[name] for name in common], common)
    figures["only_in_model"] = [name for name in detector.class_names if name not in category_ids]
    figures["only_in_data"] = [name for name in category_ids if name not in detector.class_names]
    return figures


def coco_truth(dataset: Dataset) -> dict[str, Any]:
    """The labels in COCO's form: as the json file has them, or made from the boxes."""
    if dataset.path.suffix.lower() == ".json":
        return dict(json.loads(dataset.path.read_text("utf-8")))
    annotations = [
        {"image_id": p.image_id, "category_id": int(i) + 1, "bbox": xywh.tolist(), "area": float(xywh[2:].prod())}
        for p in dataset.pictures
        for xywh, i in zip(np.concatenate([p.xyxy[:, :2], p.xyxy[:, 2:] - p.xyxy[:, :2]], 1), p.class_ids, strict=True)
    ]
    looked_for = dataset.pictures[0].labelled
    return {
        "images": [{"id": p.image_id, "width": p.size_wh[0], "height": p.size_wh[1]} for p in dataset.pictures],
        "annotations": [{**annotation, "iscrowd": 0} for annotation in annotations],
        "categories": [{"id": i + 1, "name": n} for i, n in enumerate(dataset.class_names) if looked_for[i]],
    }


def _coco_results(found: Detections, image_id: int, category_ids: dict[str, int]) -> list[dict[str, Any]]:
    rows = list(zip(found.names, found.xywh.tolist(), found.scores.tolist(), strict=True))[:MOST_PER_PICTURE]
    return [
        {"image_id": image_id, "category_id": category_ids[name], "bbox": xywh, "score": score}
        for name, xywh, score in rows
        if name in category_ids
    ]


def coco_figures(
    truth: dict[str, Any], results: list[dict[str, Any]], category_ids: Sequence[int], names: Sequence[str]
) -> dict[str, Any]:
    """COCO's twelve numbers, those we report, and AP and AP50 of each class."""
    from faster_coco_eval import COCO, COCOeval_faster

    chosen = set(category_ids)
    # Numbered anew from 1: an annotation with the id 0 counts as "not matched" in the library.
    mine = (a for a in truth["annotations"] if a["category_id"] in chosen)
    annotations = [{**a, "id": number} for number, a in enumerate(mine, start=1)]
    counted = [a for a in annotations if not a.get("iscrowd")]
    boxes = {i: sum(a["category_id"] == i for a in counted) for i in category_ids}
    figures: dict[str, Any] = {name: -1.0 for name in SUMMARY}
    precision = None
    if results:
        with contextlib.redirect_stdout(io.StringIO()):  # the library prints its progress
            ground = COCO({**truth, "annotations": annotations})
            run = COCOeval_faster(ground, ground.loadRes(results), iouType="bbox")
            run.params.catIds = list(category_ids)
            run.evaluate()
            run.accumulate()
            run.summarize()
        figures = {name: float(run.stats[place]) for name, place in SUMMARY.items()}
        precision = np.asarray(run.eval["precision"])  # (IoU, recall, class, area, most boxes)
    elif counted:
        figures = dict.fromkeys(SUMMARY, 0.0)
    per_class = {}
    for k, (name, category_id) in enumerate(zip(names, category_ids, strict=True)):
        if boxes[category_id]:
            per_class[name] = {
                "AP": _mean(precision, slice(None), k),
                "AP50": _mean(precision, slice(0, 1), k),
                "boxes": boxes[category_id],
            }
    return {**figures, "images": len(truth["images"]), "boxes": len(counted), "per_class": per_class}


def _mean(precision: Any, ious: slice, k: int) -> float:
    if precision is None:
        return 0.0
    values = precision[ious, :, k, 0, -1]
    return float(values[values > -1].mean()) if (values > -1).any() else 0.0
