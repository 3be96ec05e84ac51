"""Our detectors beside their own backbones and beside others, in one run: `python -m benchmarks.speed --help`."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated, Literal

import torch
import typer
from rich.console import Console

from benchmarks.speed.beside_others import peers_table, torchvision_table
from benchmarks.speed.decoding import decoding_table
from benchmarks.speed.drawing import drawing_table
from benchmarks.speed.forms import ON_CPU, ON_CUDA, Setting
from benchmarks.speed.own_cost import backbone_table, bundled_precisions, random_precisions
from benchmarks.speed.report import write
from benchmarks.speed.tables import Table
from detector.bench import chosen
from detector.commands import run_command
from detector.engines.openvino_engine import default_threads
from detector.engines.preprocess import letterbox, parse_size
from detector.errors import DataError, DeviceError
from detector.export import read_video
from detector.machine import usable_cores
from detector.paths import CLIP
from detector.timing import describe_machine
from detector.types import Frame

TABLES: dict[str, Callable[[Frame, Setting], Table]] = {
    "backbone-r18": lambda frame, setting: backbone_table("resnet18", frame, setting),
    "backbone-r50": lambda frame, setting: backbone_table("resnet50", frame, setting),
    "backbone-dpn92": lambda frame, setting: backbone_table("dpn92", frame, setting),
    "torchvision": torchvision_table,
    "peers-r18": lambda frame, setting: peers_table("resnet18", frame, setting),
    "peers-r50": lambda frame, setting: peers_table("resnet50", frame, setting),
    "int8-bundled": bundled_precisions,
    "int8-r18": lambda frame, setting: random_precisions("resnet18", frame, setting),
    "int8-r50": lambda frame, setting: random_precisions("resnet50", frame, setting),
    "overlay": lambda _, setting: drawing_table(setting),
    "decoding": decoding_table,
}
PACKAGES = ("torchvision", "transformers", "ultralytics", "nncf", "supervision")
CALIBRATION = 3  # pictures to quantise on: the time does not depend on how well int8 fits


def main(
    out: Annotated[Path, typer.Option(help="folder for speed.json, speed.md and speed.png; earlier tables in it stay")],
    only: Annotated[str, typer.Option(help=f"with commas, of: {', '.join(TABLES)}; default: all")] = "",
    device: Annotated[Literal["auto", "cpu", "cuda"], typer.Option(help="auto: CUDA where it is")] = "auto",
    size: Annotated[str, typer.Option(help="every network's input, height x width")] = "384x640",
    rounds: Annotated[int, typer.Option(help="how often each row runs; cheap ones run more often", min=1)] = 30,
    threads: Annotated[int | None, typer.Option(help="of every network on a CPU; default: as in the app")] = None,
    forms: Annotated[str, typer.Option(help=f"to try, with commas, of: {', '.join((*ON_CPU, *ON_CUDA))}")] = "",
    exports: Annotated[
        Path | None, typer.Option(help="folder that keeps the exported networks, so that a second run begins at once")
    ] = None,
    cpu_time: Annotated[
        bool, typer.Option(help="the processor's time over all threads instead of the clock's: on shared cores")
    ] = False,
    clip: Annotated[Path, typer.Option(help="a video; its first frame is what is detected")] = CLIP,
) -> None:
    """Times the rows of each table by turns; the peers need the group 'peers', what is not there is marked."""
    console = Console(stderr=True, highlight=False)
    wanted = chosen(only or ",".join(TABLES), tuple(TABLES))
    place = device_of(device)
    allowed = ON_CUDA if place == "cuda" else ON_CPU
    usual = threads or default_threads() or usable_cores()
    torch.set_num_threads(usual)
    shape_hw = parse_size(size)
    images = list(read_video(clip, CALIBRATION))
    if not images:
        raise DataError("calibration_empty", path=clip)
    frame = Frame(images[0], 0, 0.0, 0.0)
    pictures = tuple(letterbox(image, shape_hw, 3)[0] for image in images)
    machine = machine_of(place, usual, size) | {"time": "of the processor" if cpu_time else "of the clock"}
    console.print("  ".join(f"{name} {value}" for name, value in machine.items()))
    with tempfile.TemporaryDirectory() as scratch:
        folder = exports or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        setting = Setting(
            device=place,
            shape_hw=shape_hw,
            threads=usual,
            forms=tuple(chosen(forms or ",".join(allowed), allowed)),
            pictures=pictures,
            exports=folder,
            rounds=rounds,
            clock=time.process_time if cpu_time else time.perf_counter,
            say=console.print,
        )
        for key in wanted:
            start = time.monotonic()
            table = TABLES[key](frame, setting)
            text = write(out, machine, {f"{place}-{key}": table})
            console.print(f"{key}: {time.monotonic() - start:.0f} s")
    typer.echo(text)


def device_of(asked: str) -> str:
    """ "cpu" or "cuda".

    Raises:
        DeviceError: CUDA is asked for and not to be had.
    """
    if asked == "cuda" and not torch.cuda.is_available():
        raise DeviceError("device_missing", name="cuda", reason="torch finds none")
    return "cuda" if asked != "cpu" and torch.cuda.is_available() else "cpu"


def machine_of(device: str, threads: int, size: str) -> dict[str, str]:
    """What the figures depend on."""
    found = describe_machine()
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "none"
    if device == "cuda":
        found["gpu"] = f"{torch.cuda.get_device_name()}, CUDA {torch.version.cuda}"
    return found | {"threads": str(threads), "input": size}


if __name__ == "__main__":
    run_command(main)
