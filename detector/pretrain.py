"""Pre-trains a backbone to tell classes of small pictures apart: `python -m detector.pretrain --help`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import cv2
import numpy as np
import torch
import torch.nn.functional as F
import typer
from torch import Tensor
from torchvision.transforms import v2

from detector.commands import run_command
from detector.data.tiles import Tiles, read_tiles
from detector.modelfile import ModelInfo
from detector.models import BACKBONES
from detector.models.checkpoint import save_classifier
from detector.models.classifier import Classifier
from detector.training.ema import ModelEma
from detector.training.report import Report
from detector.training.runtime import autocast, best_device
from detector.training.schedule import Budget, cosine_factor, parse_budget
from detector.training.state import load_state, save_state, state_path

SAVE_EVERY_S = 60.0


@dataclass(frozen=True)
class Options:
    """What defines a run; a state can only be resumed with the same.

    Attributes:
        size: side of the pictures at the end; it starts at three quarters of it (progressive sizes).
        lr: of SGD with Nesterov momentum, for `batch` pictures.
    """

    backbone: str
    batch: int
    size: int
    lr: float
    seed: int


def training_batch(tiles: Tiles, size: int, batch: int, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Random tiles, randomly cropped (35-100 % of the area) and flipped: uint8 (B, 3, size, size) RGB, labels (B,)."""
    chosen = rng.integers(0, len(tiles.labels), batch)
    pictures = np.empty((batch, size, size, 3), np.uint8)
    for i, j in enumerate(chosen):
        tile = tiles.pictures[j]
        side = tile.shape[0]
        area, ratio = rng.uniform(0.35, 1.0), np.exp(rng.uniform(np.log(3 / 4), np.log(4 / 3)))
        w, h = (min(side, round(side * np.sqrt(area * r))) for r in (ratio, 1 / ratio))
        x, y = rng.integers(0, side - w + 1), rng.integers(0, side - h + 1)
        cv2.resize(tile[y : y + h, x : x + w], (size, size), dst=pictures[i], interpolation=cv2.INTER_LINEAR)
        if rng.random() < 0.5:
            pictures[i] = pictures[i, :, ::-1]
    rgb = torch.from_numpy(pictures).permute(0, 3, 1, 2).flip(1)
    return rgb, torch.from_numpy(tiles.labels[chosen])


def whole_tiles(tiles: Tiles, size: int) -> Tensor:
    """All tiles at one size: uint8 (N, 3, size, size) RGB."""
    pictures = np.stack([cv2.resize(t, (size, size), interpolation=cv2.INTER_LINEAR) for t in tiles.pictures])
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).flip(1)


def normalise(pictures: Tensor, info: ModelInfo, device: torch.device) -> Tensor:
    """uint8 (B, 3, H, W) RGB -> float, as the backbone expects it, channels last."""
    x = pictures.to(device).float()
    mean, std = (torch.tensor(v, device=device).view(1, -1, 1, 1) for v in (info.mean, info.std))
    return ((x - mean) / std).contiguous(memory_format=torch.channels_last)


@torch.inference_mode()
def top1(model: Classifier, pictures: Tensor, labels: Tensor, info: ModelInfo, device: torch.device) -> float:
    """Share of pictures whose best logit is the right class."""
    right = 0
    for i in range(0, len(labels), 256):
        with autocast(device):
            logits = model(normalise(pictures[i : i + 256], info, device))
        right += int((logits.argmax(1).cpu() == labels[i : i + 256]).sum())
    return right / len(labels)


def pretrain(data: Path, out: Path, options: Options, budget: Budget) -> None:
    """Trains until the budget is used; goes on from OUT's .resume file if there is one; writes OUT.

    Raises:
        DataError, TrainingError, OutputError: see detector/errors.py.
    """
    device = best_device()
    tiles, held_out = read_tiles(data, "train"), read_tiles(data, "val")
    info = ModelInfo(options.backbone, 0, tiles.class_names, trained_on=f"{len(tiles.labels)} class sheet tiles")
    torch.manual_seed(options.seed)
    model = Classifier(options.backbone, len(tiles.class_names)).to(device)
    model = model.to(memory_format=torch.channels_last)
    decayed = [p for p in model.parameters() if p.ndim > 1]
    others = [p for p in model.parameters() if p.ndim <= 1]  # norms and biases: decay would only shrink them
    groups = [{"params": decayed, "weight_decay": 5e-5}, {"params": others, "weight_decay": 0.0}]
    optimizer = torch.optim.SGD(groups, lr=options.lr, momentum=0.9, nesterov=True)
    ema = ModelEma(model, decay=0.999, ramp_steps=300)
    step, rows, run = 0, [], vars(options).copy()
    state = load_state(state_path(out), run)
    if state is not None:
        model.load_state_dict(state["model"])
        ema.model.load_state_dict(state["ema"])
        optimizer.load_state_dict(state["optimizer"])
        ema.updates, step, rows = state["step"], state["step"], state["rows"]
        budget.resume(state["elapsed_s"])
    report = Report(out, rows)
    jitter = v2.ColorJitter(brightness=0.4, contrast=0.4, saturation=0.4)
    val_x, val_y = whole_tiles(held_out, options.size), torch.from_numpy(held_out.labels)
    saved_s, losses = budget.elapsed_s, []

    def keep() -> None:
        save_state(
            state_path(out),
            {
                "options": run, "model": model.state_dict(), "ema": ema.model.state_dict(),
                "optimizer": optimizer.state_dict(), "step": step, "rows": report.rows, "elapsed_s": budget.elapsed_s,
            },
        )  # fmt: skip

    while (progress := budget.progress(step)) < 1:
        rng = np.random.default_rng((options.seed, step))  # a batch depends on its step alone: resuming is exact
        torch.manual_seed(int(rng.integers(2**31)))
        size = options.size * 3 // 4 // 16 * 16 if progress < 0.6 else options.size
        pictures, labels = training_batch(tiles, size, options.batch, rng)
        for group in optimizer.param_groups:
            group["lr"] = options.lr * cosine_factor(progress)
        with autocast(device):
            logits = model(normalise(jitter(pictures), info, device))
        loss = F.cross_entropy(logits.float(), labels.to(device), label_smoothing=0.1)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        ema.update(model)
        step += 1
        losses.append(loss.item())
        if budget.elapsed_s - saved_s > SAVE_EVERY_S or budget.progress(step) >= 1:
            accuracy = top1(ema.model, val_x, val_y, info, device)
            report.add(step=step, minutes=budget.elapsed_s / 60, loss=float(np.mean(losses)), top1=accuracy)
            losses.clear()
            keep()
            saved_s = budget.elapsed_s
    measured = {"top1": report.rows[-1]["top1"], "views": step * options.batch, "classes": len(tiles.class_names)}
    save_classifier(out, ema.model, ModelInfo(**{**vars(info), "measured": measured}))


def main(
    data: Annotated[Path, typer.Option(help="folder of class sheets: train/ID.jpg, val/ID.jpg, index.json")],
    out: Annotated[Path, typer.Option(help="the .safetensors file to write; OUT.resume beside it keeps the run")],
    backbone: Annotated[str, typer.Option(help=f"one of {', '.join(BACKBONES)}")] = "resnet18",
    budget: Annotated[str, typer.Option(help="how long to work, earlier pieces included: 90s, 30m, 2h")] = "30m",
    steps: Annotated[int | None, typer.Option(help="instead of --budget: how many batches")] = None,
    batch: Annotated[int, typer.Option(help="pictures a step")] = 128,
    size: Annotated[int, typer.Option(help="side of the pictures at the end, in pixels")] = 64,
    lr: Annotated[float, typer.Option(help="highest learning rate")] = 0.2,
    seed: Annotated[int, typer.Option(help="of all that is random")] = 0,
) -> None:
    """Pre-trains a backbone; run it again with the same options to go on where it was cut."""
    length = Budget(steps, None if steps is not None else parse_budget(budget))
    pretrain(data, out, Options(backbone, batch, size, lr, seed), length)
    typer.echo(json.dumps({"model": str(out)}))


if __name__ == "__main__":
    run_command(main)
