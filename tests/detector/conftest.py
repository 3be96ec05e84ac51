"""Fixtures of the detector's tests."""

from __future__ import annotations

import pytest
import torch


@pytest.fixture
def exact_arithmetic(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trains in float32: a CPU's bf16 kernels do not give the same last bits twice."""

    def plain(device: torch.device) -> torch.autocast:
        return torch.autocast(device.type, torch.bfloat16, enabled=False)

    monkeypatch.setattr("detector.pretrain.autocast", plain)
    monkeypatch.setattr("detector.training.loop.autocast", plain)
