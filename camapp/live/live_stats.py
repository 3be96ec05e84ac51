"""What the window says about a running pipeline and its recording."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

STEADY_AFTER_S = 2.0  # of recording, before its rate says how long the disk will last


@dataclass(frozen=True)
class LiveStats:
    """What the status bar says.

    Attributes:
        camera_fps: frames captured per second, over the last two seconds.
        detector_fps: frames detected per second, likewise.
        delay_ms: from capture to publishing, median of the last pictures.
        dropped: frames lost before they could be shown.
        skipped: frames that the detector left out because a newer one was there.
        recorded_frames: in the running or last recording.
        recording_missed: frames that the encoder could not take in that recording.
    """

    camera_fps: float = 0.0
    detector_fps: float = 0.0
    delay_ms: float = 0.0
    dropped: int = 0
    skipped: int = 0
    recorded_frames: int = 0
    recording_missed: int = 0


@dataclass(frozen=True)
class RecordingStatus:
    """A running recording.

    Attributes:
        path: the file.
        seconds: its length so far.
        bytes: its size so far.
        frames: pictures in it.
        missed: pictures that the encoder could not take.
        seconds_left: until the disk is full at this rate; None while unknown.
    """

    path: Path
    seconds: float
    bytes: int
    frames: int
    missed: int
    seconds_left: float | None


def seconds_left(path: Path, seconds: float, written: int) -> float | None:
    """How long the disk lasts for a file that took `written` bytes for `seconds`; None while that is unknown."""
    if seconds < STEADY_AFTER_S or not written:
        return None
    try:
        return shutil.disk_usage(path.parent).free * seconds / written
    except OSError:
        return None
