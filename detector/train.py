"""Trains a detector on labelled pictures: `python -m detector.train --help`.

With `--task classify` it trains what names whole pictures instead: detector/train_classifier.py.
"""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

import torch
import typer

from detector import train_classifier
from detector.commands import run_command
from detector.data.duplicates import without_near_duplicates
from detector.data.labelled import Dataset, join
from detector.data.read import read_data
from detector.data.unlabelled import read_unlabelled
from detector.engines.torch_engine import TorchDetector
from detector.errors import UsageError
from detector.judging.evaluation import evaluate_detector
from detector.modelfile import ModelInfo, read_info
from detector.models import BACKBONES, NECK_WIDTHS, USUAL_NECK_WIDTH, find_backbone
from detector.models.checkpoint import build_network, load_model, start_from
from detector.training.loop import Options, TrainingRun
from detector.training.parts import PARTS, changed_parts, usual_parts
from detector.training.schedule import Budget, parse_budget
from detector.training.transfer_cached import transfer_run
from detector.training.transfer_detector import BUDGETS, start_transfer

USUAL_LR, USUAL_BUDGET = 1e-3, "30m"
DATA_HELP = (
    "COCO json (its pictures in `images` beside it, or in --images), YOLO data.yaml or VOC folder. Several, even if "
    "they label different things: where a set does not label a class, its silence teaches nothing"
)
TEACHER_HELP = (
    "a detector to learn from as well: a .safetensors model, or an ONNX file as detector/training/teachers.py describes"
)
TRANSFER_HELP = (
    "how much of --init to change: `new`: only outputs for new classes, on features computed once; `last`: the last "
    "stage, neck and head; `all`: everything, gently. Classes that --init knows are kept"
)
OF_TRANSFER = ", ".join(f"`{mode}` {time}" for mode, time in BUDGETS.items())
LR_HELP = f"highest learning rate of neck and head (AdamW); default: {USUAL_LR}, of --transfer by mode"
BUDGET_HELP = (
    f"how long to work, earlier pieces included: 90s, 30m, 2h; default: {USUAL_BUDGET}, of --transfer {OF_TRANSFER}"
)
BINS_HELP = "bins that each distance is a distribution over, as 16; 0: plain numbers; default: as --init, or 0"
USUAL = ", ".join(usual_parts())
UNUSUAL = ", ".join(name for name in PARTS if name not in usual_parts())
TASK_HELP = "detect: boxes; classify: one name for a whole picture, see `--task classify --help`"


def figures_of(model: Path, held_out: Sequence[Dataset]) -> dict[str, float]:
    """AP and AP50 of a model file on pictures that it does not learn from; of further data sets the AP50."""
    with TorchDetector(*load_model(model)) as detector:
        first, *others = (evaluate_detector(detector, dataset) for dataset in held_out)
    extra = {f"AP50_{i}": figures["AP50"] for i, figures in enumerate(others, start=2)}
    return {"AP": first["AP"], "AP50": first["AP50"], **extra}


def main(
    data: Annotated[list[Path], typer.Option(help=DATA_HELP)],
    out: Annotated[Path, typer.Option(help="the .safetensors file to write; OUT.resume beside it keeps the run")],
    task: Annotated[Literal["detect", "classify"], typer.Option(help=TASK_HELP)] = "detect",
    val: Annotated[list[Path] | None, typer.Option(help="the same, for the figures shown meanwhile")] = None,
    apart_from: Annotated[list[Path] | None, typer.Option(help="data whose near-copies are not learned from")] = None,
    images: Annotated[Path | None, typer.Option(help="folder of the pictures")] = None,
    init: Annotated[Path | None, typer.Option(help="a pre-trained model file to start from")] = None,
    backbone: Annotated[str | None, typer.Option(help=f"{', '.join(BACKBONES)}; default: of --init")] = None,
    neck_width: Annotated[
        int | None, typer.Option(help="channels of neck and head; default: of --init, or by backbone", min=1)
    ] = None,
    transfer: Annotated[str | None, typer.Option(help=TRANSFER_HELP)] = None,
    budget: Annotated[str | None, typer.Option(help=BUDGET_HELP)] = None,
    steps: Annotated[int | None, typer.Option(help="instead of --budget: how many batches", min=1)] = None,
    batch: Annotated[int, typer.Option(help="pictures a step", min=1)] = 16,
    size: Annotated[int, typer.Option(help="side of the training views at the end, a multiple of 32")] = 320,
    lr: Annotated[float | None, typer.Option(help=LR_HELP, min=1e-8)] = None,
    backbone_lr_share: Annotated[float, typer.Option(help="the backbone's share of it", min=0)] = 0.3,
    extra_share: Annotated[
        float, typer.Option(help="share of views from sets that label other things", min=0, max=1)
    ] = 0.15,
    teacher: Annotated[list[Path] | None, typer.Option(help=TEACHER_HELP)] = None,
    teacher_weight: Annotated[float, typer.Option(help="of the teachers' word beside the labels", min=0)] = 1.0,
    unlabelled: Annotated[list[Path] | None, typer.Option(help="folder of pictures only the teachers label")] = None,
    without: Annotated[str, typer.Option(help=f"parts of the recipe to leave out, with commas: {USUAL}")] = "",
    added: Annotated[str, typer.Option("--with", help=f"parts to add: {UNUSUAL}")] = "",
    dfl_bins: Annotated[int | None, typer.Option(help=BINS_HELP)] = None,
    seed: Annotated[int, typer.Option(help="of all that is random")] = 0,
) -> None:
    """Trains a detector; run it again with the same options to go on where it was cut."""
    start = read_info(init) if init is not None else None
    name = backbone or (start.backbone if start is not None else "resnet18")
    find_backbone(name)
    if size % 32 or size < 64:
        raise UsageError("size_invalid", size=size)
    bins = dfl_bins if dfl_bins is not None else start.bins if start is not None else 0
    if bins < 0 or bins == 1:
        raise UsageError("choice_unknown", name=f"--dfl-bins {bins}", known="0, or 2 and more")
    if transfer is not None:
        changed = dfl_bins is not None and start is not None and dfl_bins != start.bins
        check_transfer(transfer, changed, added, without, bool(teacher or unlabelled))
    elif unlabelled and not teacher:
        raise UsageError("unlabelled_untaught")
    dataset = join([read_data(path, "train", images) for path in data])
    if unlabelled:
        dataset = join([dataset, *(read_unlabelled(folder, dataset.class_names) for folder in unlabelled)])
    if apart_from:
        dataset, copies = without_near_duplicates(dataset, [read_data(path, "val", images) for path in apart_from])
        typer.echo(f"{len(copies)} near-copies left out: {', '.join(f.name for f in copies[:5])}", err=True)
    torch.manual_seed(seed)
    if transfer is not None:
        if init is None:
            raise UsageError("transfer_without_start")
        begun = start_transfer(init, transfer, dataset, backbone, neck_width)
        kept = (init,) if transfer != "new" and not begun.fresh else ()  # it goes on saying what it knew
        options = Options(
            name, begun.info.neck_width, batch, size, lr or begun.rate(transfer), backbone_lr_share, seed,
            extra_share=extra_share, prior_until=Options.prior_until if begun.fresh else 0.0,
            teachers=tuple(os.fspath(path) for path in (*kept, *(teacher or ()))), teacher_weight=teacher_weight,
            transfer=transfer, bins=begun.info.bins, **changed_parts(added, f"auxiliary,{without}"),
        )  # fmt: skip
        run: TrainingRun = transfer_run(begun, options, out)
        finish(run, val, images, steps, budget or BUDGETS[transfer])
        return
    theirs = start.neck_width if start is not None else 0
    neck_width = neck_width or theirs or NECK_WIDTHS.get(name, USUAL_NECK_WIDTH)
    info = ModelInfo(
        name,
        neck_width,
        dataset.class_names,
        trained_on=f"{len(dataset.pictures)} pictures of {', '.join(path.name for path in data)}",
        bins=bins,
    )
    if init is not None and start is not None:
        info = dataclasses.replace(info, **start.handed_on(init.stem))
    network = build_network(info)
    if init is not None:
        start_from(network, init, dataset.class_names)
    # A start that detects already knows which cells suit; not so where neck or boxes are of another shape.
    detects = start is not None and (theirs, start.bins) == (neck_width, bins)
    prior_until = 0.0 if detects else Options.prior_until
    options = Options(
        name, neck_width, batch, size, lr or USUAL_LR, backbone_lr_share, seed, extra_share=extra_share,
        prior_until=prior_until, teachers=tuple(os.fspath(path) for path in teacher or ()),
        teacher_weight=teacher_weight,
        bins=bins, **changed_parts(added, without),
    )  # fmt: skip
    run = TrainingRun(network, info, dataset, options, out)
    finish(run, val, images, steps, budget or USUAL_BUDGET)


def check_transfer(mode: str, other_bins: bool, added: str, left_out: str, taught: bool) -> None:
    """Refuses what a transfer would not heed.

    Args:
        mode: of the transfer.
        other_bins: bins other than the start's are asked for.
        added, left_out: parts of the recipe, as changed_parts takes them.
        taught: teachers or pictures for them are given.

    Raises:
        UsageError: names the option.
    """
    unheeded = {
        "--dfl-bins": other_bins,
        "--with and --without": bool(added or left_out) and mode == "new",
        "--with auxiliary": "auxiliary" in (part.strip() for part in added.split(",")),
        "--teacher and --unlabelled": taught and mode == "new",
    }
    for option, given in unheeded.items():
        if given:
            raise UsageError("transfer_option", option=option, mode=mode)


def finish(run: TrainingRun, val: list[Path] | None, images: Path | None, steps: int | None, budget: str) -> None:
    """Trains to the end and says where the model is."""
    evaluate = None
    if val:
        held_out = [read_data(path, "val", images, run.info.class_names) for path in val]
        evaluate = partial(figures_of, held_out=held_out)
    run.run(Budget(steps, None if steps is not None else parse_budget(budget)), evaluate)
    typer.echo(json.dumps({"model": os.fspath(run.out)}))


def wanted(arguments: Sequence[str]) -> Callable[..., None]:
    """What the command line asks for: each task has options of its own."""
    classify = ("--task", "classify") in pairwise(arguments) or "--task=classify" in arguments
    return train_classifier.main if classify else main


if __name__ == "__main__":
    run_command(wanted(sys.argv[1:]))
