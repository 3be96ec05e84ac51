"""Sinks that draw: an annotated video, a folder of annotated pictures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from camapp.live.overlay import OverlayStyle
from detector.types import Frame


class VideoSink:
    def __init__(self, path: Path, style: OverlayStyle | None = None) -> None: ...


class PictureSink:
    def __init__(self, folder: Path, name_of: Callable[[Frame], str], style: OverlayStyle | None = None) -> None: ...
