"""The bundled model beside two detectors trained on all of COCO: `python -m benchmarks.accuracy --help`.

Every row is measured in this run, on the same pictures, by the same library (faster-coco-eval).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from rich.console import Console

from benchmarks.references import CenterNet, NanoDet
from detector.commands import run_command
from detector.data.coco import read_coco
from detector.data.labelled import Dataset
from detector.engines.base import Detector
from detector.engines.openvino_engine import OpenVinoDetector
from detector.judging.evaluation import evaluate_detector
from detector.modelfile import write_aside
from detector.paths import DEFAULT_MODEL

SIZES = ((192, 320), (256, 416), (384, 640))
PRECISIONS = ("fp32", "bf16", "int8")
MOST_SEEN = 20  # classes with the most boxes: of the others a test set of some hundred pictures says little
COLUMNS = ("AP", "AP50", "AP_small", "person_AP50", "top20_AP50")


def measure(name: str, detector: Detector, data: Dataset, console: Console) -> dict[str, Any]:
    """One row of the table."""
    with detector:
        figures = evaluate_detector(detector, data)
    rows = sorted(figures["per_class"].values(), key=lambda row: -row["boxes"])
    person = figures["per_class"].get("person", {"AP50": -1.0})["AP50"]
    top = float(np.mean([row["AP50"] for row in rows[:MOST_SEEN]]))
    chosen = {"name": name, **{c: figures[c] for c in COLUMNS[:3]}, "person_AP50": person, "top20_AP50": top}
    console.print("  ".join(f"{k} {v:.3f}" if isinstance(v, float) else str(v) for k, v in chosen.items()))
    return chosen


def markdown(rows: list[dict[str, Any]]) -> str:
    """The table, as the documents show it."""
    lines = ["| model | " + " | ".join(COLUMNS) + " |", "|---" * (len(COLUMNS) + 1) + "|"]
    lines += [f"| {row['name']} | " + " | ".join(f"{row[c]:.3f}" for c in COLUMNS) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def draw_curve(rows: list[dict[str, Any]], path: Path) -> None:
    """AP50 over the input size, a line for each precision."""
    figure = Figure(figsize=(4.5, 3), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for precision in PRECISIONS:
        reached = [row["AP50"] for row in rows if row["precision"] == precision]
        axes.plot([f"{h}x{w}" for h, w in SIZES], reached, label=precision, marker="o")
    axes.set_ylabel("AP50")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(path, dpi=120)


def main(
    data: Annotated[Path, typer.Option(help="COCO json that no training and no choice ever used")],
    out: Annotated[Path, typer.Option(help="folder for accuracy.json, accuracy.md and accuracy.png")],
    model: Annotated[Path, typer.Option(help="the model file; default: the bundled one")] = DEFAULT_MODEL,
    references: Annotated[Path | None, typer.Option(help="folder of the two ONNX files, see references.py")] = None,
    curve: Annotated[bool, typer.Option(help="also over three input sizes and three precisions")] = True,
) -> None:
    """Writes the table and the curve."""
    console = Console(stderr=True, highlight=False)
    dataset = read_coco(data)
    rows = [measure(f"{model.stem}, input by picture", OpenVinoDetector(model), dataset, console)]
    if references is not None:
        nanodet = NanoDet(references / "nanodet_g_coco.onnx", dataset.class_names)
        rows.append(measure("NanoDet-g, 416x416", nanodet, dataset, console))
        centernet = CenterNet(references / "centernet_mobilenetv3_coco.onnx", dataset.class_names)
        rows.append(measure("CenterNet MobileNetV3, 512x512", centernet, dataset, console))
    points = []
    for size in SIZES if curve else ():
        for precision in PRECISIONS:
            name = f"{model.stem}, {size[0]}x{size[1]}, {precision}"
            row = measure(name, OpenVinoDetector(model, size, precision), dataset, console)
            points.append({**row, "precision": precision})
    out.mkdir(parents=True, exist_ok=True)
    content = {"data": data.name, "pictures": len(dataset.pictures), "rows": rows, "curve": points}
    write_aside(out / "accuracy.json", json.dumps(content, indent=1).encode())
    write_aside(out / "accuracy.md", (markdown(rows) + ("\n" + markdown(points) if points else "")).encode())
    if points:
        draw_curve(points, out / "accuracy.png")
    typer.echo((out / "accuracy.md").read_text("utf-8"))


if __name__ == "__main__":
    run_command(main)
