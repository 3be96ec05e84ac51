"""Measures a model on labelled pictures: `python -m detector.evaluate --help`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from detector.commands import run_command
from detector.data.read import read_data
from detector.engines import DEVICES, PRECISIONS, open_detector
from detector.engines.preprocess import parse_size
from detector.judging.evaluation import SUMMARY, evaluate_detector
from detector.modelfile import write_aside
from detector.paths import DEFAULT_MODEL


def main(
    data: Annotated[
        Path,
        typer.Option(
            help="COCO json (its pictures in `images` beside it, or in --images), YOLO data.yaml or VOC folder"
        ),
    ],
    model: Annotated[Path, typer.Option(help="the model file; default: the bundled one")] = DEFAULT_MODEL,
    images: Annotated[Path | None, typer.Option(help="folder of the pictures")] = None,
    device: Annotated[str, typer.Option(help=", ".join(DEVICES))] = "auto",
    precision: Annotated[str, typer.Option(help=", ".join(PRECISIONS))] = "auto",
    size: Annotated[str | None, typer.Option(help="HxW of the network's input; default: by each picture")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="also write all figures to this file")] = None,
) -> None:
    """Prints AP, AP50, AP75 by size and class, computed by faster-coco-eval."""
    with open_detector(model, device, None if size is None else parse_size(size), precision) as detector:
        dataset = read_data(data, "val", images)
        console = Console(stderr=True)
        with Progress(console=console, transient=True) as progress:
            task = progress.add_task("pictures", total=len(dataset.pictures))
            figures = evaluate_detector(detector, dataset, lambda done: progress.update(task, completed=done))
        console.print(f"{model.name} on {data.name}, {detector.device}, size {size or 'by picture'}", highlight=False)
    _print(figures)
    if json_file is not None:
        write_aside(json_file, json.dumps(figures, indent=1).encode())


def _print(figures: dict[str, Any]) -> None:
    console = Console()
    table = Table("figure", "value")
    for name in SUMMARY:
        table.add_row(name, f"{figures[name]:.4f}")
    table.add_row("images", str(figures["images"]))
    table.add_row("boxes", str(figures["boxes"]))
    console.print(table)
    classes = Table("class", "AP", "AP50", "boxes")
    for name, row in sorted(figures["per_class"].items(), key=lambda item: -item[1]["boxes"]):
        classes.add_row(name, f"{row['AP']:.3f}", f"{row['AP50']:.3f}", str(row["boxes"]))
    console.print(classes)
    for key, words in (("only_in_model", "Only in the model"), ("only_in_data", "Only in the data")):
        if figures[key]:
            console.print(f"{words}, left out: {', '.join(figures[key])}", highlight=False)


if __name__ == "__main__":
    run_command(main)
