"""Makes a trained model ready to ship: `python -m detector.publish --help`.

On validation pictures alone it makes the scores true (judging/calibration.py), chooses the confidence to show boxes
from and the classes that the model masters; measures it on test pictures; and writes all that, with names in Chinese
and its origin, into the model file.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from detector.commands import run_command
from detector.data.coco import read_coco
from detector.data.labelled import Dataset
from detector.engines.torch_engine import TorchDetector
from detector.judging.calibration import fit
from detector.judging.evaluation import evaluate_detector
from detector.judging.verdicts import Verdicts, find, judge
from detector.modelfile import read_info, read_weights, write_model
from detector.models.checkpoint import load_model

LEAST_AP50 = 0.25  # of a class that is shown at first
LEAST_BOXES = 10  # of it on the validation pictures; on fewer its AP is noise
LEAST_PRECISION = 0.7  # of it at the default confidence
LEAST_WITHOUT = 10  # pictures without it there; where every picture holds one, nothing can be taken for it wrongly
LEAST_FOUND = 5  # boxes of it there; of fewer the precision is noise
WISHED_PRECISION = 0.75  # of all such classes together; the lowest confidence that reaches it becomes the default
THRESHOLDS = tuple(round(0.2 + 0.025 * i, 3) for i in range(21))  # 0.2 to 0.7


TEST_HELP = "COCO json that nothing was ever chosen on: the figures to state; further ones for the classes they add"


def choose(
    verdicts: Verdicts, per_class: dict[str, dict[str, Any]], without: dict[str, int], names: tuple[str, ...]
) -> tuple[float, list[str]]:
    """The default confidence and the names of the classes that are on at it.

    Args:
        verdicts: of all boxes found on the validation pictures.
        per_class: figures of each class there.
        without: how many of the pictures in which a class was looked for do not hold it.
        names: of all classes.
    """
    good = [
        names.index(name)
        for name, row in per_class.items()
        if row["AP50"] >= LEAST_AP50 and row["boxes"] >= LEAST_BOXES and without[name] >= LEAST_WITHOUT
    ]
    reached = [t for t in THRESHOLDS if verdicts.precision(t, good) >= WISHED_PRECISION]
    threshold = reached[0] if reached else THRESHOLDS[-1]
    return threshold, [
        names[i] for i in sorted(good) if verdicts.precision(threshold, [i], LEAST_FOUND) >= LEAST_PRECISION
    ]


def pictures_without(datasets: Sequence[Dataset], class_id: int) -> int:
    """How many pictures in which the class was looked for do not hold it."""
    pictures = (picture for dataset in datasets for picture in dataset.pictures)
    return sum(bool(p.labelled[class_id]) and class_id not in p.class_ids for p in pictures)


def main(
    model: Annotated[Path, typer.Option(help="the trained model file")],
    out: Annotated[Path, typer.Option(help="the file to write")],
    val: Annotated[list[Path], typer.Option(help="COCO json: confidence and classes are chosen on it; or several")],
    test: Annotated[list[Path], typer.Option(help=TEST_HELP)],
    origin: Annotated[Path, typer.Option(help="json with started_from, trained_on, licence: sentences for a person")],
    names_zh: Annotated[Path | None, typer.Option(help="json: English class name -> Chinese")] = None,
) -> None:
    """Writes a model file with its figures, its default confidence and the classes that it masters."""
    info = read_info(model)
    held_out = [read_coco(path, class_names=info.class_names) for path in val]
    tested = [read_coco(path, class_names=info.class_names) for path in test]
    with TorchDetector(*load_model(model)) as detector:
        raw, raw_tested = judge(find(detector, held_out)), judge(find(detector, tested))
    calibration = fit(raw.scores, raw.class_ids, raw.right, len(info.class_names))
    weights = calibration.fold(read_weights(model))
    write_model(out, info, weights)
    with TorchDetector(*load_model(out)) as detector:
        per_class = {n: row for data in held_out for n, row in evaluate_detector(detector, data)["per_class"].items()}
        without = {name: pictures_without(held_out, i) for i, name in enumerate(info.class_names)}
        threshold, classes_on = choose(judge(find(detector, held_out)), per_class, without, info.class_names)
        figures = [evaluate_detector(detector, data) for data in tested]
        error = judge(find(detector, tested)).calibration_error()
    main_set = f"{test[0].parent.name}/{test[0].name}"
    measured = {
        **{name: round(figures[0][name], 4) for name in ("AP", "AP50", "AP75")},
        "data": f"{main_set}: {figures[0]['images']} pictures, {figures[0]['boxes']} boxes",
        "command": f"python -m detector.evaluate --device torch --data {main_set}",
        "person_AP50": round(figures[0]["per_class"].get("person", {}).get("AP50", -1.0), 4),
        "calibration_error": {"before": round(raw_tested.calibration_error(), 4), "after": round(error, 4)},
        "AP50_of_classes_on": {
            name: round(row["AP50"], 4)
            for data in figures
            for name, row in data["per_class"].items()
            if name in classes_on
        },
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
    write_model(out, info, weights)
    typer.echo(json.dumps({"score_threshold": threshold, "classes_on": classes_on, "measured": measured}, indent=1))


if __name__ == "__main__":
    run_command(main)
