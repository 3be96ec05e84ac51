"""A recording of a camera holds every frame that it gave, in order, at the time it was taken.

A machine that is too busy loses frames. Then each of them is counted where it was lost, and the file lacks no other.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.camapp.live.fakes import read_times
from tests.fakecam.burnt_in import measure
from tests.fakecam.fakecam import FakeCam

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the emulated camera is a V4L2 device")


@pytest.mark.parametrize(
    ("fault", "count"),
    [
        pytest.param("", 90, id="3 seconds"),
        pytest.param("", 600, id="20 seconds", marks=pytest.mark.slow),
        pytest.param("lowlight 0 12", 24, id="2 seconds in low light"),
    ],
)
def test_every_frame_of_the_camera_is_recorded_in_order_at_its_time(
    fakecam: FakeCam, tmp_path: Path, fault: str, count: int
) -> None:
    if fault:
        fakecam.cmd(fault)
    path = tmp_path / "v.mp4"
    child = fakecam.python("-m", "tests.camapp.live.record_source", "0", str(path), str(count))
    said = json.loads(child.communicate(timeout=200)[0])
    assert said["errors"] == []
    recorded = measure(path)
    assert recorded.frames == said["frames"] >= count
    assert (recorded.unreadable, recorded.duplicates, recorded.backwards) == (0, 0, 0)
    assert recorded.missing <= said["missed"] + said["left_out"] + fakecam.info(0)["n_nobuf"], said
    assert recorded.times_s == pytest.approx(recorded.taken_s, abs=0.02)
    last_is_shown_s = read_times(path)[1] - recorded.taken_s[-1]
    assert 0 < last_is_shown_s < 0.5
