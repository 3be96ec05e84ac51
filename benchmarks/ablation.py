"""What each part of the training brings: the same training with one part left out each.

`python -m benchmarks.ablation --help`. Equal steps and seeds for all, judged on the validation split. A run that was
cut goes on where it was; what is done is not done again.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console

from benchmarks.accuracy import measure
from detector.commands import run_command
from detector.data.read import read_data
from detector.engines import open_detector
from detector.errors import UsageError
from detector.modelfile import read_info, write_aside
from detector.training.parts import PARTS, usual_parts

COLUMNS = ("AP", "AP50", "person_AP50", "top20_AP50")
SIZE_HW = (256, 416)  # of the network's input when it is judged
WHOLE = "all"


@dataclass(frozen=True)
class Recipe:
    """What all rows have in common.

    Attributes:
        data, val: to train on, to judge on.
        init: the pre-trained start.
        backbone: of the start.
        teachers: files of detectors to learn from.
        steps: batches.
        more: further arguments of detector.train.
    """

    data: Path
    val: Path
    init: Path
    backbone: str
    teachers: Sequence[Path]
    steps: int
    more: Sequence[str] = field(default=())

    def command(self, row: str, seed: int, out: Path) -> list[str]:
        """The training of one row."""
        command = ["-m", "detector.train", "--data", os.fspath(self.data), "--out", os.fspath(out)]
        command += ["--steps", str(self.steps), "--seed", str(seed), *self.more]
        command += ["--backbone", self.backbone] if row == "pre-training" else ["--init", os.fspath(self.init)]
        if row != "teachers":
            command += [word for teacher in self.teachers for word in ("--teacher", os.fspath(teacher))]
        if row in PARTS:
            command += ["--without" if row in usual_parts() else "--with", row]
        return command + (["--dfl-bins", "16"] if row == "bins" else [])


def rows_of(recipe: Recipe) -> dict[str, str]:
    """Name -> title of each row that the recipe allows."""
    usual = usual_parts()
    rows = {WHOLE: "all that is usual", "pre-training": "without pre-training"}
    if recipe.teachers:
        rows["teachers"] = "without teachers"
    rows |= {name: f"without {name}" for name in PARTS if name in usual}
    rows |= {name: f"with {name}, too" for name in PARTS if name not in usual}
    return rows | {"bins": "with 16 bins a distance, too"}


def run_row(recipe: Recipe, row: str, seed: int, folder: Path, console: Console) -> dict[str, Any]:
    """Figures of one training, made now or taken from its file.

    Raises:
        typer.Exit: the training failed, or was interrupted: with its exit code.
    """
    out = folder / f"{row}-{seed}.safetensors"
    command = recipe.command(row, seed, out)
    key = hashlib.sha256(json.dumps(command).encode()).hexdigest()
    kept = out.with_suffix(".json")
    if kept.is_file():
        figures = json.loads(kept.read_text("utf-8"))
        if figures.get("key") == key:
            return dict(figures)
    console.print(f"{row}, seed {seed}: python {' '.join(command)}")
    code = finished([sys.executable, *command])
    if code:
        raise typer.Exit(code)  # the training has said why
    figures = measure(row, open_detector(out, size_hw=SIZE_HW), read_data(recipe.val, "val"), console)
    minutes = json.loads(out.with_suffix(".log.jsonl").read_text("utf-8").splitlines()[-1])["minutes"]
    figures |= {"key": key, "command": command, "minutes": minutes, "seed": seed}
    write_aside(kept, json.dumps(figures, indent=1).encode())
    return figures


def finished(command: Sequence[str]) -> int:
    """Runs a command to its end and returns its exit code; Ctrl-C reaches it as well, and it gets time to save."""
    with subprocess.Popen(command) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.wait()  # subprocess.run would kill it after a quarter of a second
            raise


def table(titles: Mapping[str, str], done: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """In Markdown: means over the seeds, and how far AP50 is from the first row's; what was not run says so."""
    lines = ["| | seeds | " + " | ".join(COLUMNS) + " | AP50, points |", "|---" * (3 + len(COLUMNS)) + "|"]
    whole = [figures["AP50"] for figures in done.get(WHOLE, ())]
    for row, title in titles.items():
        runs = done.get(row, ())
        if not runs:
            lines.append(f"| {title} | not run |" + " |" * (1 + len(COLUMNS)))
            continue
        means = " | ".join(spread([run[column] for run in runs]) for column in COLUMNS)
        apart = 100 * (np.mean([run["AP50"] for run in runs]) - np.mean(whole)) if whole else 0.0
        lines.append(f"| {title} | {len(runs)} | {means} |" + (f" {apart:+.2f} |" if whole and row != WHOLE else " |"))
    return "\n".join(lines) + "\n"


def spread(values: Sequence[float]) -> str:
    """The mean; of several runs with half the distance between the best and the worst."""
    around = f" ±{(max(values) - min(values)) / 2:.4f}" if len(values) > 1 else ""
    return f"{np.mean(values):.4f}{around}"


def main(
    data: Annotated[Path, typer.Option(help="what to train on")],
    val: Annotated[Path, typer.Option(help="what to be judged on: the validation split, never the test split")],
    init: Annotated[Path, typer.Option(help="the pre-trained start, a model file")],
    out: Annotated[Path, typer.Option(help="folder for ablation.json and ablation.md, and for the runs")],
    steps: Annotated[int, typer.Option(help="batches of each run")],
    teacher: Annotated[list[Path] | None, typer.Option(help="as of detector.train")] = None,
    seed: Annotated[list[int] | None, typer.Option(help="one run for each; several tell the noise; default: 0")] = None,
    only: Annotated[str, typer.Option(help="rows to run, with commas: all,mosaic,...; default: every row")] = "",
    size: Annotated[int, typer.Option(help="side of the training views at the end")] = 320,
    batch: Annotated[int, typer.Option(help="pictures a step")] = 16,
) -> None:
    """Writes one table; run it again, with --only or without, to add rows."""
    info = read_info(init)
    # A start that detects lends its width to every row, the one without a start, too.
    width = ("--neck-width", str(info.neck_width)) if info.neck_width else ()
    more = ("--size", str(size), "--batch", str(batch), *width)
    recipe = Recipe(data, val, init, info.backbone, tuple(teacher or ()), steps, more)
    titles = rows_of(recipe)
    wanted = [row for row in only.split(",") if row] or list(titles)
    for row in wanted:
        if row not in titles:
            raise UsageError("choice_unknown", name=row, known=", ".join(titles))
    out.mkdir(parents=True, exist_ok=True)
    console = Console(stderr=True, highlight=False)
    for chosen in seed or [0]:
        for row in wanted:
            run_row(recipe, row, chosen, out, console)
            write(out, titles, collected(recipe, titles, out))
    typer.echo((out / "ablation.md").read_text("utf-8"))


def collected(recipe: Recipe, titles: Mapping[str, str], folder: Path) -> dict[str, list[dict[str, Any]]]:
    """The figures of all runs in the folder that are of this recipe, by row."""
    done: dict[str, list[dict[str, Any]]] = {}
    for row in titles:
        for kept in sorted(folder.glob(f"{row}-*.json")):
            figures = json.loads(kept.read_text("utf-8"))
            if figures["command"] == recipe.command(row, figures["seed"], kept.with_suffix(".safetensors")):
                done.setdefault(row, []).append(figures)
    return done


def write(folder: Path, titles: Mapping[str, str], done: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Both files."""
    write_aside(folder / "ablation.json", json.dumps(done, indent=1).encode())
    write_aside(folder / "ablation.md", table(titles, done).encode())


if __name__ == "__main__":
    run_command(main)
