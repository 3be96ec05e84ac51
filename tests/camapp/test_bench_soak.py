"""`python -m camapp.bench --soak`: every frame counts, and so does memory that is held."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from camapp import bench_soak
from camapp.bench_soak import in_use_mib, measure_soak, print_soak
from tests.camapp.live.fakes import ScriptedDetector, numbered_picture


def test_too_few_frames_are_refused() -> None:
    with pytest.raises(ValueError, match="100"):
        measure_soak(99, ScriptedDetector())


_HOLD_64_MIB = """
import numpy as np
from camapp.bench_soak import MIB, in_use_mib, resident_mib
before, in_use_before = resident_mib(), in_use_mib()
held = np.ones(64 * MIB, np.uint8)
in_use = -1 if in_use_before is None else in_use_mib() - in_use_before
print(resident_mib() - before, in_use, held.all())
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="only Linux says it there")
def test_memory_that_is_held_is_counted() -> None:
    """In a process of its own: in this one, other tests' memory may be given back or used again meanwhile."""
    said = subprocess.run([sys.executable, "-c", _HOLD_64_MIB], capture_output=True, text=True, check=True).stdout
    grown, in_use, _ = said.split()
    assert float(grown) == pytest.approx(64, abs=8)
    if in_use_mib() is not None:
        assert float(in_use) == pytest.approx(64, abs=8)


def test_every_frame_goes_through_the_real_pipeline_into_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_soak, "_clip_pictures", lambda: [numbered_picture(number) for number in range(4)])
    monkeypatch.setattr(bench_soak, "VIEW_WH", (320, 180))
    soak = measure_soak(100, ScriptedDetector())
    assert (soak.frames, soak.recorded, soak.troubles) == (100, 100, ())
    assert [part.frames for part in soak.parts] == list(range(10, 101, 10))
    assert all(part.median_ms > 0 and part.objects > 0 for part in soak.parts)
    assert {"Latency", "Computing time of a frame"} <= {drift.of for drift in soak.drifts}
    said = io.StringIO()
    print_soak(Console(file=said, width=40), soak)
    assert re.search(r"100 frames replayed in \d+ s, 100 of them in the file", " ".join(said.getvalue().split()))
    assert re.search(r"Latency: (no drift|DRIFT) \(", said.getvalue())
