"""This project's detector with ResNet-18, by its own command, from random weights."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.same_budget.common import BATCH, SIZE_HW, TRAIN_SIZE
from detector.engines.torch_engine import TorchDetector


def train(data: Path, budget_s: float) -> tuple[TorchDetector, int]:
    """Trains it; the detector and the views seen."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "ours.safetensors"
        subprocess.run(
            [
                *(sys.executable, "-m", "detector.train", "--data", str(data), "--backbone", "resnet18"),
                *("--budget", f"{budget_s:g}s", "--batch", str(BATCH), "--size", str(TRAIN_SIZE), "--out", str(out)),
            ],
            check=True,
        )
        rows = out.with_suffix(".log.jsonl").read_text("utf-8").splitlines()
        views = int(json.loads(rows[-1])["step"]) * BATCH if rows else 0
        return TorchDetector.from_file(out, "auto", SIZE_HW), views
