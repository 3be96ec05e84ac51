"""Trains a model that names whole pictures: `python -m detector.train --task classify --help`."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path
from typing import Annotated, Literal

import torch
import typer

from detector.errors import DataError, UsageError
from detector.modelfile import ModelInfo
from detector.models import BACKBONES, find_backbone
from detector.models.classifier import Classifier
from detector.paths import DEFAULT_MODEL
from detector.training.classifying import ClassifierRun, Options
from detector.training.classifying_data import DividedPictures, read_divided
from detector.training.schedule import Budget, parse_budget
from detector.training.transfer import load_backbone

# Of the layer behind the backbone, and the backbone's share. A pre-trained backbone is soon undone: docs/few-samples.
USUAL_LR = {"new": (1e-4, 0.0), "last": (1e-4, 0.3), "all": (1e-4, 0.1)}
FROM_SCRATCH_LR = (1e-3, 1.0)


def main(
    data: Annotated[Path, typer.Option(help="a folder of class folders; or one with 'train' and 'test' of these")],
    out: Annotated[Path, typer.Option(help="the .safetensors file to write; OUT.resume beside it keeps the run")],
    task: Annotated[Literal["classify"], typer.Option(help="detect: boxes; that has other options")] = "classify",
    val: Annotated[
        Path | None, typer.Option(help="class folders to judge by; default: DATA/test, else every fifth picture")
    ] = None,
    init: Annotated[
        Path | None, typer.Option(help="a model file, detector or classifier, to start from; default: the bundled one")
    ] = None,
    backbone: Annotated[
        str | None, typer.Option(help=f"without --init, from random weights: {', '.join(BACKBONES)}")
    ] = None,
    transfer: Annotated[
        Literal["all", "last", "new"] | None,
        typer.Option(help="what learns: a new layer alone (seconds), the last stage, too, or all; default: new"),
    ] = None,
    names_zh: Annotated[
        Path | None, typer.Option(help='a JSON file with Chinese names, as {"cat": "猫"}; those not in it stay English')
    ] = None,
    budget: Annotated[str, typer.Option(help="how long last and all work, earlier pieces included: 90s, 30m")] = "10m",
    steps: Annotated[int | None, typer.Option(help="instead of --budget: how many batches", min=1)] = None,
    batch: Annotated[int, typer.Option(help="pictures a step", min=2)] = 32,
    size: Annotated[int, typer.Option(help="side that pictures are squeezed to, a multiple of 32")] = 160,
    lr: Annotated[float | None, typer.Option(help="highest learning rate of the new layer (AdamW)", min=0)] = None,
    backbone_lr_share: Annotated[float | None, typer.Option(help="the backbone's share of it")] = None,
    seed: Annotated[int, typer.Option(help="of all that is random")] = 0,
) -> None:
    """Trains a model that names whole pictures, or the boxes of a detector, from one folder of pictures a class.

    Run it again with the same options to go on where it was cut.
    """
    if size < 64 or size % 32:
        raise UsageError("size_invalid", size=size)
    length = Budget(steps, None if steps is not None else parse_budget(budget))
    torch.manual_seed(seed)
    start = init if init is not None or backbone is not None else DEFAULT_MODEL
    mode = transfer or ("new" if start is not None else "all")
    if start is None and mode != "all":
        raise UsageError("transfer_needs_start", mode=mode)
    pictures = read_divided(data, val, size)
    for note in pictures.notes:
        typer.echo(note, err=True)
    network, info = build(start, backbone, pictures, size)
    info = dataclasses.replace(
        info,
        class_names_zh=chinese_names(names_zh, pictures.class_names),
        trained_on=f"{len(pictures.learned)} pictures of {data.name}",
    )
    usual_lr, usual_share = USUAL_LR[mode] if start is not None else FROM_SCRATCH_LR
    options = Options(
        info.backbone, mode, start is not None, batch, size, usual_lr if lr is None else lr,
        usual_share if backbone_lr_share is None else backbone_lr_share, seed,
    )  # fmt: skip
    figures = ClassifierRun(network, info, pictures, options, out).run(length)
    typer.echo(json.dumps({"model": os.fspath(out), "classes": len(pictures.class_names)} | figures))


def build(
    start: Path | None, backbone: str | None, pictures: DividedPictures, size: int
) -> tuple[Classifier, ModelInfo]:
    """The network and its description; with weights and preprocessing of `start` if there is one.

    Raises:
        ModelFileError: `start` cannot be used, or has another backbone than the one asked for.
        UsageError: there is no such backbone.
    """
    if start is None:
        name = backbone or "resnet18"
        find_backbone(name)
        info = ModelInfo(name, 0, pictures.class_names, sizes_hw=((size, size),), task="classify", score_threshold=0.0)
        return Classifier(name, len(pictures.class_names)), info
    learned, theirs = load_backbone(start)
    if backbone not in (None, theirs.backbone):
        raise UsageError("start_has_other_backbone", path=start, name=theirs.backbone, asked=backbone)
    info = ModelInfo(
        theirs.backbone,
        0,
        pictures.class_names,
        sizes_hw=((size, size),),
        task="classify",
        score_threshold=0.0,
        **theirs.handed_on(start.stem),
    )
    network = Classifier(info.backbone, len(pictures.class_names), info.in_channels, info.norm)
    network.backbone.load_state_dict(learned.state_dict())
    return network, info


def chinese_names(path: Path | None, class_names: tuple[str, ...]) -> tuple[str, ...]:
    """One for each class: the file's, or the English one where it has none; empty without a file.

    Raises:
        DataError: the file is no JSON object of names.
    """
    if path is None:
        return ()
    try:
        known = json.loads(path.read_text("utf-8"))
        if not isinstance(known, dict):
            raise ValueError("no object")
    except (OSError, ValueError) as error:
        raise DataError("names_unreadable", path=path, reason=str(error)) from error
    return tuple(str(known.get(name, name)) for name in class_names)
