"""`python -m detector.bench`: what the network, the engines and the stages of detect() take, as ratios in one run.

`python -m detector.bench backbones` times our backbones beside the same ones of torchvision and timm.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import typer
from rich.console import Console
from rich.table import Table
from torch import nn

from detector.bench_cuda import CUDA_BACKBONES, CUDA_SIZE, cuda_tables
from detector.commands import run_command
from detector.engines.base import Detector
from detector.engines.convert import quantise, to_openvino
from detector.engines.openvino_engine import OpenVinoDetector, compile_options, default_threads
from detector.engines.postprocess import decode, suppress, to_detections
from detector.engines.preprocess import letterbox, parse_size
from detector.engines.quiet_openvino import import_openvino, openvino_core
from detector.engines.torch_engine import TorchDetector
from detector.errors import DataError, DeviceError, UsageError
from detector.export import read_video
from detector.modelfile import ModelInfo, write_aside
from detector.models import BACKBONES, NECK_WIDTHS, USUAL_NECK_WIDTH
from detector.models.checkpoint import load_model
from detector.models.network import DetectorNetwork
from detector.paths import CLIP, DEFAULT_MODEL
from detector.peers import PEERS, peer_steps
from detector.timing import Timing, compare, describe_machine
from detector.types import Frame

SECTIONS = ("network", "engines", "stages", "cuda", "backbones")
USUAL_SECTIONS = ("network", "engines", "stages", "cuda")
USUAL_SIZE = "256x416"
BENCH_BACKBONES = "resnet18,resnet50h,resnet50"
ROUNDS, PEER_ROUNDS = 100, 30  # whole networks in eager torch take ten times as long
CLASSES = 80
BEST = "int8" if find_spec("nncf") is not None else "auto"  # auto: bf16 where the CPU has it, else fp32
LIVE_SCORE = 0.35  # few boxes pass, as in the window; evaluation's 0.01 makes decoding and NMS longer
Step = Callable[[], object]


def main(
    section: Annotated[
        list[str] | None, typer.Argument(help=f"some of {', '.join(SECTIONS)}; default: all but the last")
    ] = None,
    model: Annotated[Path, typer.Option(help="the model of the sections engines and stages")] = DEFAULT_MODEL,
    only: Annotated[str, typer.Option(help="the same, with commas")] = "",
    backbones: Annotated[
        str | None,
        typer.Option(help=f"of network, cuda and backbones: {', '.join(BACKBONES)}; default: a few; all peers"),
    ] = None,
    precision: Annotated[str, typer.Option(help="of the section network: int8 (needs nncf), bf16, fp32")] = BEST,
    size: Annotated[
        str | None, typer.Option(help=f"the network's input; default: {USUAL_SIZE}, of the section cuda {CUDA_SIZE}")
    ] = None,
    clip: Annotated[Path, typer.Option(help="a video; one of its frames is what is detected")] = CLIP,
    rounds: Annotated[
        int | None, typer.Option(help=f"how often each step runs; default: {ROUNDS}, of backbones {PEER_ROUNDS}", min=1)
    ] = None,
    threads: Annotated[int | None, typer.Option(help="of OpenVINO; default: as in the app")] = None,
    as_json: Annotated[Path | None, typer.Option("--json", help="write all figures to this file")] = None,
) -> None:
    """Prints medians, 90th and 95th percentiles in ms, and ratios to the first line of each table."""
    shape_hw = parse_size(size or USUAL_SIZE)
    sections = chosen(",".join([*(section or ()), only]) or ",".join(USUAL_SECTIONS), SECTIONS)
    console = Console()
    machine = describe_machine() | {
        "threads": str(threads or default_threads() or "OpenVINO's choice"),
        "input": size or USUAL_SIZE,
        "gpu": f"{torch.cuda.get_device_name()}, CUDA {torch.version.cuda}" if torch.cuda.is_available() else "none",
    }
    console.print("  ".join(f"{name} {value}" for name, value in machine.items()), highlight=False)
    tables: dict[str, list[Timing]] = {}
    notes: dict[str, list[str]] = {}

    def run(title: str, steps: dict[str, Step], usual_rounds: int = ROUNDS) -> None:
        tables[title] = compare(steps, rounds or usual_rounds)
        console.print(table_of(title, tables[title]))

    if "network" in sections:
        for backbone in chosen(backbones or BENCH_BACKBONES, tuple(BACKBONES)):
            run(*network_section(backbone, precision, shape_hw, threads))
    if "backbones" in sections:
        for backbone in chosen(backbones or ",".join(PEERS), tuple(PEERS)):
            for kind in ["cpu", "cuda"] if torch.cuda.is_available() else ["cpu"]:
                steps = peer_steps(backbone, shape_hw, torch.device(kind))
                run(f"{backbone}, torch {'fp16' if kind == 'cuda' else 'fp32'}, {kind}", steps, PEER_ROUNDS)
    if "cuda" in sections:
        names = chosen(backbones or CUDA_BACKBONES, tuple(BACKBONES))
        on_gpu = parse_size(size or CUDA_SIZE)
        for table in cuda_tables(names, on_gpu, frame_of(clip), rounds or ROUNDS, random_network):
            notes[table.title] = table.notes
            if table.rows:
                tables[table.title] = table.rows
            console.print(table_of(table.title, table.rows) if table.rows else table.title, highlight=False)
            console.print("\n".join(table.notes), highlight=False)
    if "engines" in sections or "stages" in sections:
        frame = frame_of(clip)
        if "engines" in sections:
            run(f"detect(), {model.stem}", engine_steps(model, frame, shape_hw, threads))
        if "stages" in sections:
            with OpenVinoDetector(model, shape_hw, threads=threads) as detector:
                steps = stage_steps(detector, frame)
                if (alone := bare_backbone_of(model, detector, shape_hw, threads)) is not None:
                    # These two by turns: each finds the caches full of the other, as in use after a frame's other work.
                    pair = {"backbone alone (C3, C4, C5)": alone, "detect()": steps["detect()"]}
                    run(f"detect() and its backbone, {model.stem}, {detector.device}", pair)
                run(f"stages of detect(), {model.stem}, {detector.device}", steps)
    if as_json is not None:
        figures = {title: [dataclasses.asdict(timing) for timing in rows] for title, rows in tables.items()}
        written = {"machine": machine, "tables": figures, "notes": notes}
        write_aside(as_json, json.dumps(written, indent=1).encode())


def network_section(
    backbone: str, precision: str, shape_hw: tuple[int, int], threads: int | None
) -> tuple[str, dict[str, Step]]:
    """Title and steps: a whole network with random weights against its backbone alone, in the same engine."""
    network, info = random_network(backbone)
    steps = {
        "backbone alone (C3, C4, C5)": network_step(network.backbone, info, precision, shape_hw, threads),
        "backbone, neck and head": network_step(network, info, precision, shape_hw, threads),
    }
    return f"{backbone}, neck {info.neck_width}, OpenVINO {precision}, random weights", steps


def random_network(backbone: str) -> tuple[DetectorNetwork, ModelInfo]:
    """Always the same weights, and what a model file would say of them."""
    width = NECK_WIDTHS.get(backbone, USUAL_NECK_WIDTH)
    torch.manual_seed(0)
    network = DetectorNetwork(backbone, CLASSES, width)
    wake_norms(network)
    return network, ModelInfo(backbone, width, tuple(f"class {i}" for i in range(CLASSES)))


def wake_norms(network: nn.Module) -> None:
    """Gives all norms a weight: a fresh network starts some at 0, and quantisation would remove the branches."""
    for part in network.modules():
        if isinstance(part, nn.BatchNorm2d):
            nn.init.uniform_(part.weight, 0.3, 0.6)


def network_step(
    network: nn.Module, info: ModelInfo, precision: str, shape_hw: tuple[int, int], threads: int | None
) -> Step:
    """One run of `network` on a random picture, as a step; int8 is calibrated on random pictures.

    Raises:
        DeviceError: int8 without nncf.
    """
    return infer_step(exported(network, info, precision, shape_hw), precision, threads)


def exported(network: nn.Module, info: ModelInfo, precision: str, shape_hw: tuple[int, int]) -> Any:
    """`network` as an openvino.Model of that input shape; folds its batch norms in place.

    Raises:
        DeviceError: int8 without nncf.
    """
    model = to_openvino(network, info)
    if precision == "int8":
        random = np.random.default_rng(0)
        pictures = [random.integers(0, 256, (*shape_hw, info.in_channels), np.uint8) for _ in range(10)]
        model = quantise(model, pictures, correct_bias=False)
    model.reshape([1, *shape_hw, info.in_channels])
    return model


def infer_step(model: Any, precision: str, threads: int | None) -> Step:
    """One run of an openvino.Model on a random picture."""
    request = openvino_core().compile_model(model, "CPU", compile_options(precision, threads)).create_infer_request()
    batch = np.random.default_rng(1).integers(0, 256, list(model.input().shape), np.uint8)
    request.set_input_tensor(import_openvino().Tensor(batch, shared_memory=True))
    return lambda: (batch, request.infer())  # the batch must live as long as the step


def engine_steps(model: Path, frame: Frame, shape_hw: tuple[int, int], threads: int | None) -> dict[str, Step]:
    """detect() of every engine that works here, the default one first."""
    makers: list[tuple[str, Callable[[], Detector]]] = [
        ("", lambda: OpenVinoDetector(model, shape_hw, threads=threads)),
        *(("", lambda p=p: OpenVinoDetector(model, shape_hw, p, threads)) for p in ("bf16", "fp32")),
        (", CUDA graph", lambda: TorchDetector.from_file(model, "cuda", shape_hw)),
        (", eager", lambda: TorchDetector.from_file(model, "cuda", shape_hw, graphs=False)),
        ("", lambda: TorchDetector.from_file(model, "cpu", shape_hw)),
        ("", lambda: TorchDetector.from_file(model, "cpu", shape_hw, "fp32")),
    ]
    engines: dict[str, Detector] = {}
    for how, make in makers:
        try:
            engine = make()
        except DeviceError:
            continue
        engines[engine.device + how] = engine
    return {name: lambda e=engine: e.detect([frame], LIVE_SCORE) for name, engine in engines.items()}  # type: ignore[misc]


def bare_backbone_of(model: Path, detector: Detector, shape_hw: tuple[int, int], threads: int | None) -> Step | None:
    """The model's own backbone in the engine's precision, which detect() is compared with; None if int8 needs nncf."""
    network, info = load_model(model)
    precision = detector.device.rsplit(" ", 1)[-1]
    try:
        return network_step(network.backbone, info, precision, shape_hw, threads)
    except DeviceError:
        return None


def stage_steps(detector: Detector, frame: Frame) -> dict[str, Step]:
    """detect() as a whole, then its stages one by one."""
    shape_hw = detector.shape_for(frame.size_wh)
    padded, place = letterbox(frame.image, shape_hw, detector.info.in_channels)
    logits, ltrb = (outputs[0].copy() for outputs in detector.infer(padded[None]))
    candidates = decode(logits, ltrb, shape_hw, LIVE_SCORE)
    return {
        "detect()": lambda: detector.detect([frame], LIVE_SCORE),
        "letterbox": lambda: letterbox(frame.image, shape_hw, detector.info.in_channels),
        "network": lambda: detector.infer(padded[None]),
        f"decode ({len(candidates.scores)} pass {LIVE_SCORE})": lambda: decode(logits, ltrb, shape_hw, LIVE_SCORE),
        "NMS and boxes": lambda: to_detections(suppress(candidates, 0.6), place, frame.index, detector.class_names),
    }


def frame_of(clip: Path) -> Frame:
    """A frame from the middle of the clip.

    Raises:
        DataError: no frame can be read.
    """
    images = list(read_video(clip, 3))
    if not images:
        raise DataError("calibration_empty", path=clip)
    return Frame(images[len(images) // 2], 0, 0.0, 0.0)


def chosen(text: str, known: tuple[str, ...]) -> list[str]:
    """The names in a list with commas.

    Raises:
        UsageError: one is not known.
    """
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in known:
            raise UsageError("choice_unknown", name=name, known=", ".join(known))
    return names


def table_of(title: str, rows: list[Timing]) -> Table:
    """For the terminal."""
    table = Table(title=title, title_justify="left")
    table.add_column("step")
    for column in ("median ms", "p90 ms", "p95 ms", "ratio"):
        table.add_column(column, justify="right")
    for row in rows:
        table.add_row(row.name, f"{row.median_ms:.2f}", f"{row.p90_ms:.2f}", f"{row.p95_ms:.2f}", f"{row.ratio:.3f}")
    return table


if __name__ == "__main__":
    run_command(main)
