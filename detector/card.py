"""Writes a model's card: what it is, how good, and where it errs: `python -m detector.card --help`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from detector.commands import run_command
from detector.data.labelled import Dataset
from detector.data.read import read_data
from detector.engines import DEVICES, open_detector
from detector.engines.base import Detector
from detector.judging import card_pictures
from detector.judging.evaluation import SUMMARY, evaluate_detector
from detector.judging.verdicts import find, judge
from detector.modelfile import ModelInfo, write_aside
from detector.paths import DEFAULT_MODEL

MOST_ROWS = 20  # classes of the table, those with the most boxes


def main(
    test: Annotated[list[Path], typer.Option(help="labelled pictures that nothing was chosen on: the figures")],
    out: Annotated[Path, typer.Option(help="folder of the card")],
    val: Annotated[list[Path] | None, typer.Option(help="other pictures: examples of mistakes")] = None,
    model: Annotated[Path, typer.Option(help="the model file; default: the bundled one")] = DEFAULT_MODEL,
    device: Annotated[str, typer.Option(help=", ".join(DEVICES))] = "auto",
) -> None:
    """Writes card.md and its pictures: precision and recall, confusion, calibration, mistakes."""
    out.mkdir(parents=True, exist_ok=True)
    with open_detector(model, device) as detector:
        names = detector.class_names
        tested = [read_data(path, "val", None, names) for path in test]
        figures = [evaluate_detector(detector, data) for data in tested]
        looked = find(detector, tested)
        verdicts = judge(looked)
        card_pictures.curves(detector.info, looked, verdicts, out / "curves.png")
        card_pictures.calibration(verdicts, out / "calibration.png")
        card_pictures.confusion(detector.info, looked, out / "confusion.png")
        if val:
            examples = find(detector, [read_data(path, "val", None, names) for path in val])
            card_pictures.mistakes(detector.info, examples, out / "mistakes.webp")
        text = card(detector, tested, figures, verdicts.calibration_error(), bool(val))
    write_aside(out / "card.md", text.encode())
    typer.echo(out / "card.md")


def card(detector: Detector, tested: list[Dataset], figures: list[dict[str, Any]], error: float, mistakes: bool) -> str:
    """The text, in Markdown."""
    info = detector.info
    rows = {name: row for data in figures for name, row in data["per_class"].items()}
    shown = sorted(rows, key=lambda name: (name not in info.classes_on, -rows[name]["boxes"]))[:MOST_ROWS]
    counts = "; ".join(
        f"{d.path.parent.name}/{d.path.name}: {f['images']} pictures, {f['boxes']} boxes"
        for d, f in zip(tested, figures, strict=True)
    )
    lines = [
        f"# {info.backbone}, {len(info.class_names)} classes",
        "",
        *_facts(info),
        "",
        f"## Figures\n\nOn {counts}, which no training and no choice used, with {detector.device}, the input size "
        "following each picture. Made by `python -m detector.card`.",
        "",
        "| " + " | ".join(SUMMARY) + " | calibration error |",
        "|---" * (len(SUMMARY) + 1) + "|",
        "| " + " | ".join(_number(figures[0][name]) for name in SUMMARY) + f" | {error:.3f} |",
        "",
        "| class | AP50 | AP | boxes | on at first |",
        "|---|---|---|---|---|",
        *(
            f"| {name} | {_number(rows[name]['AP50'])} | {_number(rows[name]['AP'])} | {rows[name]['boxes']} | "
            f"{'yes' if name in info.classes_on else 'no: weak'} |"
            for name in shown
        ),
        "",
        "![Precision and recall](curves.png)",
        "",
        "How often a box is right at a given confidence:",
        "",
        "![Calibration](calibration.png)",
        "",
        "What it takes for what, at its default confidence:",
        "",
        "![Confusion](confusion.png)",
    ]
    if mistakes:
        lines += ["", "Its surest false boxes (top) and the largest objects that it missed (below):", ""]
        lines += ["![Typical mistakes](mistakes.webp)"]
    return "\n".join(lines) + "\n"


def _facts(info: ModelInfo) -> list[str]:
    on = ", ".join(info.classes_on) or "none"
    return [
        f"- **Network**: {info.backbone}, neck and head of width {info.neck_width}, strides 8, 16, 32.",
        f"- **Started from**: {info.started_from}.",
        f"- **Trained on**: {info.trained_on}.",
        f"- **Licence**: {info.licence}.",
        f"- **On at first**: {on}, from a confidence of {info.score_threshold:g} on. The other classes can be ticked; "
        "they are marked as weak.",
        "- **Not for**: decisions about people, safety, or anything that must not be missed.",
    ]


def _number(value: float) -> str:
    return f"{value:.3f}" if value >= 0 else "-"


if __name__ == "__main__":
    run_command(main)
