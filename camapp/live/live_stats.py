"""What the window says about a running pipeline and its recording."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from camapp.live.promise import PromiseStatus
from camapp.live.reading.base import SeekableSource, Source
from camapp.live.reading.playback import Position
from camapp.live.zone_looks import ZoneCost

STEADY_AFTER_S = 2.0  # of recording, before its rate says how long the disk will last


@dataclass(frozen=True)
class LiveStats:
    """What the status bar says.

    Attributes:
        camera_fps: frames captured per second, over the last two seconds.
        detector_fps: frames detected per second, likewise.
        delay_ms: from capture to publishing, median of the last pictures.
        zone: what the tiles of the zone take; None without a zone.
        dropped: frames lost before they could be shown.
        naming_ms: what the classifier takes of a detected picture; None without one.
        skipped: frames that the detector left out because a newer one was there.
        promise: how the one that was asked for is kept; None without one.
        recorded_frames: in the running or last recording.
        recording_missed: frames that the encoder could not take in that recording.
        position_s, duration_s: of a file: time of the frame in view, and all of it; None where unknown, and of cameras.
        frame_number, frame_count: of a file: which of how many, from 0.
        at_end: a file has come to its end; resume() begins it again.
    """

    camera_fps: float = 0.0
    detector_fps: float = 0.0
    delay_ms: float = 0.0
    naming_ms: float | None = None
    zone: ZoneCost | None = None
    dropped: int = 0
    skipped: int = 0
    promise: PromiseStatus | None = None
    recorded_frames: int = 0
    recording_missed: int = 0
    position_s: float | None = None
    duration_s: float | None = None
    frame_number: int | None = None
    frame_count: int | None = None
    at_end: bool = False


class PlaceInFile(TypedDict, total=False):
    """The fields of LiveStats that only a file has."""

    position_s: float
    duration_s: float | None
    frame_number: int
    frame_count: int | None
    at_end: bool


def place_in_file(source: Source, position: Position) -> PlaceInFile:
    """Where a file is; nothing of a live source, and of none that is not open yet."""
    info = source.info
    if source.live or info is None:
        return {}
    return {
        "position_s": position.time_s,
        "duration_s": info.duration_s,
        "frame_number": position.number,
        "frame_count": source.frame_count if isinstance(source, SeekableSource) else info.frame_count,
        "at_end": position.at_end,
    }


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
