"""An H.264 video with every frame at its own time, playable up to the last second whatever happens."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class RecordingSummary:
    """A finished recording: `seconds` of video in `frames` pictures, `bytes` on the disk."""

    path: Path
    frames: int
    seconds: float
    bytes: int


class Recorder:
    def __init__(self, path: Path, size_wh: tuple[int, int]) -> None: ...

    def write(self, image_bgr: npt.NDArray[np.uint8], time_s: float) -> None:
        raise NotImplementedError

    def close(self) -> RecordingSummary:
        raise NotImplementedError
