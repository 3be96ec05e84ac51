"""Trains each candidate for the same time and judges all alike: `python -m benchmarks.same_budget --help`.

Needs the extra group "peers": transformers, and ultralytics (AGPL-3.0).
"""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from benchmarks.accuracy import measure
from detector.commands import run_command
from detector.data.read import read_data
from detector.engines.base import Detector
from detector.modelfile import write_aside
from detector.training.schedule import parse_budget

COLUMNS = ("AP", "AP50", "person_AP50", "top20_AP50")


class Candidate(StrEnum):
    """Who takes part."""

    OURS = "ours"
    FCOS = "fcos"
    RTDETR = "rtdetr"
    ULTRALYTICS = "ultralytics"


TITLES = {
    Candidate.OURS: "this project, ResNet-18",
    Candidate.FCOS: "torchvision FCOS, ResNet-18 FPN",
    Candidate.RTDETR: "RT-DETR, ResNet-18 (transformers)",
    Candidate.ULTRALYTICS: "Ultralytics YOLO11n",
}


def train(candidate: Candidate, data: Path, budget_s: float) -> tuple[Detector, int]:
    """The trained detector and how many views it saw."""
    if candidate is Candidate.OURS:
        from benchmarks.same_budget import ours

        return ours.train(data, budget_s)
    pictures = read_data(data, "train")
    if candidate is Candidate.FCOS:
        from benchmarks.same_budget import fcos

        return fcos.train(pictures, budget_s)
    if candidate is Candidate.RTDETR:
        from benchmarks.same_budget import rtdetr

        return rtdetr.train(pictures, budget_s)
    from benchmarks.same_budget import ultralytics_n

    return ultralytics_n.train(pictures, budget_s)


def main(
    data: Annotated[Path, typer.Option(help="what to train on")],
    test: Annotated[Path, typer.Option(help="what to be judged on; no training and no choice ever used it")],
    out: Annotated[Path, typer.Option(help="folder for same_budget.json and same_budget.md; what is there is kept")],
    budget: Annotated[str, typer.Option(help="for each: 90s, 30m, 1h")] = "1h",
    only: Annotated[list[Candidate] | None, typer.Option(help="these; default: all")] = None,
) -> None:
    """Writes one table; run it again with --only to add or repeat a row."""
    console = Console(stderr=True, highlight=False)
    out.mkdir(parents=True, exist_ok=True)
    kept = out / "same_budget.json"
    rows: dict[str, dict[str, Any]] = json.loads(kept.read_text("utf-8")) if kept.is_file() else {}
    for candidate in only or list(Candidate):
        detector, views = train(candidate, data, parse_budget(budget))
        row = measure(TITLES[candidate], detector, read_data(test, "val"), console)
        rows[candidate.value] = {**row, "budget": budget, "views": views, "device": detector.device}
        write_aside(kept, json.dumps(rows, indent=1).encode())
    write_aside(out / "same_budget.md", table(rows).encode())
    typer.echo(table(rows))


def table(rows: dict[str, dict[str, Any]]) -> str:
    """In Markdown; what was not run says so."""
    lines = ["| | budget | device | views | " + " | ".join(COLUMNS) + " |", "|---" * (4 + len(COLUMNS)) + "|"]
    for candidate in Candidate:
        row = rows.get(candidate.value)
        if row is None:
            lines.append(f"| {TITLES[candidate]} | not run" + " |" * (3 + len(COLUMNS)))
            continue
        figures = " | ".join(f"{row[column]:.3f}" for column in COLUMNS)
        lines.append(f"| {row['name']} | {row['budget']} | {row['device']} | {row['views']} | {figures} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    run_command(main)
