"""The section `cuda` of detector.bench: the engine for NVIDIA GPUs with CUDA graphs, without, and the bare backbone."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch.profiler import ProfilerActivity, profile

from detector.engines.cuda_lane import CudaLane
from detector.engines.device_path import NetworkStep
from detector.engines.faults import reason_of
from detector.engines.preprocess import letterbox
from detector.engines.torch_engine import TorchDetector, why_no_cuda
from detector.modelfile import ModelInfo
from detector.models.fuse import fold_batch_norms
from detector.models.network import DetectorNetwork
from detector.timing import Timing, compare
from detector.types import Frame

CUDA_BACKBONES = "resnet18,resnet50,dpn92"
CUDA_SIZE = "384x640"
BATCHES = (1, 16)
CANDIDATES = 100  # that pass: with random weights all boxes are as sure, the score is set to let so many through
PROFILED = 20  # calls of detect()
BARE, BARE_EAGER = "backbone alone, CUDA graph", "backbone alone, eager"
NETWORK, NETWORK_EAGER = "network and decoding, CUDA graph", "network and decoding, eager"
DETECT, DETECT_EAGER = "detect(), CUDA graph", "detect(), eager"
Step = Callable[[], object]
Network = tuple[DetectorNetwork, ModelInfo]


@dataclass(frozen=True)
class CudaTable:
    """One network at one batch.

    Attributes:
        title: with sizes.
        rows: the ratios are to BARE; none where it was not run.
        notes: what the rows mean, or why there are none: a sentence each.
    """

    title: str
    rows: list[Timing]
    notes: list[str]


def cuda_tables(
    backbones: Sequence[str], shape_hw: tuple[int, int], frame: Frame, rounds: int, make: Callable[[str], Network]
) -> Iterator[CudaTable]:
    """Each as soon as it is measured; without a GPU, that it was not run.

    Args:
        backbones: their names.
        shape_hw: of the network's input.
        frame: what is detected.
        rounds: how often each step runs.
        make: a name -> the network with random weights, and what a model file would say of it.
    """
    for backbone in backbones:
        for batch in BATCHES:
            title = f"{backbone}, batch {batch}, {shape_hw[0]}x{shape_hw[1]}, random weights, NVIDIA GPU"
            if not torch.cuda.is_available():
                yield CudaTable(title, [], [f"Not run: {why_no_cuda()}."])
                continue
            try:
                with on_cuda(make(backbone), frame, shape_hw, batch) as (steps, in_graphs):
                    rows = compare(steps, rounds)
                    notes = notes_of(rows, steps)
                    if not in_graphs():
                        notes.insert(0, f"No graph was made for {DETECT}: it ran as {DETECT_EAGER}.")
            except RuntimeError as error:
                yield CudaTable(title, [], [f"Not run: {reason_of(error)}."])
            else:
                yield CudaTable(title, rows, notes)


@contextmanager
def on_cuda(
    network: Network, frame: Frame, shape_hw: tuple[int, int], batch: int
) -> Iterator[tuple[dict[str, Step], Callable[[], bool]]]:
    """What is compared; each step waits for its result. And whether detect() runs in graphs by now.

    Raises:
        RuntimeError: no graph can be made, or memory is missing.
    """
    device = torch.device("cuda")
    with (
        TorchDetector(*network, "cuda", shape_hw) as graph,
        TorchDetector(*network, "cuda", shape_hw, graphs=False) as eager,
    ):
        graph.most_frames = eager.most_frames = batch
        score = score_passed_by(CANDIDATES, graph, frame, shape_hw)
        lane = CudaLane(device)

        def awaited(run: Step) -> Step:
            def work() -> None:
                with lane.at_work():
                    run()
                    torch.cuda.synchronize()

            return work

        channels = network[1].in_channels
        with lane.at_work():
            backbone = fold_batch_norms(copy.deepcopy(network[0].backbone).eval()).to(device, torch.float16)
            backbone = backbone.to(memory_format=torch.channels_last)
            x = torch.rand(batch, channels, *shape_hw, device=device).to(torch.float16)
            x = x.to(memory_format=torch.channels_last)
            whole = NetworkStep(graph.forward, (batch, *shape_hw, channels), device, lane)
            bare, whole_graph = lane.capture(lambda: backbone(x)), lane.capture(whole)
        steps: dict[str, Step] = {
            BARE: awaited(bare),
            BARE_EAGER: awaited(lambda: backbone(x)),
            NETWORK: awaited(whole_graph),
            NETWORK_EAGER: awaited(NetworkStep(eager.forward, (batch, *shape_hw, channels), device, lane)),
            DETECT: lambda: graph.detect([frame] * batch, score),
            DETECT_EAGER: lambda: eager.detect([frame] * batch, score),
        }
        yield steps, lambda: graph.in_graphs


def score_passed_by(count: int, detector: TorchDetector, frame: Frame, shape_hw: tuple[int, int]) -> float:
    """The score that so many cells reach."""
    padded, _ = letterbox(frame.image, shape_hw, detector.info.in_channels)
    logits = torch.from_numpy(detector.infer(padded[None])[0][0])
    best = logits.amax(-1)
    return float(best.topk(min(count, len(best))).values[-1].sigmoid())


def notes_of(rows: Sequence[Timing], steps: Mapping[str, Step]) -> list[str]:
    """What a graph saves, and what the GPU does in the time of detect(): a sentence each."""
    ms = {row.name: row.median_ms for row in rows}
    parts = (("backbone", BARE, BARE_EAGER), ("network", NETWORK, NETWORK_EAGER), ("detect()", DETECT, DETECT_EAGER))
    saved = ", ".join(f"{name} {ms[eager] / ms[graph]:.2f}" for name, graph, eager in parts)
    notes = [f"Eager to CUDA graph: {saved}."]
    for name in (DETECT, DETECT_EAGER):
        kernels_ms, copies_ms = busy_ms(steps[name], PROFILED)
        if kernels_ms == 0:
            notes.append(f"{name}: torch's profiler sees no kernels here; their share is not known.")
            continue
        notes.append(
            f"{name}: kernels {kernels_ms:.3f} ms, {kernels_ms / ms[name]:.0%} of the time; copies {copies_ms:.3f} ms, "
            f"{copies_ms / ms[name]:.0%}; the rest {ms[name] - kernels_ms - copies_ms:.3f} ms."
        )
    return notes


def busy_ms(step: Step, calls: int) -> tuple[float, float]:
    """What the GPU computes and copies in one call, by torch's profiler; copies and kernels may overlap."""
    step()
    with profile(activities=[ProfilerActivity.CPU, ProfilerActivity.CUDA]) as profiler:
        for _ in range(calls):
            step()
        torch.cuda.synchronize()
    kernels_us = copies_us = 0.0
    for event in profiler.key_averages():
        if event.device_type.name == "CUDA":
            if event.key.startswith(("Memcpy", "Memset")):
                copies_us += event.self_device_time_total
            else:
                kernels_us += event.self_device_time_total
    return kernels_us / calls / 1000, copies_us / calls / 1000
