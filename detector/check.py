"""Whether the engines find what torch finds in fp32: `python -m detector.check --help`.

Run it with --write after a model was published: what travels with the program is what other machines are held to.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from rich.console import Console
from rich.table import Table

from detector.boxes import iou
from detector.commands import run_command
from detector.engines.base import Detector
from detector.engines.candidates import open_candidate, worth_measuring
from detector.engines.check import (
    KEPT_FROM,
    LEAST_IOU,
    SCORE_APART,
    SURE,
    Boxes,
    Reference,
    Shape,
    check_frame,
    wrong_boxes,
)
from detector.engines.torch_engine import TorchDetector
from detector.errors import UserFacingError
from detector.modelfile import exported_precision, hash_weights, read_weights, write_aside
from detector.paths import DEFAULT_MODEL

EXPLAINED = (
    f"Wrong: boxes with a score of {SURE} in torch fp32 that an engine does not find with IoU {LEAST_IOU} and a score "
    f"within {SCORE_APART}, and boxes of {SURE + SCORE_APART} that torch does not have so. Worst: of the boxes found."
)


def main(
    model: Annotated[Path, typer.Option(help="the model file; default: the bundled one")] = DEFAULT_MODEL,
    write: Annotated[
        Path | None, typer.Option(help="write what torch fp32 finds to this file, as resources/check/NAME.json")
    ] = None,
) -> None:
    """Compares each engine of this machine with torch fp32 on the check picture, at each of the model's sizes."""
    console = Console()
    with TorchDetector.from_file(model, "cpu", precision="fp32") as exact:
        shapes = [shape for h, w in exact.info.sizes_hw for shape in ((h, w), (w, h))]
        boxes = {shape: found_at(exact, shape) for shape in dict.fromkeys(shapes)}
        reference = Reference(hash_weights(read_weights(model)), f"{exact.device}, torch {torch.__version__}", boxes)
    table = Table("engine", "size", "boxes", "wrong", "worst IoU", "worst score", title=f"{model.stem}, check picture")
    int8 = exported_precision(model) == "int8"
    seen = set()
    for candidate in worth_measuring("auto", "auto", int8, converted=True):
        if candidate.kind in seen:
            continue
        seen.add(candidate.kind)
        try:
            with open_candidate(candidate, model) as engine:
                for shape, known in boxes.items():
                    found = found_at(engine, shape)
                    worst = worst_of(found, known)
                    sure = int((known.scores >= SURE).sum())
                    size = f"{shape[0]}x{shape[1]}"
                    wrong = wrong_boxes(found, known)
                    table.add_row(engine.device, size, str(sure), str(wrong), f"{worst[0]:.3f}", f"{worst[1]:.3f}")
        except UserFacingError as error:
            console.print(str(error), highlight=False)
    console.print(table)
    console.print(EXPLAINED, highlight=False)
    if write is not None:
        write_aside(write, reference.to_json().encode())


def found_at(detector: Detector, shape_hw: Shape) -> Boxes:
    """What a detector finds on the check picture at this input shape."""
    return Boxes.of(detector.detect([check_frame()], KEPT_FROM, size_hw=shape_hw)[0])


def worst_of(found: Boxes, reference: Boxes) -> tuple[float, float]:
    """The least IoU and the largest difference of scores, each sure box with the nearest of its class."""
    sure = reference.scores >= SURE
    if not sure.any():
        return 1.0, 0.0
    if not len(found.scores):
        return 0.0, 1.0
    overlaps = iou(reference.xyxy[sure], found.xyxy)
    overlaps *= reference.class_ids[sure][:, None] == found.class_ids[None]
    nearest = overlaps.argmax(axis=1)
    return float(overlaps.max(axis=1).min()), float(np.abs(found.scores[nearest] - reference.scores[sure]).max())


if __name__ == "__main__":
    run_command(main)
