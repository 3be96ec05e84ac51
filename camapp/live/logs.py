"""Tables of what was found, and the sinks that batch and live recordings write into."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from detector.types import Detections, Frame

COLUMNS = ("frame", "time_s", "class", "score", "x", "y", "w", "h", "track_id", "predicted")


class Sink(Protocol):
    """Takes every frame with its detections, in order. Its file is made at the first write.

    Both may raise RecordingError; close() may come without any write, and after a failed one.
    """

    path: Path

    def write(self, frame: Frame, detections: Detections) -> None: ...

    def close(self) -> None: ...


class CsvLog:
    def __init__(self, path: Path) -> None: ...


class JsonlLog:
    def __init__(self, path: Path) -> None: ...


class CocoLog:
    def __init__(self, path: Path, name_of: Callable[[Frame], str] | None = None) -> None: ...
