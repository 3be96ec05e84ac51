"""What neck, head and detect() add to the bare backbone, and what int8 saves."""

from __future__ import annotations

import copy

import torch

from benchmarks.speed.forms import Run, Setting, kept, title_of, torch_form
from benchmarks.speed.ours import OurNetwork, detect_step, openvino_detector, our_network, torch_detector
from benchmarks.speed.scores import CONFIDENT, PASSING
from benchmarks.speed.tables import Row, Step, Table, timed
from detector.bench import exported, infer_step
from detector.engines.base import Detector
from detector.engines.openvino_engine import OpenVinoDetector
from detector.engines.preprocess import letterbox
from detector.errors import DeviceError
from detector.models.fuse import fold_batch_norms
from detector.paths import DEFAULT_MODEL
from detector.types import Frame

BARE, WHOLE, DETECT = "backbone alone (C3, C4, C5)", "backbone, neck and head", "detect(): picture to boxes"
PRECISIONS = ("int8", "bf16", "fp32")


def backbone_table(backbone: str, frame: Frame, setting: Setting) -> Table:
    """The network and detect() beside the bare backbone, in one engine."""
    setting.say(f"{backbone}: what neck, head and detect() add")
    ours = our_network(backbone, setting.pictures[0])
    engine, steps, boxes = (on_cuda if setting.device == "cuda" else on_cpu)(ours, frame, setting)
    rows: list[tuple[Row, Step | None]] = [
        (Row(BARE, engine), steps[0]),
        (Row(WHOLE, engine, ours.gflop), steps[1]),
        (Row(DETECT, engine, ours.gflop, f"{boxes} boxes"), steps[2]),
    ]
    height, width = setting.shape_hw
    target = "network 1.13; detect() 1.15 (for now 1.25 on the CPU in int8, 1.4 in a CUDA graph)"
    notes = (f"Random weights; {PASSING} candidates pass {CONFIDENT} before quantisation, as on a busy picture.",)
    return Table(
        f"{backbone}, input {height}x{width}, {setting.device}",
        target,
        timed(rows, setting.rounds, setting.clock),
        notes,
    )


def on_cpu(ours: OurNetwork, frame: Frame, setting: Setting) -> tuple[str, list[Step], int]:
    """Engine, the three steps, and how many boxes detect() finds; int8 where it can be made, else bf16."""
    for precision in ("int8", "bf16"):
        try:
            parts: list[Step] = []
            for name, part in (("backbone", ours.network.backbone), ("network", ours.network)):
                key = f"ours-{ours.backbone}-{name}-{precision}"
                make = lambda part=part, p=precision: exported(copy.deepcopy(part), ours.info, p, setting.shape_hw)  # noqa: E731
                parts.append(infer_step(kept(setting, key, make), precision, setting.threads))
            detector = openvino_detector(ours, precision, setting)
        except DeviceError as error:
            setting.say(f"  {error}")
            continue
        whole = detect_step(detector, frame)
        return title_of(f"openvino-{precision}"), [*parts, whole], len(whole())
    raise DeviceError("engine_failed", engine="OpenVINO", reason="neither int8 nor bf16 could be made")


def on_cuda(ours: OurNetwork, frame: Frame, setting: Setting) -> tuple[str, list[Step], int]:
    """The same in torch, half precision, in graphs if they can be made; each step waits for its outputs."""
    parts = [fold_batch_norms(copy.deepcopy(part)) for part in (ours.network.backbone, ours.network)]
    for kind in ("graph", "torch"):
        try:
            runs = [torch_form(part, ours.info, kind, torch.float16, setting) for part in parts]
        except RuntimeError as error:
            setting.say(f"  {title_of(f'{kind}-fp16')}: {error}")
            continue
        whole = detect_step(torch_detector(ours, "auto", kind == "graph", setting), frame)
        return title_of(f"{kind}-fp16"), [*(awaited(run, setting) for run in runs), whole], len(whole())
    raise DeviceError("engine_failed", engine="torch", reason="neither a CUDA graph nor torch without one works")


def awaited(run: Run, setting: Setting) -> Step:
    """It, until its outputs are there."""

    def work() -> None:
        run(setting.pictures[0])
        torch.cuda.synchronize()

    return work


def precision_table(name: str, detectors: dict[str, Detector], frame: Frame, setting: Setting) -> Table:
    """One network in int8, bf16 and fp32.

    Args:
        name: of the network.
        detectors: precision -> engine; the first is what the ratios are to.
    """
    picture, _ = letterbox(frame.image, setting.shape_hw, 3)
    rows: list[tuple[Row, Step | None]] = []
    for precision, detector in detectors.items():
        engine = title_of(f"openvino-{precision}")
        rows.append((Row(f"network {precision}", engine), lambda d=detector: d.infer(picture[None])))  # type: ignore[misc]
    for precision, detector in detectors.items():
        step, engine = detect_step(detector, frame), title_of(f"openvino-{precision}")
        rows.append((Row(f"detect() {precision}", engine, note=f"{len(step())} boxes"), step))
    height, width = setting.shape_hw
    title = f"{name}: int8 beside the others, input {height}x{width}, cpu"
    return Table(title, "fp32 at least 3 times int8", timed(rows, setting.rounds, setting.clock))


def bundled_precisions(frame: Frame, setting: Setting) -> Table:
    """The model that travels with the app."""
    setting.say(f"{DEFAULT_MODEL.stem}: int8 and fp32")
    detectors: dict[str, Detector] = {
        p: OpenVinoDetector(DEFAULT_MODEL, setting.shape_hw, p, setting.threads) for p in PRECISIONS
    }
    return precision_table(DEFAULT_MODEL.stem, detectors, frame, setting)


def random_precisions(backbone: str, frame: Frame, setting: Setting) -> Table:
    """A network with random weights."""
    setting.say(f"{backbone}: int8 and fp32")
    ours = our_network(backbone, setting.pictures[0])
    detectors: dict[str, Detector] = {}
    for precision in PRECISIONS:
        try:
            detectors[precision] = openvino_detector(ours, precision, setting)
        except DeviceError as error:
            setting.say(f"  {error}")
    return precision_table(backbone, detectors, frame, setting)
