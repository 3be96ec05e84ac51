"""Fair timings: the candidates take turns, so that heat and other load hit all alike."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from detector.machine import usable_cores


@dataclass(frozen=True)
class Timing:
    """How long one step takes.

    Attributes:
        name: of the step.
        median_ms, p90_ms: over all rounds; 90 of 100 rounds were faster than the latter.
        ratio: median over the rounds of this step's time to the first step's in the same round.
    """

    name: str
    median_ms: float
    p90_ms: float
    ratio: float


def compare(
    steps: Mapping[str, Callable[[], object]], rounds: int = 50, clock: Callable[[], float] = time.perf_counter
) -> list[Timing]:
    """Runs every step once a round and returns their timings, in the order of `steps`.

    A step that computes on a GPU has to wait for its result itself.

    Args:
        steps: name -> what to time; the ratios are to the first.
        rounds: how often; a tenth of it, at least 3, runs before to warm up.
        clock: in seconds.
    """
    times_s = np.zeros((rounds, len(steps)))
    for number in range(-max(3, rounds // 10), rounds):
        for place, step in enumerate(steps.values()):
            start = clock()
            step()
            if number >= 0:
                times_s[number, place] = clock() - start
    ratios = np.median(times_s / np.maximum(times_s[:, :1], 1e-9), axis=0)
    medians, p90s = np.median(times_s, axis=0) * 1000, np.percentile(times_s, 90, axis=0) * 1000
    return [Timing(name, *map(float, row)) for name, *row in zip(steps, medians, p90s, ratios, strict=True)]


def describe_machine() -> dict[str, str]:
    """What figures depend on: the CPU, the cores that this process may use, the system, versions."""
    found = {
        "cpu": _cpu_name(),
        "cores": f"{usable_cores()} of {os.cpu_count()}",
        "system": platform.platform(),
        "python": platform.python_version(),
    }
    for package in ("openvino", "torch", "numpy", "opencv-python"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def _cpu_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
