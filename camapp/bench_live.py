"""`python -m camapp.bench --live`: the window on a live camera, on two cores: rates, delays, what each part costs."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from camapp.bench_live_scene import FPS
from camapp.errors import CamappError
from detector.paths import CLIP

PROGRAM = "fakecam.py"
FORMATS = ("MJPG-1280x720", "MJPG-1920x1080")  # that the emulated camera is asked for
CLIP_S = 10.0  # of the clip, that it sends over and over
PREPARE_LIMIT_S, START_LIMIT_S = 300.0, 300.0
WIDE = 110  # columns of the table
LAST_LINES = 5
PARTS = (
    ("transfer and decoding", "arrived_ms"),
    ("until its boxes are found", "boxes_ms"),
    ("until it is drawn", "drawn_ms"),
    ("until it is painted", "painted_ms"),
)


def measure_live(seconds: float, camera: str | None, fakecam: Path | None, model: str | None = None) -> dict[str, Any]:
    """Figures of all scenes, as bench_live_scene.Scene has them, and of the machine as it was used.

    Args:
        seconds: of each scene.
        camera: which, as open_source understands it; None: the bench's own, or the emulated one.
        fakecam: folder of fakecam.py, an emulated camera that burns number and time into its pixels; None: without.

    Raises:
        CamappError: bench_no_fakecam; bench_failed, with the last words of the process that measures.
    """
    if fakecam is not None and not (fakecam / PROGRAM).is_file():
        raise CamappError("bench_no_fakecam", name=fakecam)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "live.json"
        command = [sys.executable, "-m", "camapp.bench_live_scene", str(out), "--seconds", str(seconds)]
        if model is not None:
            command += ["--model", model]
        if fakecam is not None:
            command = emulated(fakecam.resolve(), Path(folder) / "state", [*command, "--camera", camera or "0"])
        elif camera is not None:
            command += ["--camera", camera]
        _run(command, START_LIMIT_S + 3 * seconds)
        figures: dict[str, Any] = json.loads(out.read_text())
        return figures


def emulated(fakecam: Path, state: Path, command: list[str]) -> list[str]:
    """The same command, run with an emulated camera that sends the bundled clip.

    Args:
        fakecam: either the folder tests/fakecam of this repository, or one whose fakecam.py is a program of its own.
        state: a folder for the camera's pictures, to be made.

    Raises:
        CamappError: bench_failed.
    """
    if (fakecam / "__main__.py").is_file():
        start = f"import sys, runpy; sys.path.insert(0, {str(fakecam.parents[1])!r})"
        run = f"{start}; runpy.run_module('{fakecam.parent.name}.{fakecam.name}', run_name='__main__', alter_sys=True)"
        pictures = ["--pictures", str(round(CLIP_S * FPS)), "--formats", *FORMATS]
        return [sys.executable, "-c", run, str(state), "--clip", str(CLIP), *pictures, "--", *command]
    program, where = [sys.executable, str(fakecam / PROGRAM)], ["--dir", str(state)]
    clip = ["--clip", str(CLIP), "--seconds", str(CLIP_S), "--only", *FORMATS]
    _run([*program, "prepare", *where, *clip], PREPARE_LIMIT_S)
    return [*program, "run", *where, "--", *command]


def print_live(console: Console, figures: dict[str, Any]) -> None:
    """One row a figure."""
    cores = figures["machine"]["cores"]
    table = Table(title=f"The window on a live camera, on {cores} cores", title_justify="left")
    table.add_column("figure")
    for name in ("median", "95 %"):
        table.add_column(name, justify="right", no_wrap=True)
    for scene in figures["scenes"]:
        height, width = scene["input_hw"] or (0, 0)
        table.add_row(f"[bold]{scene['name']}[/] · {escape(scene['camera'])}", "", "")
        table.add_row(f"  {escape(scene['device'])} at {width}x{height}, {scene['seconds']:.0f} s", "", "")
        for what in ("drawn", "detector"):
            slowest = f"{scene[f'slowest_{what}_fps']:.0f} in the slowest second"
            table.add_row(f"  {what} fps, of {scene['camera_fps']:.1f}; {slowest}", f"{scene[f'{what}_fps']:.1f}", "")
        if scene["recorded"] is not None:
            table.add_row(f"  pictures missing in the file of {scene['recorded']}", str(scene["missing"]), "")
        _add(table, "  the window's thread, ms a picture", scene["ui_ms"])
        own = scene["detect_own_ms"]
        _add(table, "  the detection thread outside the engine, ms a picture", own)
        if own is not None:
            share = [f"{at / (1000 / FPS):.1%}" for at in (own["median"], own["p95"])]
            table.add_row(f"    of a picture of {FPS:g} fps", *share)
        _add(table, "  camera to overlay, ms", scene["to_overlay_ms"])
        _add(table, "  camera to paint, ms", scene["to_paint_ms"])
        for name, key in PARTS:
            _add(table, f"    {name}", scene[key])
        if scene["screenshots"]:
            agreed = f"{scene['agreed']} of {scene['screenshots']}"
            table.add_row("  screenshots that show the picture counted as painted", agreed, "")
        for trouble in scene["troubles"]:
            table.add_row(f"  [red]{escape(trouble)}[/]", "", "")
        table.add_section()
    Console(file=console.file, width=max(console.width, WIDE)).print(table)  # a cut figure is none
    console.print(_explained(figures), soft_wrap=True)


def _explained(figures: dict[str, Any]) -> str:
    burnt = all(scene["burnt_in"] for scene in figures["scenes"])
    clock = "that the camera burnt into the picture" if burnt else "at which the driver stamped the picture"
    return (
        f"Delays begin at the time {clock}; they are of the pictures that were painted. The window's thread: all "
        "that it computed from one painted picture to the next. Parts do not add up: each has its own median."
    )


def _add(table: Table, name: str, spread: dict[str, float] | None) -> None:
    if spread is None:
        table.add_row(name, "not known", "")
    else:
        table.add_row(name, f"{spread['median']:.2f}", f"{spread['p95']:.2f}")


def _run(command: list[str], limit_s: float) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit_s, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CamappError("bench_failed", reason=error) from error
    if done.returncode:
        said = "\n".join((done.stderr or done.stdout).strip().splitlines()[-LAST_LINES:])
        raise CamappError("bench_failed", reason=said or f"exit code {done.returncode}")
