"""`python -m camapp.bench --soak`: a drift is seen, a hiccup is none."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from camapp import bench_soak
from camapp.bench_soak import drift_of, measure_soak, print_soak
from tests.camapp.live.fakes import ScriptedDetector, numbered_picture

FRAMES = 5000


def test_a_steady_growth_is_seen_whatever_the_first_tenth_did() -> None:
    at = np.arange(1, FRAMES + 1)
    values = 600 + at / 500 + np.random.default_rng(0).normal(0, 1, FRAMES)
    values[: FRAMES // 10] -= 300
    drift = drift_of(at, values, FRAMES)
    assert drift is not None
    assert drift.per_10000 == pytest.approx(20, abs=1)
    assert drift.error < 1


def test_hiccups_and_missing_values_are_no_drift() -> None:
    at = np.arange(1, FRAMES + 1)
    values = np.random.default_rng(1).normal(20, 1, FRAMES)
    values[4000:4040] = 2000
    values[::7] = np.nan
    drift = drift_of(at, values, FRAMES)
    assert drift is not None
    assert abs(drift.per_10000) < 5 * drift.error < 2


def test_of_too_few_samples_nothing_is_told() -> None:
    assert drift_of([], [], FRAMES) is None
    assert drift_of(range(15), range(15), 15) is None


def test_too_few_frames_are_refused() -> None:
    with pytest.raises(ValueError, match="100"):
        measure_soak(99, ScriptedDetector())


_HOLD_64_MIB = """
import numpy as np
from camapp.bench_soak import MIB, resident_mib
before = resident_mib()
held = np.ones(64 * MIB, np.uint8)
print(resident_mib() - before, held.all())
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="only Linux says it there")
def test_memory_that_is_held_is_counted() -> None:
    """In a process of its own: in this one, other tests' memory may be given back or used again meanwhile."""
    said = subprocess.run([sys.executable, "-c", _HOLD_64_MIB], capture_output=True, text=True, check=True).stdout
    grown, _ = said.split()
    assert float(grown) == pytest.approx(64, abs=8)


def test_every_frame_goes_through_the_real_pipeline_into_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_soak, "_clip_pictures", lambda: [numbered_picture(number) for number in range(4)])
    monkeypatch.setattr(bench_soak, "VIEW_WH", (320, 180))
    soak = measure_soak(100, ScriptedDetector())
    assert (soak.frames, soak.recorded, soak.troubles) == (100, 100, ())
    assert [part.frames for part in soak.parts] == list(range(10, 101, 10))
    assert all(part.median_ms > 0 and part.objects > 0 for part in soak.parts)
    assert soak.latency_ms is not None
    said = io.StringIO()
    print_soak(Console(file=said, width=40), soak)
    assert re.search(r"100 frames replayed in \d+ s, 100 of them in the file", " ".join(said.getvalue().split()))
    assert "Drift of latency in 10,000 frames, after the first tenth:" in said.getvalue()
