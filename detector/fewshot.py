"""Few pictures, many classes: what learns from them and what does not: `python -m detector.fewshot --help`."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import typer
from rich.console import Console
from rich.progress import Progress

from detector.commands import run_command
from detector.data.class_folders import ClassPictures, read_class_folders
from detector.errors import DataError, OutputError, UsageError
from detector.modelfile import write_aside
from detector.paths import DEFAULT_MODEL
from detector.training.runtime import best_device
from detector.training.schedule import Budget, parse_budget
from detector.training.transfer import load_backbone
from detector.training.transfer_features import cache_features
from detector.training.transfer_learners import LEARNERS, TRAINED, Task
from detector.training.transfer_report import Outcome, draw, markdown
from detector.training.transfer_splits import Amount, mean_and_interval, parse_amounts, split

FEW_TO_JUDGE = 5  # pictures: one wrong changes a class's figure by 20 points


def doubts(data: ClassPictures, amounts: Sequence[Amount]) -> list[str]:
    """Sentences on classes with too few pictures to learn from or to judge by."""
    held = bool(data.held_out.any())
    count = len(data.class_names)
    judged = np.bincount(data.labels[data.held_out] if held else data.labels, minlength=count)
    known = np.bincount(data.labels[~data.held_out], minlength=count)
    found = []
    few = [f"{name} ({n})" for name, n in zip(data.class_names, judged, strict=True) if n < FEW_TO_JUDGE]
    if few:
        found.append(f"Fewer than {FEW_TO_JUDGE} pictures to judge by, so their own figures mean little: {_some(few)}.")
    for amount in amounts:
        short = [f"{name} ({n})" for name, n in zip(data.class_names, known, strict=True) if n < amount.each]
        if short:
            found.append(f"Fewer than {amount.each} pictures to learn from: {_some(short)}.")
    single = [name for name, n in zip(data.class_names, known, strict=True) if n == 1]
    if single:
        found.append(str(DataError("class_of_one", classes=_some(single))))
    return found


def judged_at_most(data: ClassPictures, most: int) -> ClassPictures:
    """`data` with only the first `most` held-out pictures of each class."""
    kept = np.ones(len(data.labels), np.bool_)
    for label in range(len(data.class_names)):
        kept[np.flatnonzero(data.held_out & (data.labels == label))[most:]] = False
    return dataclasses.replace(
        data, pictures=data.pictures[kept], labels=data.labels[kept], held_out=data.held_out[kept]
    )


def compare(
    task: Task, data: ClassPictures, amount: Amount, learners: Sequence[str], folds: int, seed: int,
    on_start: Callable[[str], None],
) -> tuple[list[Outcome], dict[str, dict[str, float]]]:  # fmt: skip
    """All learners with one amount; and for each learner the share of each class named rightly."""
    outcomes, per_class = [], {}
    truth = task.labels.numpy()
    splits = [split(data.labels, data.held_out, amount, fold, folds) for fold in range(folds)]
    tests = [test for _, test in splits]
    count = len(splits[0][0])
    for name in learners:
        words, learner = LEARNERS[name]
        right, views, seconds = [], [], []
        for fold, (train, test) in enumerate(splits):
            on_start(f"{amount} a class, {name}")
            started = time.monotonic()
            said, seen = learner(task, train, test, seed + fold)
            seconds.append(time.monotonic() - started)
            views.append(seen)
            right.append(said.numpy() == truth[test])
        accuracy, interval = mean_and_interval(tests, right)
        outcomes.append(
            Outcome(
                words, amount, count, count / len(data.class_names), accuracy, interval,
                round(float(np.mean(views))), float(np.mean(seconds)), folds,
            )
        )  # fmt: skip
        labels, correct = truth[np.concatenate(tests)], np.concatenate(right)
        per_class[name] = {data.class_names[k]: float(correct[labels == k].mean()) for k in np.unique(labels).tolist()}
    return outcomes, per_class


def write(out: Path, outcomes: Sequence[Outcome], head: str, notes: Sequence[str], facts: dict[str, Any]) -> str:
    """Writes the table, the figures and the picture; returns the table.

    Raises:
        OutputError: the folder cannot be written or is full.
    """
    table = markdown(outcomes, head)
    figures = facts | {"head": head, "notes": list(notes)}
    figures["outcomes"] = [dataclasses.asdict(o) | {"amount": str(o.amount)} for o in outcomes]
    write_aside(out / "fewshot.md", "\n\n".join([table, *(f"- {note}" for note in notes)]).encode())
    write_aside(out / "fewshot.json", json.dumps(figures, indent=1, ensure_ascii=False).encode())
    try:
        draw(outcomes, 1 / facts["classes"], out / "fewshot.png")
    except OSError as error:
        raise OutputError("output_unwritable", path=out / "fewshot.png", reason=error.strerror or error) from error
    return table


def main(
    data: Annotated[Path, typer.Option(help="a folder of class folders; or one with 'train' and 'test' of these")],
    out: Annotated[Path, typer.Option(help="folder for fewshot.md, fewshot.json and fewshot.png")],
    init: Annotated[Path, typer.Option(help="the model file whose backbone is the start")] = DEFAULT_MODEL,
    samples: Annotated[str, typer.Option(help="pictures a class; 2+18: two of each and 18 more")] = "1,2,2+18,5,10",
    folds: Annotated[int, typer.Option(help="how often all is repeated with other pictures", min=1)] = 3,
    budget: Annotated[str, typer.Option(help=f"how long each of {', '.join(TRAINED)} trains, each time")] = "10s",
    steps: Annotated[int | None, typer.Option(help="instead of --budget: how many batches")] = None,
    learners: Annotated[str, typer.Option(help="some of them")] = ",".join(LEARNERS),
    judge: Annotated[int, typer.Option(help="at most so many pictures of each class in 'test'", min=1)] = 1000,
    size: Annotated[int, typer.Option(help="side of the pictures, a multiple of 32")] = 160,
    seed: Annotated[int, typer.Option(help="of all that is random")] = 0,
) -> None:
    """Compares, by cross-validation, a plain network from scratch with what a pre-trained backbone makes possible."""
    console = Console(stderr=True, highlight=False)
    amounts, chosen = parse_amounts(samples), [name.strip() for name in learners.split(",")]
    if unknown := [name for name in chosen if name not in LEARNERS]:
        raise UsageError("choice_unknown", name=unknown[0], known=", ".join(LEARNERS))
    if size < 64 or size % 32:
        raise UsageError("size_invalid", size=size)
    length_s = None if steps is not None else parse_budget(budget)
    backbone, info = load_backbone(init)
    pictures = judged_at_most(read_class_folders(data, size), judge)
    for fold in range(folds):
        train, test = split(pictures.labels, pictures.held_out, amounts[0], fold, folds)
        if not len(train) or not len(test):
            raise DataError("class_nothing_to_judge", path=data)
    notes = [*pictures.notes, *doubts(pictures, amounts)]
    for note in notes:
        console.print(note)
    device = best_device()
    with Progress(console=console) as progress:
        bar = progress.add_task("features, once", total=2 * len(pictures.labels))
        started = time.monotonic()
        features = cache_features(
            backbone.to(device), info, pictures.pictures, device, "last" in chosen,
            lambda done: progress.advance(bar, done),
        )  # fmt: skip
        features_s = time.monotonic() - started
        task = Task(
            pictures.pictures, torch.from_numpy(pictures.labels), len(pictures.class_names), backbone, info, features,
            device, lambda: Budget(steps, length_s),
        )  # fmt: skip
        trained = f"{steps} steps" if steps is not None else budget
        judged = int(pictures.held_out.sum()) or len(pictures.labels)
        head = (
            f"{len(pictures.class_names)} classes, judged on {judged} pictures, {folds} folds, {size} x {size} pixels; "
            f"named rightly in %, with the 95 % confidence interval. Backbone: {info.backbone} ({info.trained_on}). "
            f"Each training of {', '.join(n for n in chosen if n in TRAINED) or 'none'} took {trained} on "
            f"{device.type} with {torch.get_num_threads()} thread(s); "
            f"the features of all pictures, once, {features_s:.0f} s."
        )
        bar = progress.add_task("learners", total=len(amounts) * len(chosen) * folds)
        outcomes: list[Outcome] = []
        facts: dict[str, Any] = {"data": data.name, "init": init.name, "classes": len(pictures.class_names)}
        facts["per_class"] = {}
        for amount in amounts:  # written after each: what is done is kept, whatever happens
            found, per_class = compare(
                task, pictures, amount, chosen, folds, seed,
                lambda what: progress.update(bar, advance=1, description=what),
            )  # fmt: skip
            outcomes = sorted(outcomes + found, key=lambda o: o.per_class)
            facts["per_class"][str(amount)] = per_class
            table = write(out, outcomes, head, notes, facts)
    typer.echo(table)


def _some(names: Sequence[str], most: int = 5) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


if __name__ == "__main__":
    run_command(main)
