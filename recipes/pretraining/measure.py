"""What each part of pre-training brings, at equal steps: `python -m recipes.pretraining.measure --help`."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from detector.commands import run_command
from detector.data.tiles import Tiles, read_tiles
from detector.pretrain import parse_sizes
from detector.pretraining.run import Options, PretrainingRun
from detector.pretraining.teacher import open_teacher
from detector.training.runtime import best_device
from detector.training.schedule import Budget

TEACHER = "timm:tf_efficientnet_lite0"
# What is changed of a run with none of them. The moving average needs no run of its own: each is judged both ways.
PARTS: dict[str, dict[str, object]] = {
    "none": {},
    "label smoothing": {"smoothing": 0.1},
    "mixup": {"mix": "mixup"},
    "cutmix": {"mix": "cutmix"},
    "mixup and cutmix": {"mix": "both"},
    "box loss": {"box_weight": 0.5},
    "teacher": {"teacher": TEACHER},
    "all": {"smoothing": 0.1, "mix": "both", "box_weight": 0.5, "teacher": TEACHER},
}


def every_class(tiles: Tiles, count: int) -> Tiles:
    """The tiles of `count` classes, evenly chosen; all with 0."""
    total = len(tiles.class_names)
    kept = np.linspace(0, total - 1, min(count or total, total)).astype(int)
    places = np.flatnonzero(np.isin(tiles.labels, kept))
    return Tiles(
        tuple(tiles.pictures[i] for i in places),
        np.searchsorted(kept, tiles.labels[places]),
        tuple(tiles.class_names[i] for i in kept),
        tiles.xyxy[places],
    )


def main(
    data: Annotated[Path, typer.Option(help="folder of class sheets, as detector.pretrain takes it")],
    out: Annotated[Path, typer.Option(help="folder of the runs; the same command goes on there")],
    steps: Annotated[int, typer.Option(help="batches of each run", min=1)] = 1000,
    batch: Annotated[int, typer.Option(help="pictures a step", min=2)] = 64,
    sizes: Annotated[str, typer.Option(help="sides in pixels, one after the other")] = "32",
    lr: Annotated[float, typer.Option(help="highest learning rate")] = 0.1,
    backbone: Annotated[str, typer.Option(help="of all runs")] = "resnet18",
    classes: Annotated[int, typer.Option(help="only so many classes, evenly chosen; 0: all")] = 0,
    seeds: Annotated[int, typer.Option(help="runs of each part, with the seeds 0, 1, ...", min=1)] = 1,
    parts: Annotated[str, typer.Option(help="with commas; default: all that can be run")] = "",
    teacher_weights: Annotated[Path | None, typer.Option(help=f"of {TEACHER}; without it no run has a teacher")] = None,
    teacher_size: Annotated[int, typer.Option(help="side at which it sees a view")] = 96,
) -> None:
    """Trains with each part alone, with none and with all; prints the accuracies on the held-out tiles."""
    train, val = (every_class(read_tiles(data, split), classes) for split in ("train", "val"))
    plain = Options(
        backbone, batch, parse_sizes(sizes), lr, 0, smoothing=0.0, mix="none", box_weight=0.0, evaluations=1
    )  # fmt: skip
    runs = (
        out / f"{backbone}-{sizes.replace(',', '-')}-{steps}x{batch}-lr{lr}-{classes or 'all'}"
    )  # alike ones together
    wanted = [part.strip() for part in parts.split(",") if part.strip()]
    figures: dict[str, list[dict[str, float]]] = {}
    for seed in range(seeds):
        for part, changes in PARTS.items():
            if (wanted and part not in wanted) or ("teacher" in changes and teacher_weights is None):
                continue
            model = runs / f"{part.replace(' ', '-')}-{seed}.safetensors"
            done = model.with_suffix(".json")
            if not done.exists():
                teacher = None
                if "teacher" in changes:
                    teacher = open_teacher(TEACHER, teacher_weights, teacher_size, best_device())
                options = replace(plain, seed=seed, **changes)  # type: ignore[arg-type]  # fields by name
                run = PretrainingRun(train, val, teacher, None, options, model)
                run.run(Budget(steps, None))
                done.write_text(json.dumps(run.report.rows[-1]), "utf-8")
            figures.setdefault(part, []).append(json.loads(done.read_text("utf-8")))
    Console(width=100).print(table_of(figures, len(val.labels)))


def table_of(figures: dict[str, list[dict[str, float]]], judged: int) -> Table:
    """Means over the seeds; the chance error is that of counting `judged` pictures in each run."""
    table = Table(title=f"top-1 on {judged} held-out tiles", title_justify="left")
    for column in ("part", "top-1", "without moving average", "chance error", "runs"):
        table.add_column(column, justify="left" if column == "part" else "right")
    for part, rows in figures.items():
        mean, trained = (float(np.mean([row[key] for row in rows])) for key in ("top1", "top1_without_ema"))
        error = math.sqrt(mean * (1 - mean) / (judged * len(rows)))
        table.add_row(part, f"{mean:.3f}", f"{trained:.3f}", f"{error:.3f}", str(len(rows)))
    return table


if __name__ == "__main__":
    run_command(main)
