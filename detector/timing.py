"""Fair timings: the candidates take turns, so that heat and other load hit all alike."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from detector.machine import cpu_name, usable_cores


@dataclass(frozen=True)
class Timing:
    """How long one step takes.

    Attributes:
        name: of the step.
        median_ms, p90_ms, p95_ms: over all rounds; 90 of 100 rounds were faster than the second, 95 than the third.
        ratio: median over the rounds of this step's time to the first step's in the same round.
        p95_ratio: p95_ms to the first step's.
    """

    name: str
    median_ms: float
    p90_ms: float
    p95_ms: float
    ratio: float
    p95_ratio: float


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
    medians, p90s, p95s = np.percentile(times_s, (50, 90, 95), axis=0) * 1000
    columns = (medians, p90s, p95s, ratios, p95s / max(p95s[0], 1e-6))
    return [Timing(name, *map(float, row)) for name, *row in zip(steps, *columns, strict=True)]


def describe_machine() -> dict[str, str]:
    """What figures depend on: the CPU, the cores that this process may use, the system, versions."""
    found = {
        "cpu": cpu_name(),
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
