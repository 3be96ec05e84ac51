"""How much of real camera clips a model finds at its own confidence: `python -m benchmarks.clips --help`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from benchmarks.clips.marks import CLASSES, Clip, check_clips, read_frames, read_marks
from benchmarks.clips.scoring import UNMARKED, Tally, score_clip
from benchmarks.clips.sheets import write_sheets
from detector.commands import run_command
from detector.engines.openvino_engine import OpenVinoDetector
from detector.engines.preprocess import parse_size
from detector.modelfile import write_aside
from detector.paths import DEFAULT_MODEL
from detector.types import Detections

OVERLAP, LOOSE = 0.5, 0.3  # IoU at which a mark counts as found: the rule, and how many are only boxed loosely
RECALL_AIM, FALSE_AIM = 0.9, 0.1


def main(
    clips: Annotated[Path, typer.Option(help="folder of the eight clips that benchmarks/clips/marks.json names")],
    model: Annotated[Path, typer.Option(help="the model file; default: the bundled one")] = DEFAULT_MODEL,
    out: Annotated[Path | None, typer.Option(help="folder for clips.json and clips.md")] = None,
    size: Annotated[str | None, typer.Option(help="HxW of the network's input; default: by each picture")] = None,
    sheets: Annotated[
        Path | None, typer.Option(help="draw the contact sheets of the marks into this folder, and stop")
    ] = None,
) -> None:
    """Prints for each clip and class how many marks were found, and the false boxes in each frame."""
    console = Console(stderr=True, highlight=False)
    marks = read_marks()
    check_clips(marks, clips)
    if sheets is not None:
        write_sheets(marks, clips, sheets)
        return
    with OpenVinoDetector(model, None if size is None else parse_size(size)) as detector:
        info = detector.info
        on = info.classes_on or info.class_names
        found: dict[str, list[Detections]] = {}
        for clip in marks.clips:
            found[clip.name] = detector.detect(list(read_frames(clip, clips)), info.score_threshold)
            console.print(f"{clip.name}: {sum(len(d) for d in found[clip.name])} boxes")
        content: dict[str, Any] = {
            "model": model.name,
            "device": detector.device,
            "size": size or "by picture",
            "confidence": info.score_threshold,
            "classes_on": list(on),
            "classes": {name: state(name, on, info.class_names) for name in CLASSES},
        }
    content["results"] = {f"iou_{o}": tabulate(marks.clips, found, on, o) for o in (OVERLAP, LOOSE)}
    text = markdown(content)
    if out is not None:
        write_aside(out / "clips.json", json.dumps(content, indent=1).encode())
        write_aside(out / "clips.md", text.encode())
    typer.echo(text)


def state(name: str, on: Sequence[str], known: Sequence[str]) -> str:
    """ "on", "off" (known, but not shown until it is ticked) or "unknown"."""
    return "on" if name in on else "off" if name in known else "unknown"


def tabulate(
    clips: Sequence[Clip], found: dict[str, list[Detections]], on: Sequence[str], overlap: float
) -> list[dict[str, Any]]:
    """A row for each clip, then "all"."""
    total, rows = Tally(), []
    for clip in clips:
        tally = score_clip(clip, found[clip.name], on, overlap)
        rows.append(row(clip.name, tally, on))
        total += tally
    return [*rows, row("all", total, on)]


def row(name: str, tally: Tally, on: Sequence[str]) -> dict[str, Any]:
    """The counts of a tally and what follows from them; "shown" counts only classes that are on as found."""
    marked = sum(tally.marked.values())
    shown = sum(tally.found[c] for c in CLASSES if c in on)
    return {
        "clip": name,
        "frames": tally.frames,
        "classes": {c: {"marked": tally.marked[c], "found": tally.found[c]} for c in CLASSES},
        "marked": marked,
        "shown": shown,
        "recall": shown / marked if marked else None,
        "false": {c: n for c, n in sorted(tally.false.items()) if n},
        "false_per_frame": sum(tally.false.values()) / tally.frames if tally.frames else 0.0,
        "not_judged": {c: n for c, n in sorted(tally.not_judged.items()) if n},
    }


def markdown(content: dict[str, Any]) -> str:
    """The tables, as the documents show them."""
    states = ", ".join(f"{c} {s}" for c, s in content["classes"].items())
    how = f"{content['device']}, size {content['size']}, confidence {content['confidence']:g}"
    lines = [
        f"{content['model']}, {how}; {states}.",
        f"Aim: {RECALL_AIM:g} of the marks found, at most {FALSE_AIM:g} false boxes a frame.",
        "",
    ]
    for overlap in (OVERLAP, LOOSE):
        lines += [f"Found at IoU {overlap:g}, of those marked:", ""]
        heads = ("clip", *CLASSES, "shown at first", "false boxes a frame", "false boxes")
        lines += ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
        lines += [_line(r) for r in content["results"][f"iou_{overlap}"]] + [""]
    lines += [
        "Found: boxes of the class at or above the confidence, also where the class is off at first. Shown at first: "
        "only classes that are on count as found. False: boxes of the classes that are on "
        f"({', '.join(content['classes_on'])}) that match no mark, or whose class is not in the clip at all. Left out: "
        "boxes mostly in ignored regions, boxes of things that are there but not marked, and boxes of the class "
        f"'{UNMARKED}', since faces are not marked.",
    ]
    return "\n".join(lines) + "\n"


def _line(entry: dict[str, Any]) -> str:
    cells = [_share(c["found"], c["marked"]) for c in entry["classes"].values()]
    wrong = ", ".join(f"{c} {n}" for c, n in entry["false"].items())
    cells += [_share(entry["shown"], entry["marked"]), f"{entry['false_per_frame']:.2f}", wrong or "none"]
    return f"| {entry['clip']} | " + " | ".join(cells) + " |"


def _share(found: int, marked: int) -> str:
    return f"{found}/{marked} ({found / marked:.2f})" if marked else "-"


if __name__ == "__main__":
    run_command(main)
