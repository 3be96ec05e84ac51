"""A program that records a source with the live pipeline, for tests under the emulated camera.

python -m tests.camapp.live.record_source SPEC FILE FRAMES: prints as JSON what was written and what was lost. The
detector is slower than the camera, so that frames of both kinds are recorded; its box stays clear of the burnt-in code.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from camapp.live.drawing.shown import Shown
from camapp.live.pipeline import LivePipeline
from camapp.live.reading.live_source import LiveSource
from camapp.live.sources import open_source
from detector.errors import UserFacingError
from detector.types import Detections, Frame
from tests.camapp.live.fakes import ScriptedDetector, some_boxes


def find(frame: Frame) -> Detections:
    """One box, found slowly."""
    time.sleep(0.05)
    return some_boxes(frame.index, [(300, 300, 500, 600)])


def main() -> None:
    """Records until so many frames are written."""
    spec, path, count = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    errors: list[UserFacingError] = []

    def look(shown: Shown) -> None:
        """A window that takes every picture."""

    source = open_source(spec)
    if isinstance(source, LiveSource):
        source.first_limit_s = source.silent_limit_s = 30.0  # a busy machine is not a silent camera
    pipeline = LivePipeline(source, ScriptedDetector(find), publish=look, on_error=errors.append)
    pipeline.view_size_wh = (1000, 700)
    pipeline.start_recording(path)
    pipeline.start()
    while pipeline.stats().recorded_frames < count and not errors:
        time.sleep(0.02)
    summary = pipeline.stop_recording()
    pipeline.stop()
    print(
        json.dumps(
            {
                "errors": [str(error) for error in errors],
                "frames": 0 if summary is None else summary.frames,
                "missed": pipeline.stats().recording_missed,
                "left_out": source.dropped if isinstance(source, LiveSource) else 0,
            }
        )
    )


if __name__ == "__main__":
    main()
