"""Fixtures of the detector's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch


@pytest.fixture
def exact_arithmetic(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Trains in float32 on one thread: bf16 kernels and divided sums do not give the same last bits twice."""

    def plain(device: torch.device) -> torch.autocast:
        return torch.autocast(device.type, torch.bfloat16, enabled=False)

    monkeypatch.setattr("detector.pretraining.run.autocast", plain)
    monkeypatch.setattr("detector.pretraining.teacher.autocast", plain)
    monkeypatch.setattr("detector.training.loop.autocast", plain)
    monkeypatch.setattr("detector.training.classifying.autocast", plain)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
