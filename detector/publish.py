"""Makes a trained model ready to ship: `python -m detector.publish --help`.

Chooses, on validation pictures alone, the confidence at which it is right and the classes it masters; measures it on
test pictures; and writes all that, with names in Chinese and its origin, into the model file.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import cv2
import numpy as np
import typer

from detector.boxes import iou
from detector.commands import run_command
from detector.data.coco import Dataset, read_coco
from detector.engines.base import Detector
from detector.engines.torch_engine import TorchDetector
from detector.evaluation import evaluate_detector
from detector.modelfile import read_info, read_weights, write_model
from detector.models.checkpoint import load_model
from detector.types import Frame

LEAST_AP50 = 0.25  # of a class that is shown at first
LEAST_BOXES = 10  # of it on the validation pictures; on fewer its AP is noise
LEAST_PRECISION = 0.7  # of it at the default confidence
LEAST_FOUND = 5  # boxes of it there; of fewer the precision is noise
WISHED_PRECISION = 0.75  # of all such classes together; the lowest confidence that reaches it becomes the default
THRESHOLDS = tuple(round(0.2 + 0.025 * i, 3) for i in range(21))  # 0.2 to 0.7


@dataclasses.dataclass(frozen=True, eq=False)
class Verdicts:
    """Every box found on the validation pictures.

    Attributes:
        scores: float (N,).
        class_ids: int (N,).
        right: bool (N,), whether it is the best match of an object of its class with IoU 0.5 or more.
    """

    scores: np.ndarray
    class_ids: np.ndarray
    right: np.ndarray

    def precision(self, score: float, class_ids: Sequence[int], least: int = 1) -> float:
        """Share of right boxes among those of these classes at or above `score`; 0 if there are less than `least`."""
        chosen = (self.scores >= score) & np.isin(self.class_ids, class_ids)
        return float(self.right[chosen].mean()) if chosen.sum() >= least else 0.0


def judge(detector: Detector, dataset: Dataset) -> Verdicts:
    """Matches boxes to objects, best score first, each object once, as COCO does at IoU 0.5.

    The dataset must name the classes in the detector's order.
    """
    scores, class_ids, right = [], [], []
    for picture in dataset.pictures:
        image = np.asarray(cv2.imread(str(picture.path), cv2.IMREAD_COLOR), np.uint8)
        found = detector.detect([Frame(image, 0, 0.0, 0.0)], score=THRESHOLDS[0])[0]
        overlaps = iou(found.xyxy, picture.xyxy) * (found.class_ids[:, None] == picture.class_ids[None])
        free = np.ones(len(picture.class_ids), bool)
        for row, score, class_id in zip(overlaps, found.scores, found.class_ids, strict=True):
            candidates = row * free
            best = int(candidates.argmax()) if len(candidates) else -1
            matched = best >= 0 and candidates[best] >= 0.5
            if matched:
                free[best] = False
            scores.append(score)
            class_ids.append(class_id)
            right.append(matched)
    return Verdicts(np.array(scores), np.array(class_ids), np.array(right, bool))


def choose(verdicts: Verdicts, per_class: dict[str, dict[str, Any]], names: tuple[str, ...]) -> tuple[float, list[str]]:
    """The default confidence and the names of the classes that are on at it."""
    good = [
        names.index(name)
        for name, row in per_class.items()
        if row["AP50"] >= LEAST_AP50 and row["boxes"] >= LEAST_BOXES
    ]
    reached = [t for t in THRESHOLDS if verdicts.precision(t, good) >= WISHED_PRECISION]
    threshold = reached[0] if reached else THRESHOLDS[-1]
    return threshold, [
        names[i] for i in sorted(good) if verdicts.precision(threshold, [i], LEAST_FOUND) >= LEAST_PRECISION
    ]


def main(
    model: Annotated[Path, typer.Option(help="the trained model file")],
    out: Annotated[Path, typer.Option(help="the file to write")],
    val: Annotated[Path, typer.Option(help="COCO json: confidence and classes are chosen on it")],
    test: Annotated[Path, typer.Option(help="COCO json that nothing was ever chosen on: the figures to state")],
    origin: Annotated[Path, typer.Option(help="json with started_from, trained_on, licence: sentences for a person")],
    names_zh: Annotated[Path | None, typer.Option(help="json: English class name -> Chinese")] = None,
) -> None:
    """Writes a model file with its figures, its default confidence and the classes that it masters."""
    info = read_info(model)
    with TorchDetector(*load_model(model)) as detector:
        held_out = read_coco(val, class_names=info.class_names)
        threshold, classes_on = choose(
            judge(detector, held_out), evaluate_detector(detector, held_out)["per_class"], info.class_names
        )
        figures = evaluate_detector(detector, read_coco(test))
    measured = {
        **{name: round(figures[name], 4) for name in ("AP", "AP50", "AP75")},
        "person_AP50": round(figures["per_class"].get("person", {}).get("AP50", -1.0), 4),
        "data": f"{test.parent.name}/{test.name}: {figures['images']} pictures, {figures['boxes']} boxes",
        "command": f"python -m detector.evaluate --device torch --data {test.parent.name}/{test.name}",
    }
    chinese = json.loads(names_zh.read_text("utf-8")) if names_zh is not None else {}
    info = dataclasses.replace(
        info,
        **json.loads(origin.read_text("utf-8")),
        class_names_zh=tuple(chinese.get(name, name) for name in info.class_names) if chinese else (),
        classes_on=tuple(classes_on),
        score_threshold=threshold,
        measured=measured,
    )
    write_model(out, info, read_weights(model))
    typer.echo(json.dumps({"score_threshold": threshold, "classes_on": classes_on, "measured": measured}, indent=1))


if __name__ == "__main__":
    run_command(main)
