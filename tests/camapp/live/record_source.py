"""A program that records a source with the live pipeline, for tests under the emulated camera.

python -m tests.camapp.live.record_source SPEC FILE FRAMES: prints the summary and the statistics as JSON. The detector
is slower than the camera, so that frames of both kinds are recorded; its box stays clear of the burnt-in code.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from camapp.live.drawing.shown import Shown
from camapp.live.pipeline import LivePipeline
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

    pipeline = LivePipeline(open_source(spec), ScriptedDetector(find), publish=look, on_error=errors.append)
    pipeline.view_size_wh = (1000, 700)
    pipeline.start_recording(path)
    pipeline.start()
    while pipeline.stats().recorded_frames < count and not errors:
        time.sleep(0.02)
    stats = pipeline.stats()
    summary = pipeline.stop_recording()
    pipeline.stop()
    print(
        json.dumps(
            {
                "errors": [str(error) for error in errors],
                "frames": 0 if summary is None else summary.frames,
                "seconds": 0 if summary is None else summary.seconds,
                "missed": stats.recording_missed,
                "dropped": stats.dropped,
                "camera_fps": stats.camera_fps,
                "detector_fps": stats.detector_fps,
                "delay_ms": stats.delay_ms,
            }
        )
    )


if __name__ == "__main__":
    main()
