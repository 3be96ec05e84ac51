"""Pre-trains a backbone to tell classes of small pictures apart: `python -m detector.pretrain --help`."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from detector.commands import run_command
from detector.data.tiles import read_tiles
from detector.errors import UsageError
from detector.models import BACKBONES, find_backbone
from detector.pretraining.batches import MIXES
from detector.pretraining.gallery import read_unlabelled
from detector.pretraining.run import Options, PretrainingRun
from detector.pretraining.teacher import open_teacher
from detector.training.runtime import best_device
from detector.training.schedule import Budget, parse_budget

UNLABELLED_SIDE = 2  # of the stored pictures without labels, in sides of the largest view: crops show a part of them
LR, LR_FROM_START = 0.2, 0.02  # at 0.1 a start's loss rose to twice that of guessing
INIT_HELP = (
    "weights to start from: timm:NAME, torchvision:NAME, opennsfw (for resnet50h), or a file, ours or a state dict of "
    "the same network in timm or torchvision"
)
TEACHER_HELP = "timm:NAME, any classifier of timm's, or a model file of detector.pretrain: its answers are learned, too"
WEIGHTS_HELP = "a file of the timm teacher's weights; without it timm fetches its own"


def parse_sizes(text: str) -> tuple[int, ...]:
    """ "32,64" -> (32, 64).

    Raises:
        UsageError: not multiples of 32 that grow.
    """
    sizes = tuple(int(part) for part in text.split(",") if part.strip().isdecimal())
    if not sizes or len(sizes) != text.count(",") + 1 or min(sizes) < 32 or any(s % 32 for s in sizes):
        raise UsageError("view_sizes_invalid", text=text)
    if list(sizes) != sorted(sizes):
        raise UsageError("view_sizes_invalid", text=text)
    return sizes


def main(
    data: Annotated[Path, typer.Option(help="folder of class sheets: train/ID.jpg, val/ID.jpg, index.json")],
    out: Annotated[Path, typer.Option(help="the .safetensors file to write; OUT.resume beside it keeps the run")],
    backbone: Annotated[str, typer.Option(help=f"one of {', '.join(BACKBONES)}")] = "resnet18",
    init: Annotated[str, typer.Option(help=INIT_HELP)] = "",
    budget: Annotated[str, typer.Option(help="how long to work, earlier pieces included: 90s, 30m, 2h")] = "30m",
    steps: Annotated[int | None, typer.Option(help="instead of --budget: how many batches", min=1)] = None,
    batch: Annotated[int, typer.Option(help="pictures a step", min=2)] = 128,
    sizes: Annotated[str, typer.Option(help="sides in pixels, one after the other, multiples of 32")] = "32,64",
    lr: Annotated[float | None, typer.Option(help=f"highest; default {LR}, with --init {LR_FROM_START}")] = None,
    smoothing: Annotated[float, typer.Option(help="share of a label spread over all classes", min=0, max=0.9)] = 0.1,
    mix: Annotated[str, typer.Option(help=f"of half the labelled pictures: {', '.join(MIXES)}")] = "both",
    box_weight: Annotated[float, typer.Option(help="of the loss from the tiles' boxes; 0: none", min=0)] = 0.5,
    ema: Annotated[float, typer.Option(help="decay of the moving average; 0: none", min=0, max=0.99999)] = 0.999,
    teacher: Annotated[str, typer.Option(help=TEACHER_HELP)] = "",
    teacher_weights: Annotated[Path | None, typer.Option(help=WEIGHTS_HELP)] = None,
    teacher_size: Annotated[int, typer.Option(help="side at which a timm teacher sees a view", min=32)] = 128,
    unlabelled: Annotated[Path | None, typer.Option(help="folder of pictures that only the teacher names")] = None,
    seed: Annotated[int, typer.Option(help="of all that is random")] = 0,
) -> None:
    """Pre-trains a backbone; run it again with the same options to go on where it was cut."""
    find_backbone(backbone)
    if mix not in MIXES:
        raise UsageError("choice_unknown", name=mix, known=", ".join(MIXES))
    if unlabelled is not None and not teacher:
        raise UsageError("unlabelled_untaught")
    if teacher_weights is not None and not teacher:
        raise UsageError("teacher_weights_alone")
    length = Budget(steps, None if steps is not None else parse_budget(budget))
    lr = lr if lr is not None else LR_FROM_START if init else LR
    options = Options(
        backbone, batch, parse_sizes(sizes), lr, seed, init, smoothing, mix,
        box_weight=box_weight, ema_decay=ema, teacher=teacher and f"{teacher} at {teacher_size}",
        unlabelled=os.fspath(unlabelled or ""),
    )  # fmt: skip
    device = best_device()
    teaching = open_teacher(teacher, teacher_weights, teacher_size, device) if teacher else None
    side = UNLABELLED_SIDE * options.sizes[-1]
    further = read_unlabelled(unlabelled, side, device) if unlabelled is not None else None
    run = PretrainingRun(read_tiles(data, "train"), read_tiles(data, "val"), teaching, further, options, out)
    run.run(length)
    typer.echo(json.dumps({"model": os.fspath(out), "top1": run.report.rows[-1].get("top1")}))


if __name__ == "__main__":
    run_command(main)
